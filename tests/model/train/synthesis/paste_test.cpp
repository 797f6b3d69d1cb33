// SPDX-License-Identifier: MIT
// What is pasted, where, and what is labelled.
#include "train/synthesis/paste.h"

#include "drawn_data.h"

#include <gtest/gtest.h>

namespace ausm::train::test {
namespace {

constexpr ColourMap kSame{{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}};

Scene grey_scene(std::int64_t frames) {
    Scene scene;
    scene.frames = at::full({frames, 64, 96, 3}, 100, at::kByte);
    scene.ids = at::zeros({frames, 64, 96}, at::kByte);
    return scene;
}

CutOut cut_out(std::int64_t h, std::int64_t w, int level, int alpha) {
    return {at::full({h, w, 3}, level, at::kByte), at::full({h, w}, alpha, at::kByte), Role::kPicture, true};
}

TEST(Paste, BlendsAndLabelsWhereItIs) {
    auto scene = grey_scene(2);
    const Pasted pasted{cut_out(10, 20, 200, 255), {{1, 0, 30, 0, 1, 5}, {1, 0, 80, 0, 1, 60}}, kSame, {}};
    EXPECT_EQ(paste(scene, pasted), 1);
    auto right = at::zeros_like(scene.ids);
    right[0].slice(0, 5, 15).slice(1, 30, 50).fill_(1);
    right[1].slice(0, 60, 64).slice(1, 80, 96).fill_(1);
    EXPECT_TRUE(at::equal(scene.ids, right));
    EXPECT_TRUE(at::equal(scene.frames.select(3, 1), at::full({2, 64, 96}, 100, at::kByte) + right * 100));
    EXPECT_EQ(paste(scene, pasted), 2);
    EXPECT_EQ(scene.ids.max().item<int>(), 2);
    EXPECT_EQ(scene.instances, 2);
}

TEST(Paste, ThinPartsAreShownButNotLabelled) {
    auto scene = grey_scene(1);
    ColourMap darker = kSame;
    darker[0][3] = -50;
    paste(scene, {cut_out(10, 10, 200, 51), {Affine{}}, darker, {}});
    EXPECT_EQ(scene.ids.max().item<int>(), 0);
    EXPECT_EQ(scene.frames[0][5][5][0].item<int>(), 110);  // 100 + (150 - 100) / 5
    EXPECT_EQ(scene.frames[0][5][5][1].item<int>(), 120);
}

TEST(Paste, StopsWhenAllIdsAreTaken) {
    auto scene = grey_scene(1);
    scene.instances = 253;
    const Pasted pasted{cut_out(10, 10, 200, 255), {Affine{}}, kSame, {}};
    EXPECT_EQ(paste(scene, pasted), 254);
    const auto before = scene.ids.clone();
    EXPECT_EQ(paste(scene, pasted), 0);
    EXPECT_TRUE(at::equal(scene.ids, before));
}

TEST(Paste, WobblesChangeTheShapeSmoothly) {
    auto recipe = small_recipe();
    recipe.pasted.wobble = 1;
    recipe.pasted.wobble_size = {0.08, 0.08};
    Random random(1, 1);
    const Affine still{1, 0, 20, 0, 1, 10};
    const auto pasted = dress(cut_out(40, 40, 200, 255), std::vector<Affine>(8, still), recipe, random);
    ASSERT_TRUE(pasted.wobble);
    auto scene = grey_scene(8);
    paste(scene, pasted);
    const auto area = [&](std::int64_t t) { return scene.ids[t].sum().item<std::int64_t>(); };
    EXPECT_FALSE(at::equal(scene.ids[0], scene.ids[3]));
    for (std::int64_t t = 1; t < 8; ++t)
        EXPECT_NEAR(static_cast<double>(area(t)), static_cast<double>(area(t - 1)), 500);
    EXPECT_NEAR(static_cast<double>(area(0)), 1600, 700);
}

TEST(Paste, SizesAreHeights) {
    const auto tall = sized(cut_out(80, 20, 9, 255), 40);
    EXPECT_EQ(tall.cut.alpha.sizes(), (at::IntArrayRef{40, 10}));  // averaged
    EXPECT_EQ(tall.scale, 1);
    const auto wide = sized(cut_out(10, 50, 9, 255), 48);
    EXPECT_NEAR(wide.width, 60, 1e-9);
    EXPECT_NEAR(wide.scale, 1.2, 1e-9);
}

TEST(Paste, DriftsPassTheirPlace) {
    const auto recipe = small_recipe();
    const auto what = sized(cut_out(20, 20, 9, 255), 20);
    for (std::uint64_t i = 0; i < 20; ++i) {
        Random random(1, i);
        double nearest = 1e9;
        for (const auto& map : drift(what, {40, 30}, false, recipe, random)) {
            const auto centre = map({10, 10});
            nearest = std::min(nearest, std::hypot(centre.x - 40, centre.y - 30));
        }
        EXPECT_LT(nearest, 1e-6);
    }
}

TEST(Paste, AsManyAsTheRecipeSays) {
    auto recipe = small_recipe();
    recipe.pasted.outside = 0;
    const auto pool = drawn_pool(recipe);
    for (std::uint64_t i = 0; i < 12; ++i) {
        Random random(2, i);
        auto scene = grey_scene(8);
        add_pasted(scene, {3}, *pool, recipe, random);
        EXPECT_EQ(scene.instances, 3);
        EXPECT_GT(scene.ids.gt(0).sum().item<std::int64_t>(), 0);
    }
}

}  // namespace
}  // namespace ausm::train::test
