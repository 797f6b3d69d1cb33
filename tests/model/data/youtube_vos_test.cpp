// SPDX-License-Identifier: MIT
// Miniatures of YouTube-VOS and MOSE, and wrong ones.
#include "data/youtube_vos.h"

#include "miniature.h"

namespace ausm::data {
namespace {

using test::Bytes;
using test::expect_error;

class YoutubeVos : public test::Miniature {
protected:
    YoutubeVos() {
        for (const auto* stem : {"00000", "00001", "00002"})
            jpeg("train/JPEGImages/v1/" + std::string(stem) + ".jpg", 2, 2);
        ids("train/Annotations/v1/00000.png", 2, 2, {0, 1, 2, 3});
        ids("train/Annotations/v1/00002.png", 2, 2, {0, 0, 2, 2});
    }
    void meta(const std::string& content) const { text("train/meta.json", content); }
    [[nodiscard]] std::unique_ptr<Dataset> open() const { return open_youtube_vos(path()); }
};

TEST_F(YoutubeVos, FramesWithoutAnnotationAreLeftOutAndUnnamedIdsIgnored) {
    meta(R"({"videos": {"v1": {"objects": {"1": {"category": "dog", "frames": ["00000"]}, "2": {}}}}})");
    const auto data = open();
    ASSERT_EQ(data->sequences(), 1U);
    EXPECT_EQ(data->name(0), "v1");
    ASSERT_EQ(data->frames(0), 2U);
    EXPECT_EQ(data->read(0, 0).ids.values, (Bytes{0, 1, 2, 255}));
    EXPECT_EQ(data->read(0, 1).ids.values, (Bytes{0, 0, 2, 2}));
}

TEST_F(YoutubeVos, WrongMeta) {
    const auto file = path("train/meta.json");
    expect_error([&] { (void)open(); }, {file, "cannot be read"});
    meta("{");
    expect_error([&] { (void)open(); }, {file, "no JSON"});
    meta("[]");
    expect_error([&] { (void)open(); }, {file, "must be an object"});
    meta("{}");
    expect_error([&] { (void)open(); }, {file + ": videos: is missing"});
    meta(R"({"videos": []})");
    expect_error([&] { (void)open(); }, {file + ": videos", "must be an object"});
    meta(R"({"videos": {}})");
    expect_error([&] { (void)open(); }, {file + ": videos", "no video"});
    meta(R"({"videos": {"v1": {}}})");
    expect_error([&] { (void)open(); }, {file + ": videos.v1.objects: is missing"});
    for (const auto* id : {"0", "255", "x", "-1", "1000"}) {
        meta(R"({"videos": {"v1": {"objects": {")" + std::string(id) + R"(": {}}}}})");
        expect_error([&] { (void)open(); }, {file + ": videos.v1.objects", "'" + std::string(id) + "'"});
    }
    meta(R"({"videos": {"v2": {"objects": {"1": {}}}}})");
    expect_error([&] { (void)open(); }, {path("train/JPEGImages/v2")});
}

TEST_F(YoutubeVos, AnAnnotationWithoutPicture) {
    meta(R"({"videos": {"v1": {"objects": {"1": {}}}}})");
    ids("train/Annotations/v1/00009.png", 2, 2, {0, 0, 0, 0});
    expect_error([&] { (void)open(); }, {"00009.png", "no picture"});
}

TEST_F(YoutubeVos, MoseHasTheSameFoldersWithoutMeta) {
    const auto data = open_mose(path());
    ASSERT_EQ(data->sequences(), 1U);
    EXPECT_EQ(data->frames(0), 2U);
    EXPECT_EQ(data->read(0, 0).ids.values, (Bytes{0, 1, 2, 3}));
    expect_error([&] { (void)open_mose(path("none")); }, {path("none/train/Annotations")});
}

}  // namespace
}  // namespace ausm::data
