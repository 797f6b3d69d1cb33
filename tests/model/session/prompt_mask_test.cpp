// SPDX-License-Identifier: MIT
// Prompts on the 1/4 map, by hand-computed cells, and prompts that are refused.
#include "session/prompt_mask.h"
#include "reference.h"

namespace ausm {
namespace {

Prompt box(double x0, double y0, double x1, double y1) {
    Prompt prompt;
    prompt.box = {x0, y0, x1, y1};
    return prompt;
}

Prompt points(std::vector<Point> list) {
    Prompt prompt;
    prompt.kind = PromptKind::kPoints;
    prompt.points = std::move(list);
    return prompt;
}

TEST(PromptMask, BoxCoversEveryCellThatItTouches) {
    const auto mask = prompt_mask(box(0.25, 0.5, 0.55, 0.76), 4, 10);
    auto expected = at::zeros({4, 10});
    expected.slice(0, 2, 4).slice(1, 2, 6).fill_(1);
    EXPECT_TRUE(at::equal(mask.inside, expected)) << mask.inside;
    EXPECT_EQ(mask.kind, MarkKind::kBox);
    EXPECT_TRUE(at::equal(prompt_mask(box(-3, -3, 9, 9), 4, 10).inside, at::ones({4, 10})));
}

TEST(PromptMask, MaskIsAreaAveraged) {
    Prompt prompt;
    prompt.kind = PromptKind::kMask;
    prompt.mask_width = 4, prompt.mask_height = 2;
    prompt.mask = {255, 0, 0, 0, 1, 7, 0, 0};
    EXPECT_CLOSE(prompt_mask(prompt, 1, 2).inside, at::tensor({0.75F, 0.0F}).view({1, 2}), 1e-6);
    EXPECT_CLOSE(prompt_mask(prompt, 2, 3).inside, at::tensor({0.75F, 0.0F, 0.0F, 1.0F, 0.5F, 0.0F}).view({2, 3}),
                 1e-6);
    EXPECT_CLOSE(prompt_mask(prompt, 4, 8).inside[3], at::tensor({1.F, 1.F, 1.F, 1.F, 0.F, 0.F, 0.F, 0.F}), 1e-6);
}

TEST(PromptMask, PointIsADiskAndLabel0IsOutside) {
    // 64 x 112: radius 0.025 * 129 = 3.22 cells around (56, 32), the corner of four cells
    const auto mask = prompt_mask(points({{0.5, 0.5, true}, {0.0, 0.0, false}}), 64, 112);
    EXPECT_EQ(mask.inside.sum().item<float>(), 32);  // centres at odd halves within 3.22: 4 * (3 + 3 + 2), by hand
    EXPECT_EQ(mask.inside[32][58].item<float>(), 1);
    EXPECT_EQ(mask.inside[32][59].item<float>(), 0);
    EXPECT_EQ(mask.outside[0][0].item<float>(), 1);
    EXPECT_EQ(mask.outside[40][60].item<float>(), 0);
    EXPECT_TRUE(mask.has_inside);
    EXPECT_FALSE(prompt_mask(points({{0.1, 0.1, false}}), 8, 8).has_inside);
}

TEST(PromptMask, TinyMapsStillGetACell) {
    EXPECT_GE(prompt_mask(points({{1, 1, true}}), 4, 4).inside.sum().item<float>(), 1);
    EXPECT_GE(prompt_mask(box(0.999, 0.999, 1, 1), 4, 4).inside.sum().item<float>(), 1);
}

TEST(PromptMask, ScribbleJoinsItsPoints) {
    Prompt prompt;
    prompt.kind = PromptKind::kScribble;
    prompt.strokes = {{{0.1, 0.5, true}, {0.9, 0.5, true}}};
    const auto mask = prompt_mask(prompt, 20, 20);
    for (std::int64_t x = 2; x < 18; ++x)
        EXPECT_EQ(mask.inside[10][x].item<float>(), 1);
    EXPECT_EQ(mask.inside[2][10].item<float>(), 0);
    EXPECT_EQ(mask.kind, MarkKind::kScribble);
}

TEST(PromptMask, BadPromptsAreRefusedWithAReason) {
    const auto nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_NE(prompt_error(box(nan, 0, 1, 1)), "");
    EXPECT_NE(prompt_error(box(0.5, 0.1, 0.5, 0.2)), "");
    EXPECT_NE(prompt_error(box(0.5, 0.1, 0.4, 0.2)), "");
    EXPECT_NE(prompt_error(box(1.5, 0, 2, 1)), "");
    EXPECT_EQ(prompt_error(box(-0.5, 0, 0.2, 1)), "");
    EXPECT_NE(prompt_error(points({})), "");
    EXPECT_NE(prompt_error(points({{1.01, 0.5, true}})), "");
    EXPECT_NE(prompt_error(points({{nan, 0.5, true}})), "");
    EXPECT_NE(prompt_error(points(std::vector<Point>(100'001))), "");
    Prompt mask;
    mask.kind = PromptKind::kMask;
    EXPECT_NE(prompt_error(mask), "");
    mask.mask_width = mask.mask_height = 2;
    mask.mask = {0, 0, 0};
    EXPECT_NE(prompt_error(mask), "");
    mask.mask = {0, 0, 0, 0};
    EXPECT_NE(prompt_error(mask), "");
    mask.mask[3] = 1;
    EXPECT_EQ(prompt_error(mask), "");
    mask.object = -1;
    EXPECT_NE(prompt_error(mask), "");
    Prompt scribble;
    scribble.kind = PromptKind::kScribble;
    EXPECT_NE(prompt_error(scribble), "");
    scribble.strokes = {{}};
    EXPECT_NE(prompt_error(scribble), "");
    Prompt other;
    other.kind = PromptKind::kReset;
    EXPECT_EQ(prompt_error(other), "");
    other.kind = PromptKind::kRemove;
    EXPECT_NE(prompt_error(other), "") << "of no object";
    other.object = 3;
    EXPECT_EQ(prompt_error(other), "");
}

}  // namespace
}  // namespace ausm
