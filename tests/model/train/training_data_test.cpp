// SPDX-License-Identifier: MIT
// The data of $AUSM_TEST_DATA opened as a training opens it: as many pictures and objects as its description says.
#include "train/sources.h"

#include "../data/miniature.h"

#include <cstdlib>
#include <iostream>
#include <set>

namespace ausm::train {
namespace {

struct Expected {
    Source source;
    std::size_t sequences, frames;
    std::size_t step;  ///< every how many sequences one is read
    int instances;     ///< in the first frames of those
};

/// Different ids other than 0 and 255.
int instances_in(const io::IndexPicture& ids) {
    std::set<int> found(ids.values.begin(), ids.values.end());
    found.erase(data::kBackground);
    found.erase(data::kIgnored);
    return static_cast<int>(found.size());
}

TEST(TrainingData, EverySetHasWhatItsDescriptionSays) {
    const char* root = std::getenv("AUSM_TEST_DATA");
    if (root == nullptr)
        GTEST_SKIP() << "AUSM_TEST_DATA is not set";
    const Expected expected[] = {
        {{"coco", "coco", "coco", "picture"}, 326, 326, 40, 63},
        {{"people", "coco", "people", "single"}, 1003, 1003, 100, 11},
        {{"coco_more", "id-maps", "instances/coco_more", "picture"}, 413, 413, 50, 89},
        {{"coco128_more", "id-maps", "instances/coco128_more", "single"}, 28, 28, 1, 188},
        {{"feral_cats", "id-maps", "instances/feral_cats", "picture"}, 640, 640, 80, 55},
        {{"ecssd", "id-maps", "instances/ecssd", "single"}, 1000, 1000, 100, 10},
        {{"pennfudan", "id-maps", "instances/pennfudan", "single"}, 170, 170, 20, 24},
        {{"photos", "pictures", "backgrounds/photo_*", "background"}, 949, 949, 100, 0},
        {{"textures", "pictures", "backgrounds/texture_*", "background"}, 300, 300, 30, 0},
        {{"davis16", "id-maps-video", "video/davis16_*", "video"}, 20, 1123, 3, 7},
        {{"davis16split", "id-maps-video", "video/davis16split_*", "video"}, 9, 440, 1, 23},
        {{"stroller", "id-maps-video", "video/davis17_stroller", "video"}, 1, 60, 1, 2},
        {{"crossing", "id-maps-video", "video/davis17_crossing", "video"}, 1, 52, 1, 3},
        {{"kid-football", "id-maps-video", "video/davis17_kid-football", "video"}, 1, 11, 1, 2},
        {{"schoolgirls", "id-maps-video", "video/davis17_schoolgirls", "video"}, 1, 60, 1, 7},
        {{"highway", "id-maps-video", "video/cdnet_*", "video"}, 5, 270, 1, 24},
        {{"bmx", "id-maps-video", "video/segtrack2_bmx", "video"}, 1, 36, 1, 1},
        {{"chair", "id-maps-video", "video/xmem2_chair", "video"}, 1, 60, 1, 1},
        {{"ytvos", "id-maps-video", "video/ytvos_opn_*", "video"}, 11, 55, 1, 11},
        {{"davis6", "davis", "../val/davis6", "video"}, 6, 420, 1, 6},
    };
    for (const auto& [source, sequences, frames, step, instances] : expected) {
        const auto opened = open_source(source, std::string(root) + "/train");
        const auto& data = *opened.at(0).data;
        std::size_t all = 0;
        int objects = 0;
        for (std::size_t i = 0; i < data.sequences(); ++i) {
            all += data.frames(i);
            if (i % step == 0)
                objects += instances_in(data.read(i, 0).ids);
        }
        std::cout << source.name << ": " << data.sequences() << " sequences, " << all << " frames, " << objects
                  << " instances in " << (data.sequences() + step - 1) / step << " of them\n";
        EXPECT_EQ(data.sequences(), sequences) << source.name;
        EXPECT_EQ(all, frames) << source.name;
        EXPECT_EQ(objects, instances) << source.name;
    }
    const auto sprites = open_source({"sprites", "sprites", "sprites", "sprite"}, std::string(root) + "/train");
    EXPECT_EQ(sprites.at(0).sprites.size(), 1000U);
}

}  // namespace
}  // namespace ausm::train
