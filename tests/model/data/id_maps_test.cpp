// SPDX-License-Identifier: MIT
// images/ and masks/, as stills and as videos; and the files that do not fit.
#include "data/id_maps.h"

#include "miniature.h"

namespace ausm::data {
namespace {

using test::Bytes;
using test::expect_error;

class IdMaps : public test::Miniature {
protected:
    void frame(const std::string& folder, const std::string& stem, Bytes values = {0, 1, 2, 255}) const {
        jpeg(folder + "/images/" + stem + ".jpg", 2, 2);
        ids(folder + "/masks/" + stem + ".png", 2, 2, std::move(values));
    }
    [[nodiscard]] std::unique_ptr<Dataset> open() const { return open_id_maps({path("set")}); }
};

TEST_F(IdMaps, EachStillIsASequence) {
    frame("set", "b", {3, 3, 0, 0});
    frame("set", "a");
    frame("other", "c");
    const auto data = open_id_maps({path("set"), path("other")});
    ASSERT_EQ(data->sequences(), 3U);
    EXPECT_EQ(data->frames(1), 1U);
    EXPECT_EQ(data->name(0), "a");
    EXPECT_EQ(data->name(2), "c");
    const auto picture = data->read(1, 0);
    EXPECT_EQ(picture.rgb.pixels.size(), 12U);
    EXPECT_EQ(picture.ids.values, (Bytes{3, 3, 0, 0}));
    EXPECT_EQ(data->read(0, 0).ids.values, (Bytes{0, 1, 2, 255}));
}

TEST_F(IdMaps, EachFolderIsAVideo) {
    frame("v1", "00001", {1, 0, 0, 0});
    frame("v1", "00000");
    frame("v2", "00000");
    const auto data = open_id_map_videos({path("v1"), path("v2")});
    ASSERT_EQ(data->sequences(), 2U);
    EXPECT_EQ(data->frames(0), 2U);
    EXPECT_EQ(data->frames(1), 1U);
    EXPECT_EQ(data->name(1), "v2");
    EXPECT_EQ(data->read(0, 1).ids.values, (Bytes{1, 0, 0, 0}));
    EXPECT_THROW((void)data->read(2, 0), std::out_of_range);
    EXPECT_THROW((void)data->read(1, 1), std::out_of_range);
}

TEST_F(IdMaps, MissingPartners) {
    frame("set", "a");
    jpeg("set/images/b.jpg", 2, 2);
    expect_error([&] { (void)open(); }, {path("set/images/b.jpg"), "no label map"});
    remove("set/images/b.jpg");
    ids("set/masks/c.png", 2, 2, {0, 0, 0, 0});
    expect_error([&] { (void)open(); }, {path("set/masks/c.png"), "no picture"});
}

TEST_F(IdMaps, TwoPicturesOfOneName) {
    frame("set", "a");
    png("set/images/a.png", 1, 1, PNG_COLOR_TYPE_RGB, {{1, 2, 3}});
    expect_error([&] { (void)open(); }, {"a.jpg", "a.png", "same name"});
}

TEST_F(IdMaps, MissingAndEmptyFolders) {
    expect_error([&] { (void)open(); }, {path("set/images"), "no folder"});
    text("set/images/readme.txt", "");
    expect_error([&] { (void)open(); }, {path("set/images"), "has no .jpg"});
    jpeg("set/images/a.jpg", 2, 2);
    text("set/masks/readme.txt", "");
    expect_error([&] { (void)open(); }, {path("set/masks"), "has no .png"});
}

TEST_F(IdMaps, ADifferentSizeIsAnErrorOfReading) {
    jpeg("set/images/a.jpg", 3, 2);
    ids("set/masks/a.png", 2, 2, {0, 0, 0, 0});
    const auto data = open();
    expect_error([&] { (void)data->read(0, 0); }, {"a.png' is 2x2", "a.jpg' is 3x2"});
}

}  // namespace
}  // namespace ausm::data
