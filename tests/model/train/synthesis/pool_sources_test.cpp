// SPDX-License-Identifier: MIT
// A pool from files: roles, and whole clips from real data where there is some.
#include "train/synthesis/pool_sources.h"

#include "../../data/miniature.h"
#include "train/synthesis/loader.h"

#include <cstdlib>

namespace ausm::train::test {
namespace {

Source source(const std::string& format, const std::string& path, const std::string& role, bool cut_outs = false) {
    return {.name = path, .format = format, .path = path, .role = role, .cut_outs = cut_outs};
}

class PoolSources : public data::test::Miniature {};

TEST_F(PoolSources, FillsThePoolByRole) {
    jpeg("photos/a.jpg", 40, 30);
    jpeg("photos/b.jpg", 50, 30, {1, 200, 9});
    for (const std::string set : {"cats", "walk"}) {
        jpeg(set + "/images/1.jpg", 40, 30);
        jpeg(set + "/images/2.jpg", 40, 30);
        ids(set + "/masks/1.png", 40, 30, data::test::Bytes(1200, 1));
        ids(set + "/masks/2.png", 40, 30, data::test::Bytes(1200, 2));
    }
    const auto pool = open_pool({source("pictures", "photos", "background"), source("id-maps", "cats", "single", true),
                                 source("id-maps-video", "walk", "video")},
                                path(), {});
    EXPECT_TRUE(pool->has(Role::kUnlabelled) && pool->has(Role::kSingle) && pool->has(Role::kVideo));
    EXPECT_FALSE(pool->has(Role::kPicture));
    Random random(1, 1);
    const auto video = pool->draw(Role::kVideo, random);
    EXPECT_EQ(pool->frames(video), 2U);
    EXPECT_EQ(pool->read(video, 1).ids[3][4].item<int>(), 2);
    EXPECT_TRUE(pool->entry(pool->draw(Role::kSingle, random)).cut_outs);
    data::test::expect_error(
        [&] { static_cast<void>(open_pool({source("pictures", "none", "background")}, path(), {})); }, {"none"});
}

TEST_F(PoolSources, MakesClipsFromRealData) {
    const char* const data = std::getenv("AUSM_TEST_DATA");
    if (data == nullptr)
        GTEST_SKIP() << "AUSM_TEST_DATA is not set: no clips from real pictures";
    const auto root = std::string(data) + "/train";
    ClipRecipe recipe;
    recipe.mix.video = 0.3;
    recipe.copies.probability = recipe.occlusion.probability = 0.3;
    const auto pool =
        open_pool({source("coco", "people", "single", true), source("coco", "coco", "picture", true),
                   source("pictures", "backgrounds/photo_00*", "background"),
                   source("id-maps-video", "video/davis16_b*", "video"), source("sprites", "sprites", "sprite")},
                  root, recipe);
    Loader loader(std::make_shared<ClipMaker>(recipe, pool), {.batch = 4, .workers = 2});
    std::int64_t objects = 0;
    for (int i = 0; i < 3; ++i) {
        const auto batch = loader.next();
        objects += batch.valid.sum().item<std::int64_t>();
        EXPECT_GT(batch.images.to(at::kFloat).std().item<double>(), 20);
        EXPECT_TRUE(at::equal(batch.masks.flatten(3).any(3).any(1), batch.valid));
    }
    EXPECT_GE(objects, 12);
}

}  // namespace
}  // namespace ausm::train::test
