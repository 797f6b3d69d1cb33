// SPDX-License-Identifier: MIT
// Prompts belong to their object.
#include "train/synthesis/prompt_marks.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace ausm::train::test {
namespace {

/// A ring with a thick side: a point in the middle of its box would be wrong.
at::Tensor ring() {
    auto mask = at::zeros({56, 96}, at::kByte);
    mask.slice(0, 10, 45).slice(1, 20, 70).fill_(255);
    mask.slice(0, 14, 41).slice(1, 34, 66).fill_(0);
    return mask;
}

PromptRecipe only(double box, double point, double scribble) {
    PromptRecipe recipe;
    recipe.other_than_mask = 1;
    recipe.box = box;
    recipe.point = point;
    recipe.scribble = scribble;
    return recipe;
}

TEST(PromptMarks, DepthsAreNearlyEuclidean) {
    const auto mask = ring(), inside = depth_inside(mask);
    const auto on = mask.accessor<std::uint8_t, 2>();
    const auto depth = inside.accessor<float, 2>();
    for (std::int64_t y = 9; y < 46; y += 3)
        for (std::int64_t x = 19; x < 71; x += 2) {
            double nearest = on[y][x] == 0 ? 0 : 1e9;
            for (std::int64_t v = 0; v < 56 && nearest > 0; ++v)
                for (std::int64_t u = 0; u < 96; ++u)
                    if (on[v][u] == 0)
                        nearest = std::min(nearest, std::hypot(static_cast<double>(v - y), static_cast<double>(u - x)));
            EXPECT_NEAR(depth[y][x], nearest, 0.05 + 0.06 * nearest) << y << " " << x;
        }
    EXPECT_NEAR(depth_inside(at::ones({5, 9}, at::kByte))[2][4].item<double>(), 3, 0.2);  // borders count as outside
}

TEST(PromptMarks, BoxesSurroundTheirObject) {
    auto recipe = only(1, 0, 0);
    recipe.box_sigma = 0;
    Random random(1, 1);
    const auto exact = prompt_mark(ring(), recipe, random);
    EXPECT_EQ(exact.kind, MarkKind::kBox);
    auto box = at::zeros({56, 96}, at::kByte);
    box.slice(0, 10, 45).slice(1, 20, 70).fill_(255);
    EXPECT_TRUE(at::equal(exact.mark, box));
    recipe.box_sigma = 0.04;
    const auto jittered = prompt_mark(ring(), recipe, random).mark;
    EXPECT_FALSE(at::equal(jittered, box));
    EXPECT_GT(at::minimum(jittered, box).gt(0).sum().item<double>(), 0.7 * 35 * 50);
}

TEST(PromptMarks, PointsAreDisksWellInside) {
    for (std::uint64_t i = 0; i < 40; ++i) {
        Random random(1, i);
        const auto prompt = prompt_mark(ring(), only(0, 1, 0), random);
        EXPECT_EQ(prompt.kind, MarkKind::kPoint);
        const auto cells = prompt.mark.nonzero().to(at::kDouble);
        const auto centre = cells.mean(0).round().to(at::kLong);
        EXPECT_EQ(ring()[centre[0].item<std::int64_t>()][centre[1].item<std::int64_t>()].item<int>(), 255);
        EXPECT_NEAR(static_cast<double>(cells.size(0)), 3.14 * 2.78 * 2.78, 6);  // 2.5 % of the diagonal
    }
}

TEST(PromptMarks, ScribblesStayInside) {
    bool long_stroke = false;
    for (std::uint64_t i = 0; i < 40; ++i) {
        Random random(1, i);
        const auto prompt = prompt_mark(ring(), only(0, 0, 1), random);
        EXPECT_EQ(prompt.kind, MarkKind::kScribble);
        EXPECT_TRUE(prompt.mark.le(ring()).all().item<bool>());
        const auto cells = prompt.mark.gt(0).sum().item<std::int64_t>();
        EXPECT_GT(cells, 8);
        long_stroke = long_stroke || cells > 60;
    }
    EXPECT_TRUE(long_stroke);
}

TEST(PromptMarks, SmallObjectsAndTheRestGetTheirMask) {
    auto small = at::zeros({56, 96}, at::kByte);
    small.slice(0, 10, 13).slice(1, 20, 23).fill_(200);
    Random random(1, 1);
    const auto prompt = prompt_mark(small, only(1, 1, 1), random);
    EXPECT_EQ(prompt.kind, MarkKind::kMask);
    EXPECT_TRUE(at::equal(prompt.mark, small));
    PromptRecipe recipe;
    std::array<int, 5> counts{};
    for (int i = 0; i < 1000; ++i)
        ++counts[static_cast<std::size_t>(prompt_mark(ring(), recipe, random).kind)];
    EXPECT_NEAR(counts[1], 550, 60);
    EXPECT_NEAR(counts[2], 180, 45);
    EXPECT_NEAR(counts[3], 180, 45);
    EXPECT_NEAR(counts[4], 90, 35);
}

}  // namespace
}  // namespace ausm::train::test
