// SPDX-License-Identifier: MIT
// Objects, their starts, and what teacher forcing shows (arXiv 2508.19242, Alg. 2).
#include "train/synthesis/truth.h"

#include "drawn_data.h"

#include <gtest/gtest.h>

#include <set>

namespace ausm::train::test {
namespace {

/// Squares that move by 4 pixels a frame; instance i has a side of 6 + 4 i pixels. Instance 1 is gone in frames 3 and 4.
Scene moving_squares(int count) {
    Scene scene;
    scene.frames = at::zeros({8, 64, 96, 3}, at::kByte);
    scene.ids = at::zeros({8, 64, 96}, at::kByte);
    scene.instances = count;
    scene.complete = true;
    for (int t = 0; t < 8; ++t)
        for (int i = 1; i <= count; ++i)
            if (i != 1 || (t != 3 && t != 4)) {
                const int side = 6 + 4 * i, left = 4 * t + 20 * ((i - 1) % 3), top = 30 * ((i - 1) / 3);
                scene.ids[t].slice(0, top, top + side).slice(1, left, left + side).fill_(i);
            }
    return scene;
}

ClipRecipe exact() {
    auto recipe = small_recipe();
    recipe.marks.jitter = false;
    recipe.truth.never = 0;
    recipe.prompts.clip = 0;
    return recipe;
}

Clip labelled(const Scene& scene, const ClipRecipe& recipe, std::uint64_t index) {
    Random random(1, index);
    return label(scene, scene.frames.permute({0, 3, 1, 2}), recipe, random);
}

/// t_i of place k.
std::int64_t start(const Clip& clip, std::int64_t k) { return clip.start[k].item<std::int64_t>(); }

TEST(Truth, ObjectsAreTheLargestAndTheirMasksAverages) {
    auto recipe = exact();
    recipe.objects = 3;
    const auto scene = moving_squares(4);
    const auto clip = labelled(scene, recipe, 1);
    EXPECT_EQ(clip.masks.sizes(), (at::IntArrayRef{8, 3, 16, 24}));
    EXPECT_TRUE(clip.valid.all().item<bool>());
    for (std::int64_t k = 0; k < 3; ++k) {
        const auto right = at::avg_pool2d(scene.ids.eq(4 - k).to(at::kFloat).unsqueeze(1), {4, 4}).mul(255).squeeze(1);
        EXPECT_LE((clip.masks.select(1, k).to(at::kFloat) - right).abs().max().item<double>(), 0.51);
    }
    EXPECT_FALSE(clip.complete);  // the fourth has no place
    EXPECT_FALSE(labelled(moving_squares(2), recipe, 1).valid[2].item<bool>());
    EXPECT_TRUE(labelled(moving_squares(2), recipe, 1).complete);
}

TEST(Truth, MarksAreTheMasksOfTheFrameBefore) {
    const auto recipe = exact();
    const auto scene = moving_squares(3);
    for (std::uint64_t i = 0; i < 10; ++i) {
        const auto clip = labelled(scene, recipe, i);
        for (std::int64_t k = 0; k < 3; ++k)
            for (std::int64_t t = 0; t < 8; ++t) {
                const bool tracked = t + 1 > start(clip, k);
                EXPECT_EQ(clip.tracked[t][k].item<bool>(), tracked);
                const auto shown = tracked && t > 0 ? clip.masks[t - 1][k] : at::zeros({16, 24}, at::kByte);
                EXPECT_TRUE(at::equal(clip.marks[t][k], shown)) << "frame " << t << " place " << k;
            }
        EXPECT_EQ(clip.kinds.max().item<int>(), 0);
        EXPECT_FALSE(clip.rereads);
    }
}

TEST(Truth, StartsAreFramesInWhichTheObjectIsVisible) {
    const auto recipe = exact();
    const auto scene = moving_squares(3);
    std::set<std::int64_t> starts;
    for (std::uint64_t i = 0; i < 80; ++i) {
        const auto clip = labelled(scene, recipe, i);
        for (std::int64_t k = 0; k < 3; ++k)
            EXPECT_TRUE(clip.visible[start(clip, k) - 1][k].item<bool>());
        starts.insert(start(clip, 2));  // instance 1 is the smallest
        for (std::int64_t t = 0; t < 8; ++t)
            EXPECT_EQ(clip.visible[t][2].item<bool>(), t != 3 && t != 4);
    }
    EXPECT_EQ(starts, (std::set<std::int64_t>{1, 2, 3, 6, 7, 8}));
}

TEST(Truth, AbsentObjectsAreFoundBefore) {
    auto recipe = exact();
    recipe.truth.never = 1;
    auto scene = moving_squares(3);
    scene.absences = {{1, 3, 2}};
    std::set<std::int64_t> starts;
    for (std::uint64_t i = 0; i < 60; ++i) {
        const auto clip = labelled(scene, recipe, i);
        EXPECT_EQ(start(clip, 0), 9);  // never
        EXPECT_FALSE(clip.tracked.select(1, 0).any().item<bool>());
        starts.insert(start(clip, 2));
    }
    EXPECT_EQ(starts, (std::set<std::int64_t>{1, 2, 3}));
    recipe.objects = 2;  // the absent one has a place before larger ones
    const auto clip = labelled(scene, recipe, 1);
    EXPECT_TRUE(at::equal(clip.visible.sum(0), at::tensor({6, 8})));
}

TEST(Truth, PromptsEnterWithTheFirstFrame) {
    auto recipe = exact();
    recipe.prompts.clip = recipe.prompts.object = recipe.prompts.other_than_mask = 1;
    recipe.prompts.least_cells = 4;
    const auto clip = labelled(moving_squares(3), recipe, 1);
    EXPECT_TRUE(at::equal(clip.start.slice(0, 0, 3), at::zeros({3}, at::kLong)));
    EXPECT_TRUE(clip.tracked.slice(1, 0, 3).all().item<bool>());
    EXPECT_GE(clip.kinds[0].slice(0, 0, 3).min().item<int>(), 1);
    EXPECT_EQ(clip.kinds.slice(0, 1).max().item<int>(), 0);
    EXPECT_TRUE(clip.rereads);
    EXPECT_TRUE(at::equal(clip.marks[1], clip.masks[0]));
    recipe.prompts.other_than_mask = 0;
    const auto masks = labelled(moving_squares(3), recipe, 1);
    EXPECT_TRUE(at::equal(masks.marks[0], masks.masks[0]));
    EXPECT_TRUE(masks.kinds[0].slice(0, 0, 3).eq(1).all().item<bool>());
}

TEST(Truth, MarksAreHiddenForSeveralFrames) {
    auto recipe = exact();
    recipe.prompts.clip = recipe.prompts.object = 1;
    recipe.marks = {.jitter = true, .drop = 0, .shift = 0, .soften = 0, .holes = 0, .leaks = 0};
    recipe.marks.hide = 1;
    recipe.marks.hide_frames = {2, 2};
    recipe.marks.foreign = 0;
    for (std::uint64_t i = 0; i < 20; ++i) {
        const auto clip = labelled(moving_squares(3), recipe, i);
        const auto shown = clip.marks.select(1, 0).flatten(1).any(1);
        const auto missing = shown.logical_not().nonzero().flatten();
        ASSERT_GE(missing.size(0), 1);
        ASSERT_LE(missing.size(0), 2);
        const auto first = missing[0].item<std::int64_t>();
        EXPECT_GE(first, 2);
        EXPECT_EQ(missing.size(0), first == 7 ? 1 : 2);
        EXPECT_EQ(missing[-1].item<std::int64_t>() - first, missing.size(0) - 1);
    }
}

TEST(Truth, ForeignMarksAreAnotherObjects) {
    auto recipe = exact();
    recipe.prompts.clip = recipe.prompts.object = 1;
    recipe.prompts.other_than_mask = 0;
    recipe.marks = {
        .jitter = true, .drop = 0, .shift = 0, .soften = 0, .holes = 0, .leaks = 0, .hide = 0, .foreign = 1};
    const auto clip = labelled(moving_squares(2), recipe, 1);
    const auto right = at::cat({clip.masks.slice(0, 0, 1), clip.masks.slice(0, 0, 7)});
    const auto wrong = clip.marks.ne(right).flatten(2).any(2).nonzero();
    ASSERT_EQ(wrong.size(0), 1);
    const auto t = wrong[0][0].item<std::int64_t>(), k = wrong[0][1].item<std::int64_t>();
    const auto added = clip.marks[t][k].masked_select(right[t][1 - k].eq(255).logical_and(right[t][k].eq(0)));
    EXPECT_TRUE(added.ge(255 * 0.29).all().item<bool>());
    EXPECT_TRUE(added.le(255 * 0.9).all().item<bool>());
}

TEST(Truth, CompleteNeedsEverythingLabelled) {
    const auto recipe = exact();
    auto scene = moving_squares(2);
    scene.ids[5].slice(0, 60, 64).slice(1, 0, 12).fill_(data::kIgnored);  // 48 of 6144 pixels
    EXPECT_TRUE(labelled(scene, recipe, 1).complete);
    scene.ids[5].slice(0, 56, 64).slice(1, 0, 12).fill_(data::kIgnored);
    EXPECT_FALSE(labelled(scene, recipe, 1).complete);
}

TEST(Truth, SlotsAreDifferentIdVectors) {
    auto recipe = exact();
    recipe.id_vectors = 7;
    std::set<std::int64_t> seen;
    for (std::uint64_t i = 0; i < 40; ++i) {
        const auto slots = labelled(moving_squares(1), recipe, i).slots;
        std::set<std::int64_t> own;
        for (std::int64_t k = 0; k < 5; ++k)
            own.insert(slots[k].item<std::int64_t>());
        EXPECT_EQ(own.size(), 5U);
        seen.merge(own);
    }
    EXPECT_EQ(seen, (std::set<std::int64_t>{0, 1, 2, 3, 4, 5, 6}));
}

}  // namespace
}  // namespace ausm::train::test
