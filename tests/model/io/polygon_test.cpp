// SPDX-License-Identifier: MIT
// The rule of polygons: pixel centres, even-odd, half-open edges.
#include "io/polygon.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace ausm::io {
namespace {

MaskPixels filled(int height, int width, const std::vector<float>& points) {
    MaskPixels mask(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    fill_polygon(mask, height, width, std::span(&points, 1));
    return mask;
}

int area(const MaskPixels& mask) { return std::accumulate(mask.begin(), mask.end(), 0); }

TEST(Polygon, RectanglesOnPixelBorders) {
    EXPECT_EQ(filled(3, 4, {1, 1, 3, 1, 3, 3, 1, 3}), (MaskPixels{0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0}));
}

TEST(Polygon, ACentreOnTheLeftOrUpperEdgeIsInsideOnTheOthersOutside) {
    EXPECT_EQ(filled(3, 3, {0.5, 0.5, 2.5, 0.5, 2.5, 2.5, 0.5, 2.5}), (MaskPixels{1, 1, 0, 1, 1, 0, 0, 0, 0}));
}

TEST(Polygon, TheDirectionDoesNotMatter) {
    EXPECT_EQ(filled(9, 9, {1, 1, 8, 2, 4, 8}), filled(9, 9, {4, 8, 8, 2, 1, 1}));
}

TEST(Polygon, WhereItCrossesItselfIsAHole) {
    // A pentagram has its inner pentagon outside by the even-odd rule.
    const auto mask = filled(100, 100, {50, 2, 80, 95, 2, 38, 98, 38, 20, 95});
    EXPECT_EQ(mask[50 * 100 + 50], 0);
    EXPECT_EQ(mask[20 * 100 + 50], 1);
}

TEST(Polygon, PartsOutsideOfThePictureAreCutOff) {
    EXPECT_EQ(area(filled(4, 5, {-10, -10, 20, -10, 20, 20, -10, 20})), 20);
    EXPECT_EQ(filled(2, 3, {-5, 0, 1, 0, 1, 9, -5, 9}), (MaskPixels{1, 0, 0, 1, 0, 0}));
    EXPECT_EQ(area(filled(4, 5, {10, 1, 20, 1, 20, 3})), 0);
    EXPECT_EQ(area(filled(4, 5, {1, -9, 3, -9, 3, -2})), 0);
}

TEST(Polygon, WithoutAreaItIsEmpty) { EXPECT_EQ(area(filled(4, 4, {1, 1, 3, 1, 2, 1})), 0); }

/// By the winding of the angle, pixel by pixel: another way to the same answer for points in general position.
TEST(Polygon, RandomTrianglesHoldThePixelsWhoseCentresAreInside) {
    std::mt19937 random(3);
    std::uniform_real_distribution<float> place(-4, 24);
    for (int round = 0; round < 50; ++round) {
        std::vector<float> p(6);
        for (auto& value : p)
            value = place(random);
        const auto mask = filled(20, 20, p);
        for (int y = 0; y < 20; ++y)
            for (int x = 0; x < 20; ++x) {
                const auto side = [&](std::size_t a, std::size_t b) {
                    return (p[2 * b] - p[2 * a]) * (static_cast<float>(y) + .5F - p[2 * a + 1]) -
                               (p[2 * b + 1] - p[2 * a + 1]) * (static_cast<float>(x) + .5F - p[2 * a]) >
                           0;
                };
                const bool inside = side(0, 1) == side(1, 2) && side(1, 2) == side(2, 0);
                ASSERT_EQ(mask[static_cast<std::size_t>(y * 20 + x)], inside ? 1 : 0)
                    << round << ": " << x << ", " << y;
            }
    }
}

TEST(Polygon, NeighboursShareNoPixelAndLeaveNone) {
    const auto upper = filled(30, 30, {0, 0, 30, 0, 30, 30}), lower = filled(30, 30, {0, 0, 30, 30, 0, 30});
    for (std::size_t i = 0; i < upper.size(); ++i)
        ASSERT_EQ(upper[i] + lower[i], 1) << i;
}

}  // namespace
}  // namespace ausm::io
