// SPDX-License-Identifier: MIT
// A miniature of COCO with all three kinds of masks, and everything that can be wrong in it.
#include "data/coco.h"

#include "miniature.h"

#include <nlohmann/json.hpp>

namespace ausm::data {
namespace {

using nlohmann::json;
using test::Bytes;
using test::expect_error;

class Coco : public test::Miniature {
protected:
    json index = json::parse(R"({
        "info": {"year": 2017},
        "images": [{"id": 7, "file_name": "b.jpg", "width": 4, "height": 3}],
        "annotations": [
            {"id": 1, "image_id": 7, "segmentation": [[1, 1, 2, 1, 2, 2, 1, 2]]},
            {"id": 2, "image_id": 7, "segmentation": {"size": [3, 4], "counts": [0, 6, 6]}, "iscrowd": 0},
            {"id": 3, "image_id": 7, "segmentation": {"size": [3, 4], "counts": "039"}, "iscrowd": 1}
        ],
        "categories": [{"id": 1}]})");

    Coco() { jpeg("images/b.jpg", 4, 3); }
    [[nodiscard]] std::unique_ptr<Dataset> open() const {
        text("instances.json", index.dump());
        return open_coco(path());
    }
    [[nodiscard]] Bytes ids() const { return open()->read(0, 0).ids.values; }
    /// What the reader says about the index as it is now.
    void expect_wrong(const std::vector<std::string>& words) const {
        expect_error([&] { (void)open(); }, words);
    }
};

TEST_F(Coco, LargerFirstSmallerOnTopCrowdsUnderneath) {
    index["annotations"][2]["segmentation"]["counts"] = {3, 9};
    EXPECT_EQ(open()->name(0), "b");
    EXPECT_EQ(open()->frames(0), 1U);
    EXPECT_EQ(ids(), (Bytes{1, 1, 255, 255, 1, 2, 255, 255, 1, 1, 255, 255}));
}

TEST_F(Coco, RunLengthsAsText) {
    index["annotations"].erase(index["annotations"].begin());
    index["annotations"].erase(index["annotations"].begin());
    index["annotations"][0] = {{"image_id", 7}, {"segmentation", {{"size", {3, 4}}, {"counts", "336"}}}};
    EXPECT_EQ(ids(), (Bytes{0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0}));
}

TEST_F(Coco, SeveralPolygonsAreOneMask) {
    index["annotations"] =
        json::parse(R"([{"image_id": 7, "segmentation": [[0, 0, 1, 0, 1, 1, 0, 1], [3, 2, 4, 2, 4, 3, 3, 3]]}])");
    EXPECT_EQ(ids(), (Bytes{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
}

TEST_F(Coco, MoreThan254InstancesAreIgnored) {
    index["images"][0]["width"] = 300;
    index["images"][0]["height"] = 1;
    index["annotations"] = json::array();
    for (unsigned i = 0; i < 260; ++i)
        index["annotations"].push_back(
            {{"image_id", 7}, {"segmentation", {{"size", {1, 300}}, {"counts", {i, 1U, 299U - i}}}}});
    jpeg("images/b.jpg", 300, 1);
    const auto found = ids();
    EXPECT_EQ(found[253], 254);
    EXPECT_EQ(found[254], 255);
    EXPECT_EQ(found[259], 255);
    EXPECT_EQ(found[260], 0);
}

TEST_F(Coco, APictureWithoutAnnotationsIsEmptyNotUnlabelled) {
    index["annotations"] = json::array();
    EXPECT_EQ(ids(), Bytes(12, 0));
}

TEST_F(Coco, TheOfficialLayout) {
    text("annotations/instances_train2017.json", index.dump());
    jpeg("train2017/b.jpg", 4, 3);
    remove("images");
    EXPECT_EQ(open_coco(path())->read(0, 0).ids.values.size(), 12U);
}

TEST_F(Coco, WrongFiles) {
    expect_error([&] { (void)open_coco(path("none")); }, {path("none/instances.json"), "cannot be read"});
    text("instances.json", "{\"images\": [{]");
    expect_error([&] { (void)open_coco(path()); }, {"instances.json", "no JSON"});
    text("instances.json", "[]");
    expect_error([&] { (void)open_coco(path()); }, {"instances.json: must be an object, not array"});
    remove("images/b.jpg");
    expect_error([&] { (void)ids(); }, {path("images/b.jpg")});
    jpeg("images/b.jpg", 5, 3);
    expect_error([&] { (void)ids(); }, {"instances.json' is 4x3", "b.jpg' is 5x3"});
}

TEST_F(Coco, WrongLists) {
    const auto whole = index;
    index.erase("annotations");
    expect_wrong({"instances.json: annotations: is missing"});
    index["annotations"] = 3;
    expect_wrong({"instances.json: annotations: must be a list"});
    index["annotations"] = {1, 2};
    expect_wrong({"instances.json: annotations: must be a list of objects"});
    index = whole;
    index["images"] = json::array();
    expect_wrong({"annotations[0].image_id: there is no picture 7"});
    index["annotations"] = json::array();
    expect_wrong({"instances.json: images: has no picture"});
}

TEST_F(Coco, WrongPictures) {
    const auto whole = index;
    index["images"][0].erase("file_name");
    expect_wrong({"instances.json: images[0].file_name: is missing"});
    index = whole;
    index["images"][0]["width"] = 1.5;
    expect_wrong({"images[0].width: must be a whole number"});
    index["images"][0]["width"] = 0;
    expect_wrong({"images[0].width: must be 1 to 16384"});
    index = whole;
    index["images"][0]["height"] = 20000;
    expect_wrong({"images[0].height: must be 1 to 16384"});
    index = whole;
    index["images"].push_back(index["images"][0]);
    expect_wrong({"images[1].id: is there twice"});
}

TEST_F(Coco, WrongAnnotations) {
    const auto whole = index;
    index["annotations"][1].erase("image_id");
    expect_wrong({"instances.json: annotations[1].image_id: is missing"});
    index["annotations"][1]["image_id"] = "7";
    expect_wrong({"annotations[1].image_id: must be a whole number"});
    index = whole;
    index["annotations"][1].erase("segmentation");
    expect_wrong({"annotations[1].segmentation: is missing"});
    index["annotations"][1]["segmentation"] = "x";
    expect_wrong({"annotations[1].segmentation: must be polygons"});
    index["annotations"][1]["segmentation"] = {{"size", {4, 3}}, {"counts", {12}}};
    expect_wrong({"annotations[1].segmentation.size: is 3x4", "4x3"});
    index["annotations"][1]["segmentation"]["size"] = {4};
    expect_wrong({"annotations[1].segmentation.size: must be"});
    index["annotations"][1]["segmentation"] = {{"size", {3, 4}}, {"counts", {-1, 13}}};
    expect_wrong({"annotations[1].segmentation.counts", "-1"});
    index["annotations"][1]["segmentation"]["counts"] = 4;
    expect_wrong({"annotations[1].segmentation.counts: must be text or a list"});
}

TEST_F(Coco, WrongPolygons) {
    auto& polygons = index["annotations"][0]["segmentation"];
    polygons = json::array();
    expect_wrong({"annotations[0].segmentation: has no polygon"});
    polygons = json::parse("[[0, 0, 1, 1, 2, 2], [0, 0, 1, 1]]");
    expect_wrong({"annotations[0].segmentation[1]: must be a list"});
    polygons = json::parse("[[0, 0, 1, 1, 2, 2, 3]]");
    expect_wrong({"annotations[0].segmentation[0]: must be a list"});
    polygons = json::parse(R"([[0, 0, 1, 1, 2, "2"]])");
    expect_wrong({"annotations[0].segmentation[0]: has something else"});
    polygons = json::parse("[[0, 0, 1, 1, 2, 1e300]]");
    expect_wrong({"annotations[0].segmentation[0]: has something else"});
}

TEST_F(Coco, RunLengthsThatDoNotFillThePictureAreErrorsOfReading) {
    index["annotations"][1]["segmentation"]["counts"] = {0, 13};
    expect_error([&] { (void)ids(); },
                 {"instances.json: annotations[1].segmentation.counts", "add up to 13 pixels, the mask has 4x3"});
    index["annotations"][1]["segmentation"]["counts"] = "3";
    expect_error([&] { (void)ids(); }, {"annotations[1].segmentation.counts", "add up to 3 pixels"});
}

}  // namespace
}  // namespace ausm::data
