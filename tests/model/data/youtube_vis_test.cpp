// SPDX-License-Identifier: MIT
// Miniatures of YouTube-VIS and OVIS, and wrong ones.
#include "data/youtube_vis.h"

#include "miniature.h"

#include <nlohmann/json.hpp>

namespace ausm::data {
namespace {

using nlohmann::json;
using test::Bytes;
using test::expect_error;

class YoutubeVis : public test::Miniature {
protected:
    json index = json::parse(R"({
        "videos": [{"id": 5, "file_names": ["v/00000.jpg", "v/00005.jpg"], "width": 4, "height": 1, "length": 2}],
        "annotations": [
            {"id": 1, "video_id": 5, "segmentations": [{"size": [1, 4], "counts": [1, 1, 2]}, null]},
            {"id": 2, "video_id": 5, "segmentations": [{"size": [1, 4], "counts": "031"}, [[2, 0, 4, 0, 4, 1, 2, 1]]]},
            {"id": 3, "video_id": 5, "iscrowd": 1, "segmentations": [null, {"size": [1, 4], "counts": [0, 4]}]}
        ]})");

    YoutubeVis() {
        jpeg("JPEGImages/v/00000.jpg", 4, 1);
        jpeg("JPEGImages/v/00005.jpg", 4, 1);
    }
    [[nodiscard]] std::unique_ptr<Dataset> open() const {
        text("instances.json", index.dump());
        return open_youtube_vis(path());
    }
    void expect_wrong(const std::vector<std::string>& words) const {
        expect_error([&] { (void)open(); }, words);
    }
};

TEST_F(YoutubeVis, AnInstanceHasTheSameNumberInEveryFrame) {
    const auto data = open();
    ASSERT_EQ(data->sequences(), 1U);
    ASSERT_EQ(data->frames(0), 2U);
    EXPECT_EQ(data->name(0), "v");
    EXPECT_EQ(data->read(0, 0).ids.values, (Bytes{2, 1, 2, 0}));  // the smaller one lies on top
    EXPECT_EQ(data->read(0, 1).ids.values, (Bytes{255, 255, 2, 2}));
}

TEST_F(YoutubeVis, TheOtherLayouts) {
    for (const auto* folder : {"train/JPEGImages", "ovis/train"})
        for (const auto* frame : {"/v/00000.jpg", "/v/00005.jpg"})
            jpeg(std::string(folder) + frame, 4, 1);
    text("train.json", index.dump());
    EXPECT_EQ(open_youtube_vis(path())->read(0, 1).ids.values, (Bytes{255, 255, 2, 2}));
    text("ovis/annotations_train.json", index.dump());
    EXPECT_EQ(open_ovis(path("ovis"))->read(0, 0).ids.values, (Bytes{2, 1, 2, 0}));
}

TEST_F(YoutubeVis, WrongVideos) {
    const auto whole = index;
    index["videos"][0].erase("height");
    expect_wrong({"instances.json: videos[0].height: is missing"});
    index = whole;
    index["videos"][0]["file_names"] = {1, 2};
    expect_wrong({"videos[0].file_names: has the wrong type"});
    index["videos"][0]["file_names"] = json::array();
    expect_wrong({"videos[0].file_names: has no frame"});
    index = whole;
    index["videos"][0]["width"] = -4;
    expect_wrong({"videos[0].width: must be 1 to 16384"});
    index = whole;
    index["videos"].push_back(index["videos"][0]);
    expect_wrong({"videos[1].id: is there twice"});
    index["videos"] = json::array();
    index["annotations"] = json::array();
    expect_wrong({"instances.json: videos: has no video"});
}

TEST_F(YoutubeVis, WrongAnnotations) {
    const auto whole = index;
    index["annotations"][2]["video_id"] = 6;
    expect_wrong({"instances.json: annotations[2].video_id: there is no video 6"});
    index = whole;
    index["annotations"][1]["segmentations"].push_back(nullptr);
    expect_wrong({"annotations[1].segmentations: has 3 entries, the video 2 frames"});
    index["annotations"][1]["segmentations"] = 1;
    expect_wrong({"annotations[1].segmentations: must be a list"});
    index = whole;
    index["annotations"][0]["segmentations"][0]["size"] = {2, 4};
    expect_wrong({"annotations[0].segmentations[0].size: is 4x2"});
    index["annotations"][0]["segmentations"][0] = 7;
    expect_wrong({"annotations[0].segmentations[0]: must be polygons"});
}

TEST_F(YoutubeVis, ErrorsOfReading) {
    index["annotations"][0]["segmentations"][0]["counts"] = {1, 1};
    expect_error([&] { (void)open()->read(0, 0); },
                 {"instances.json: annotations[0].segmentations[0].counts", "add up to 2 pixels"});
    jpeg("JPEGImages/v/00005.jpg", 4, 2);
    expect_error([&] { (void)open()->read(0, 1); }, {"is 4x1", "00005.jpg' is 4x2"});
    remove("JPEGImages/v/00005.jpg");
    expect_error([&] { (void)open()->read(0, 1); }, {path("JPEGImages/v/00005.jpg")});
}

}  // namespace
}  // namespace ausm::data
