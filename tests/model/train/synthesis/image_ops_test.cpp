// SPDX-License-Identifier: MIT
// Picture operations against slow ones that are plainly right.
#include "train/synthesis/image_ops.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace ausm::train::test {
namespace {

at::Tensor noise(at::IntArrayRef sizes) {
    at::manual_seed(5);
    return at::randint(0, 256, sizes, at::kByte);
}

TEST(ImageOps, WarpsByWholePixelsAreExactAndMirrorAtTheBorders) {
    const auto picture = noise({7, 9, 3}), labels = noise({7, 9});
    const auto moved = at::empty({11, 20, 3}, at::kByte), moved_labels = at::empty({11, 20}, at::kByte);
    const Affine map{1, 0, 5, 0, 1, 2};
    warp_picture(picture, map, moved);
    warp_labels(labels, map, moved_labels);
    const auto mirrored = [](std::int64_t i, std::int64_t n) {
        while (i < 0 || i >= n)
            i = i < 0 ? -i : 2 * (n - 1) - i;
        return i;
    };
    for (std::int64_t y = 0; y < 11; ++y)
        for (std::int64_t x = 0; x < 20; ++x) {
            const auto from_y = mirrored(y - 2, 7), from_x = mirrored(x - 5, 9);
            EXPECT_TRUE(at::equal(moved[y][x], picture[from_y][from_x])) << y << " " << x;
            EXPECT_TRUE(at::equal(moved_labels[y][x], labels[from_y][from_x])) << y << " " << x;
        }
}

TEST(ImageOps, WarpsAreBilinear) {
    const auto picture = noise({20, 30, 3});
    const auto target = at::empty({20, 30, 3}, at::kByte);
    const auto map = similarity({15, 10}, {15, 10}, 0.3, 1.7, true);
    warp_picture(picture, map, target);
    const auto inverse = map.inverse();
    const auto values = picture.to(at::kDouble);
    for (std::int64_t y = 6; y < 14; ++y)
        for (std::int64_t x = 9; x < 21; ++x) {
            const auto from = inverse({static_cast<double>(x), static_cast<double>(y)});
            const auto x0 = static_cast<std::int64_t>(from.x), y0 = static_cast<std::int64_t>(from.y);
            const double ax = from.x - static_cast<double>(x0), ay = from.y - static_cast<double>(y0);
            const auto right = (values[y0][x0] * (1 - ax) + values[y0][x0 + 1] * ax) * (1 - ay) +
                               (values[y0 + 1][x0] * (1 - ax) + values[y0 + 1][x0 + 1] * ax) * ay;
            EXPECT_LE((right - target[y][x].to(at::kDouble)).abs().max().item<double>(), 2.5);
        }
}

TEST(ImageOps, PicturesAndLabelsMoveAlike) {
    // The label map is a picture too: both warps must show the same, but for some pixels at the edges.
    auto labels = at::zeros({40, 60}, at::kByte);
    labels.slice(0, 8, 30).slice(1, 12, 33).fill_(200);
    const auto picture = labels.unsqueeze(2).expand({40, 60, 3}).contiguous();
    const auto map = similarity({20, 20}, {45, 30}, -0.8, 1.6, true);
    const auto moved = at::empty({64, 96, 3}, at::kByte), moved_labels = at::empty({64, 96}, at::kByte);
    warp_picture(picture, map, moved);
    warp_labels(labels, map, moved_labels);
    EXPECT_LE(moved.select(2, 0).gt(100).ne(moved_labels.gt(100)).sum().item<std::int64_t>(), 12);
    EXPECT_GT(moved_labels.gt(0).sum().item<std::int64_t>(), 800);
}

TEST(ImageOps, MasksFadeOutAtTheBorders) {
    const auto mask = at::full({5, 6}, 200, at::kByte);
    const auto moved = warp_mask(mask, {1, 0, 2.5, 0, 1, 0});
    EXPECT_EQ(moved[2][1].item<int>(), 0);
    EXPECT_EQ(moved[2][2].item<int>(), 100);
    EXPECT_EQ(moved[2][3].item<int>(), 200);
}

TEST(ImageOps, ShrinkingAverages) {
    const auto picture = noise({8, 12, 3});
    const auto small = resize_smooth(picture, 4, 6);
    EXPECT_EQ(small.sizes(), (at::IntArrayRef{4, 6, 3}));
    EXPECT_NEAR(small.to(at::kFloat).mean().item<double>(), picture.to(at::kFloat).mean().item<double>(), 6);
    EXPECT_TRUE(at::equal(resize_smooth(at::full({9, 9}, 77, at::kByte), 4, 5), at::full({4, 5}, 77, at::kByte)));
    EXPECT_TRUE(at::equal(resize_labels(at::arange(9).view({1, 9}).expand({3, 9}).to(at::kByte).contiguous(), 1, 3),
                          at::tensor({1, 4, 7}).view({1, 3}).to(at::kByte)));
}

TEST(ImageOps, ColoursAreMatrixProductsClamped) {
    const auto picture = noise({6, 7, 3});
    const ColourMap map{{{1.2F, -0.3F, 0.1F, 20}, {0.5F, 0.5F, 0.5F, -60}, {0, 0, 1, 0}}};
    const auto planes = at::empty({3, 6, 7}, at::kByte);
    apply_colour(picture, map, planes);
    const auto in = picture.to(at::kFloat);
    for (std::size_t c = 0; c < 3; ++c) {
        auto right = at::full({6, 7}, map[c][3], at::kFloat);
        for (std::size_t j = 0; j < 3; ++j)
            right += in.select(2, static_cast<std::int64_t>(j)) * map[c][j];
        const auto difference = planes[static_cast<std::int64_t>(c)].to(at::kFloat) - right.clamp(0, 255);
        EXPECT_LE(difference.abs().max().item<double>(), 0.6);
    }
    EXPECT_TRUE(at::equal(planes[2], picture.select(2, 2)));
}

TEST(ImageOps, BlursAreConvolutions) {
    at::manual_seed(6);
    const auto pictures = at::rand({3, 9, 10});
    const auto weights = at::tensor({0.1F, 0.2F, 0.4F, 0.2F, 0.1F});
    const auto padded = at::reflection_pad2d(pictures, {2, 2, 0, 0}).unsqueeze(1);
    const auto rows = at::conv2d(padded, weights.view({1, 1, 1, 5})).squeeze(1);
    EXPECT_TRUE(at::allclose(blur_rows(pictures, weights), rows, 1e-5, 1e-6));
    EXPECT_TRUE(at::allclose(blur_columns(pictures.transpose(1, 2), weights), rows.transpose(1, 2), 1e-5, 1e-6));
    EXPECT_NEAR(gaussian_weights(3).sum().item<double>(), 1, 1e-6);
    EXPECT_NEAR((gaussian_weights(2)[2] / gaussian_weights(2)[0]).item<double>(), std::exp(4 / (2 * 1.1 * 1.1)), 1e-4);
}

TEST(ImageOps, BytesAreRoundedAndClamped) {
    EXPECT_TRUE(
        at::equal(to_bytes(at::tensor({-3.F, 1.6F, 254.4F, 300.F})), at::tensor({0, 2, 254, 255}).to(at::kByte)));
}

}  // namespace
}  // namespace ausm::train::test
