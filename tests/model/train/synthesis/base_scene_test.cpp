// SPDX-License-Identifier: MIT
// Pseudo-video and real video: labels stay on their pixels, frames are the right ones.
#include "train/synthesis/base_scene.h"

#include "drawn_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace ausm::train::test {
namespace {

/// Every labelled pixel that is not at an edge, nor at the frame's border, has its instance's colour.
void expect_labels_on_pixels(const Scene& scene, int instances) {
    for (int id = 1; id <= instances; ++id) {
        const auto inside = at::max_pool2d(scene.ids.ne(id).to(at::kFloat).unsqueeze(1), {5, 5}, {1, 1}).eq(0);
        const auto red = scene.frames.select(3, 0).slice(1, 2, -2).slice(2, 2, -2).unsqueeze(1).masked_select(inside);
        EXPECT_TRUE(red.eq(level_of(id)).all().item<bool>()) << "instance " << id;
    }
}

TEST(BaseScene, CamerasMovePicturesAndLabelsTogether) {
    const auto recipe = small_recipe();
    const auto pool = drawn_pool(recipe);
    std::int64_t seen = 0, moved = 0;
    for (std::uint64_t i = 0; i < 20; ++i) {
        Random random(1, i);
        const auto scene = still_scene(*pool, Role::kPicture, recipe, random);
        EXPECT_EQ(scene.frames.sizes(), (at::IntArrayRef{8, 64, 96, 3}));
        EXPECT_TRUE(scene.complete);
        expect_labels_on_pixels(scene, 3);
        seen += scene.ids.gt(0).sum().item<std::int64_t>();
        moved += at::equal(scene.ids[0], scene.ids[7]) ? 0 : 1;
    }
    EXPECT_GT(seen, 20 * 8 * 100);
    EXPECT_GT(moved, 10);
    Random random(1, 1);
    const auto bare = still_scene(*pool, Role::kUnlabelled, recipe, random);
    EXPECT_EQ(bare.ids.max().item<int>(), 0);
    EXPECT_EQ(bare.instances, 0);
}

TEST(BaseScene, VideosKeepTheirOrderAndLabels) {
    auto recipe = small_recipe();
    recipe.video = {.stride = {1, 1}, .reverse = 0, .flip = 0, .cover = {1, 1}, .drift = 0};
    const auto pool = drawn_pool(recipe);
    Random random(1, 2);
    const auto scene = video_scene(*pool, recipe, random);
    expect_labels_on_pixels(scene, 2);
    EXPECT_FALSE(scene.complete);
    EXPECT_EQ(scene.instances, 2);
    const auto left = [&](std::int64_t t) { return instance_boxes(scene.ids[t])[1].left; };
    for (std::int64_t t = 1; t < 8; ++t)
        EXPECT_GT(left(t), left(t - 1));  // the drawn squares move to the right
    recipe.video.reverse = 1;
    const auto reversed = video_scene(*pool, recipe, random);
    EXPECT_GT(instance_boxes(reversed.ids[0])[1].left, instance_boxes(reversed.ids[7])[1].left);
}

TEST(BaseScene, InstancesOfSomeClipsAreJoined) {
    const auto recipe = small_recipe();
    const auto two_and_ignored = [](auto, auto) {
        auto picture = squares(96, 160, 2, 40);
        picture.ids.slice(0, 0, 8).fill_(data::kIgnored);
        return picture;
    };
    int joined = 0;
    for (std::uint64_t i = 0; i < 40; ++i) {
        const auto scene_of = [&](double join) {
            Pool pool(recipe);
            pool.add({drawn(1, 12, two_and_ignored), Role::kVideo, false, false, 1, join});
            Random random(5, i);
            return video_scene(pool, recipe, random);
        };
        const auto apart = scene_of(0), some = scene_of(0.5), all = scene_of(1);
        EXPECT_EQ(apart.instances, 2);
        EXPECT_EQ(all.instances, 1);
        EXPECT_TRUE(at::equal(all.ids.eq(1), apart.ids.eq(1).logical_or(apart.ids.eq(2))));
        EXPECT_TRUE(at::equal(all.ids.eq(data::kIgnored), apart.ids.eq(data::kIgnored)));
        joined += some.instances == 1 ? 1 : 0;
    }
    EXPECT_NEAR(joined, 20, 10);
}

TEST(BaseScene, StridesFitTheVideo) {
    auto recipe = small_recipe();
    recipe.video.reverse = 0;
    std::set<std::size_t> strides;
    for (std::uint64_t i = 0; i < 60; ++i) {
        Random random(2, i);
        const auto frames = video_frames(30, recipe, random);
        ASSERT_EQ(frames.size(), 8U);
        strides.insert(frames[1] - frames[0]);
        for (std::size_t t = 1; t < 8; ++t)
            EXPECT_EQ(frames[t] - frames[t - 1], frames[1] - frames[0]);
        EXPECT_LT(frames[7], 30U);
    }
    EXPECT_EQ(strides, (std::set<std::size_t>{1, 2, 3, 4}));  // 5 would need 36 frames
}

TEST(BaseScene, ShortVideosRunToAndFro) {
    auto recipe = small_recipe();
    recipe.video.reverse = 0;
    for (std::uint64_t i = 0; i < 20; ++i) {
        Random random(3, i);
        const auto frames = video_frames(4, recipe, random);
        for (std::size_t t = 1; t < 8; ++t)
            EXPECT_EQ(std::max(frames[t], frames[t - 1]) - std::min(frames[t], frames[t - 1]), 1U);
        EXPECT_EQ(*std::max_element(frames.begin(), frames.end()), 3U);
        EXPECT_EQ(*std::min_element(frames.begin(), frames.end()), 0U);
        EXPECT_EQ(video_frames(1, recipe, random), std::vector<std::size_t>(8, 0));
    }
}

}  // namespace
}  // namespace ausm::train::test
