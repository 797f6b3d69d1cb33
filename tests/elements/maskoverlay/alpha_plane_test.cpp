// SPDX-License-Identifier: MIT
// Tests widening, softening and fading against loops over all neighbours.
#include "elements/maskoverlay/alpha_plane.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <utility>

namespace {

using namespace ausm::gst::overlay;

constexpr std::pair<int, int> kSizes[] = {{1, 1}, {1, 7}, {9, 1}, {2, 3}, {17, 9}, {38, 23}};

/// Islands of several values amid nothing.
AlphaPlane islands(int width, int height) {
    AlphaPlane plane;
    plane.assign(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            if ((x * 7 + y * 13 + x * y) % 11 == 0)
                plane.row(y)[x] = static_cast<std::uint8_t>(255 - (x + y) % 3 * 100);
    return plane;
}

/// A few islands far from each other.
AlphaPlane few_islands(int width, int height) {
    AlphaPlane plane;
    plane.assign(width, height);
    for (const auto& [left, top, size] : {std::array{20, 30, 40}, {150, 10, 3}, {155, 20, 1}, {260, 150, 45}})
        for (int y = top; y < std::min(top + size, height); ++y)
            std::fill_n(plane.row(y) + left, std::min(size, width - left), static_cast<std::uint8_t>(255 - size));
    return plane;
}

/// `fold` of the values at most `reach` away. `repeated`: with the edges' values outside of the plane.
template <typename Fold>
AlphaPlane folded(const AlphaPlane& plane, int reach, bool repeated, int start, Fold fold) {
    AlphaPlane out = plane;
    for (int y = 0; y < plane.height; ++y)
        for (int x = 0; x < plane.width; ++x) {
            int value = start;
            for (int row = y - reach; row <= y + reach; ++row)
                for (int column = x - reach; column <= x + reach; ++column) {
                    const int near_y = std::clamp(row, 0, plane.height - 1);
                    const int near_x = std::clamp(column, 0, plane.width - 1);
                    if (repeated || (near_y == row && near_x == column))
                        value = fold(value, plane.row(near_y)[near_x]);
                }
            out.row(y)[x] = static_cast<std::uint8_t>(value);
        }
    return out;
}

TEST(AlphaPlane, WidensToTheLargestNeighbour) {
    for (const auto& [width, height] : kSizes)
        for (const int reach : {0, 1, 2, 3, 5, 20, 1000}) {
            AlphaPlane plane = islands(width, height);
            const AlphaPlane wanted =
                folded(plane, std::min(reach, 40), false, 0, [](int a, int b) { return std::max(a, b); });
            widen(plane, reach);
            EXPECT_EQ(plane.values, wanted.values) << width << "x" << height << " by " << reach;
        }
}

TEST(AlphaPlane, WidensFewIslandsOnALargePlane) {
    for (const int reach : {1, 9}) {
        AlphaPlane plane = few_islands(300, 200);
        const AlphaPlane wanted = folded(plane, reach, false, 0, [](int a, int b) { return std::max(a, b); });
        widen(plane, reach);
        EXPECT_EQ(plane.values, wanted.values) << reach;
    }
}

TEST(AlphaPlane, WidensByLessThanNothingToTheSmallestNeighbour) {
    for (const auto& [width, height] : kSizes)
        for (const int reach : {1, 2, 3, 6}) {
            AlphaPlane plane = islands(width, height);
            invert(plane);
            const AlphaPlane wanted = folded(plane, reach, false, 255, [](int a, int b) { return std::min(a, b); });
            widen(plane, -reach);
            EXPECT_EQ(plane.values, wanted.values) << width << "x" << height << " by " << -reach;
        }
}

TEST(AlphaPlane, SoftensRowsThenColumnsToRoundedMeans) {
    const std::pair<int, int> sizes[] = {{1, 1}, {1, 7}, {9, 1}, {2, 3}, {17, 9}, {38, 23}, {300, 200}};
    for (const auto& [width, height] : sizes)
        for (const int reach : {0, 1, 2, 7, kMaxSoftness}) {
            AlphaPlane plane = width < 300 ? islands(width, height) : few_islands(width, height);
            const int n = 2 * reach + 1;
            AlphaPlane wanted = plane;
            for (const bool down : {false, true}) {
                const AlphaPlane from = wanted;
                for (int y = 0; y < height; ++y)
                    for (int x = 0; x < width; ++x) {
                        int sum = n / 2;
                        for (int i = -reach; i <= reach; ++i)
                            sum += down ? from.row(std::clamp(y + i, 0, height - 1))[x]
                                        : from.row(y)[std::clamp(x + i, 0, width - 1)];
                        wanted.row(y)[x] = static_cast<std::uint8_t>(sum / n);
                    }
            }
            soften(plane, reach);
            EXPECT_EQ(plane.values, wanted.values) << width << "x" << height << " over " << reach;
        }
}

TEST(AlphaPlane, WidenedByAsMuchAsItIsSoftenedItStaysWholeInside) {
    for (const int reach : {1, 4, kMaxSoftness}) {
        AlphaPlane plane;
        plane.assign(120, 90);
        plane.row(40)[60] = plane.row(0)[0] = plane.row(89)[119] = 255;
        widen(plane, 3);
        const AlphaPlane inside = plane;
        widen(plane, reach);
        soften(plane, reach);
        for (std::size_t i = 0; i < plane.values.size(); ++i)
            ASSERT_TRUE(inside.values[i] != 255 || plane.values[i] == 255) << i << " with " << reach;
    }
}

TEST(AlphaPlane, FadesToAShareAndNeverTakesAway) {
    AlphaPlane plane, before;
    plane.assign(4, 1);
    before.assign(4, 1);
    plane.values = {0, 255, 100, 10};
    before.values = {255, 0, 100, 200};
    keep_fading(plane, before, 128);
    EXPECT_EQ(plane.values, (std::vector<std::uint8_t>{127, 255, 100, 100}));
}

}  // namespace
