// SPDX-License-Identifier: MIT
// Miniatures of DAVIS 2016 and 2017, with and without their lists.
#include "data/davis.h"

#include "miniature.h"

namespace ausm::data {
namespace {

using test::Bytes;
using test::expect_error;

class Davis : public test::Miniature {
protected:
    void frame(const std::string& video, const std::string& stem, Bytes values) const {
        jpeg("JPEGImages/480p/" + video + "/" + stem + ".jpg", 2, 2);
        ids("Annotations/480p/" + video + "/" + stem + ".png", 2, 2, std::move(values));
    }
    [[nodiscard]] std::unique_ptr<Dataset> open() const { return open_davis(path()); }
};

TEST_F(Davis, In2016EverythingButZeroIsTheObject) {
    frame("bear", "00000", {0, 0, 0, 0});
    frame("bear", "00001", {0, 255, 255, 0});
    const auto data = open();
    ASSERT_EQ(data->sequences(), 1U);
    EXPECT_EQ(data->frames(0), 2U);
    EXPECT_EQ(data->read(0, 1).ids.values, (Bytes{0, 1, 1, 0}));
    EXPECT_EQ(data->read(0, 0).ids.values, (Bytes{0, 0, 0, 0}));
}

TEST_F(Davis, In2017IdsStayAnd255IsIgnored) {
    frame("dogs", "00000", {0, 1, 2, 255});
    frame("dogs", "00001", {0, 0, 3, 255});
    const auto data = open();
    EXPECT_EQ(data->read(0, 0).ids.values, (Bytes{0, 1, 2, 255}));
    EXPECT_EQ(data->read(0, 1).ids.values, (Bytes{0, 0, 3, 255}));
}

TEST_F(Davis, TheListsOfImageSetsChooseTrainingVideos) {
    frame("bear", "00000", {0, 1, 1, 1});
    frame("dog", "00000", {0, 1, 1, 1});
    EXPECT_EQ(open()->sequences(), 2U);
    text("ImageSets/480p/train.txt", "/JPEGImages/480p/dog/00000.jpg /Annotations/480p/dog/00000.png \n");
    ASSERT_EQ(open()->sequences(), 1U);
    EXPECT_EQ(open()->name(0), "dog");
    text("ImageSets/2017/train.txt", "bear\n");
    ASSERT_EQ(open()->sequences(), 1U);
    EXPECT_EQ(open()->name(0), "bear");
}

TEST_F(Davis, WrongLists) {
    frame("dog", "00000", {0, 1, 1, 1});
    text("ImageSets/480p/train.txt", "/JPEGImages/480p/dog/00000.jpg x\ndog\n");
    expect_error([&] { (void)open(); }, {"ImageSets/480p/train.txt', line 2", "'dog'"});
    text("ImageSets/480p/train.txt", "");
    expect_error([&] { (void)open(); }, {"ImageSets/480p/train.txt' names no video"});
    text("ImageSets/2017/train.txt", "cat\n");
    expect_error([&] { (void)open(); }, {"cat"});
    text("ImageSets/2017/train.txt", "\n");
    expect_error([&] { (void)open(); }, {"ImageSets/2017/train.txt' names no video"});
}

TEST_F(Davis, MissingFiles) {
    expect_error([&] { (void)open(); }, {path("Annotations/480p")});
    frame("dog", "00000", {0, 1, 1, 1});
    jpeg("JPEGImages/480p/dog/00001.jpg", 2, 2);
    expect_error([&] { (void)open(); }, {"00001.jpg", "no annotation"});
}

}  // namespace
}  // namespace ausm::data
