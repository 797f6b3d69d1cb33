// SPDX-License-Identifier: MIT
// Borders that follow those of the picture, and that are calm where it stands still.
#include "elements/maskoverlay/cut_out.h"
#include "elements/maskoverlay/window_sums.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace {

using namespace ausm::gst::overlay;

/// A grey picture.
struct Grey {
    std::vector<std::uint8_t> bytes;
    Picture picture;

    Grey(int width, int height, std::uint8_t value) : bytes(static_cast<std::size_t>(width * height), value) {
        picture.width = width;
        picture.height = height;
        picture.n_planes = 1;
        picture.planes[0] = {bytes.data(), width, 1, {0, -1, -1}};
    }
    /// Another brightness from the column `x` on.
    Grey& from(int x, std::uint8_t value) {
        for (int y = 0; y < picture.height; ++y)
            std::fill(picture.planes[0].row(y) + x, picture.planes[0].row(y) + picture.width, value);
        return *this;
    }
};

AlphaPlane left_of(int x, int width, int height) {
    AlphaPlane plane;
    plane.assign(width, height);
    for (int y = 0; y < height; ++y)
        std::fill(plane.row(y), plane.row(y) + x, std::uint8_t{255});
    return plane;
}

TEST(WindowSums, AreThoseOfAllNeighbours) {
    for (const auto& [width, height] : {std::pair{1, 1}, {1, 9}, {7, 2}, {13, 11}})
        for (const int reach : {1, 2, 4, 20}) {
            std::vector<int> cells;
            for (int i = 0; i < width * height; ++i)
                cells.push_back(i * 37 % 101);
            const auto sums = window_sums(cells, width, height, reach);
            for (int y = 0; y < height; ++y)
                for (int x = 0; x < width; ++x) {
                    int sum = 0, count = 0;
                    for (int row = std::max(y - reach, 0); row <= std::min(y + reach, height - 1); ++row)
                        for (int column = std::max(x - reach, 0); column <= std::min(x + reach, width - 1);
                             ++column, ++count)
                            sum += cells[static_cast<std::size_t>(row * width + column)];
                    ASSERT_EQ(sums[static_cast<std::size_t>(y * width + x)], sum) << x << "," << y << " " << reach;
                    ASSERT_EQ(window_size(x, width, reach) * window_size(y, height, reach), count);
                }
        }
}

TEST(LumaRows, AreTheBrightnessInEveryLayout) {
    std::vector<std::uint8_t> pixels = {10, 20, 30, 40, 50, 60, 70, 80};
    Picture picture{2, 1, 1, {DrawPlane{pixels.data(), 8, 4, {2, 1, 0}}, {}, {}}};
    EXPECT_EQ(LumaRows(picture).row(0)[0], 20) << "BGRx: (30 + 2 * 20 + 10) / 4";
    EXPECT_EQ(LumaRows(picture).row(0)[1], 60);
    picture.planes[0] = {pixels.data(), 6, 3, {0, 1, 2}};
    EXPECT_EQ(LumaRows(picture).row(0)[1], 50);
    picture.planes[0] = {pixels.data(), 2, 1, {0, -1, -1}};
    EXPECT_EQ(LumaRows(picture).row(0)[1], 20);
}

TEST(GuidedEdges, MoveABorderToThatOfThePicture) {
    constexpr int kWidth = 560, kHeight = 512, kEdge = 280;  // cells of two pixels
    for (const int off : {-1, 0, 1}) {
        Grey grey(kWidth, kHeight, 60);
        grey.from(kEdge, 200);
        LumaRows luma(grey.picture);
        AlphaPlane alpha = left_of(kEdge + off, kWidth, kHeight);
        const CellGrid grid = cell_grid(grey.picture, alpha, nullptr);
        EXPECT_EQ(grid.cell, 2);
        follow_edges(grid, luma, alpha);
        const std::uint8_t* row = alpha.row(256);
        EXPECT_GT(row[kEdge - 1], 140) << off;
        EXPECT_LT(row[kEdge], 110) << off;
        EXPECT_GT(row[kEdge - 1] - row[kEdge], 100) << "a border of the picture, and no slope; off by " << off;
        for (int x = 0; x < kWidth; ++x)
            if (std::abs(x - kEdge) > 10) {
                ASSERT_EQ(row[x], x < kEdge ? 255 : 0) << x;
            }
    }
}

TEST(GuidedEdges, StayInPlaceWhereThePictureHasNone) {
    Grey grey(64, 64, 100);
    LumaRows luma(grey.picture);
    AlphaPlane alpha = left_of(30, 64, 64);
    follow_edges(cell_grid(grey.picture, alpha, nullptr), luma, alpha);
    const std::uint8_t* row = alpha.row(32);
    for (int x = 0; x < 63; ++x)
        EXPECT_GE(row[x], row[x + 1]) << x;
    EXPECT_GT(row[29], 128);
    EXPECT_LT(row[30], 128);
}

TEST(GuidedEdges, BearSmallPictures) {
    for (const auto& [width, height] : {std::pair{1, 1}, {1, 40}, {40, 1}, {3, 2}}) {
        Grey grey(width, height, 77);
        LumaRows luma(grey.picture);
        for (const std::uint8_t value : {0, 255}) {
            AlphaPlane alpha, certainty;
            alpha.assign(width, height, value);
            certainty.assign(width, height, value);
            follow_edges(cell_grid(grey.picture, alpha, &certainty), luma, alpha);
            EXPECT_TRUE(std::all_of(alpha.values.begin(), alpha.values.end(), [&](int a) { return a == value; }));
        }
    }
}

/// How many pixels of a row are neither 0 nor 255.
int slope(const AlphaPlane& alpha) {
    const std::uint8_t* row = alpha.row(alpha.height / 2);
    return static_cast<int>(std::count_if(row, row + alpha.width, [](int a) { return a > 0 && a < 255; }));
}

TEST(CutOut, IsAsSureAsTheConfidenceMap) {
    const Grey grey(64, 64, 100);
    const AlphaPlane map = left_of(32, 64, 64);
    ValueTable meant{};
    meant[255] = 255;
    const LabelMap labels{map.values.data(), 64, 64};
    AlphaPlane confidence = map;
    CutOut cut_out;
    const int without = slope(cut_out.update(grey.picture, labels, {}, meant, {1, 0, 0}));
    const int certain =
        slope(cut_out.update(grey.picture, labels, {confidence.values.data(), 64, 64}, meant, {1, 0, 0}));
    EXPECT_EQ(certain, without) << "where it is sure it says nothing that the map does not say";
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 32; ++x)
            confidence.row(y)[x] = static_cast<std::uint8_t>(std::min(255, 130 + (31 - x) * 8));
    const AlphaPlane& unsure =
        cut_out.update(grey.picture, labels, {confidence.values.data(), 64, 64}, meant, {1, 0, 0});
    EXPECT_GT(slope(unsure), without);
    EXPECT_EQ(unsure.row(32)[0], 255);
    EXPECT_EQ(unsure.row(32)[63], 0);
}

TEST(CutOut, HasNoStairsWhereTheMapIsCoarse) {
    const Grey grey(120, 120, 100);
    std::vector<std::uint8_t> cells(12 * 12);
    for (int i = 0; i < 144; ++i)
        cells[static_cast<std::size_t>(i)] = i % 12 > i / 12 ? 1 : 0;  // a diagonal
    ValueTable meant{};
    meant[1] = 255;
    CutOut cut_out;
    // Where the border is in each row: it should advance with every row, and not by ten pixels at once.
    const auto steps = [&](const AlphaPlane& alpha) {
        int largest = 0, before = -1;
        for (int y = 25; y < 95; ++y) {
            const std::uint8_t* row = alpha.row(y);
            const int at = static_cast<int>(std::find_if(row, row + 120, [](int a) { return a > 127; }) - row);
            largest = before < 0 ? 0 : std::max(largest, std::abs(at - before));
            before = at;
        }
        return largest;
    };
    EXPECT_EQ(steps(cut_out.update(grey.picture, {cells.data(), 12, 12}, {}, meant, {0, 0, 0})), 10);
    EXPECT_LE(steps(cut_out.update(grey.picture, {cells.data(), 12, 12}, {}, meant, {1, 0, 0})), 3);
}

TEST(CutOut, IsCalmWhereThePictureStandsStill) {
    Grey grey(64, 64, 100);
    const AlphaPlane wide = left_of(40, 64, 64), narrow = left_of(20, 64, 64);
    ValueTable meant{};
    meant[255] = 255;
    const auto at_30 = [&](CutOut& cut_out, const AlphaPlane& map, double calm_share) {
        return int{
            cut_out.update(grey.picture, {map.values.data(), 64, 64}, {}, meant, {0, 0, calm_share}).row(32)[30]};
    };
    CutOut calm_one, hasty;
    EXPECT_EQ(at_30(calm_one, wide, 0.8), 255);
    EXPECT_EQ(at_30(hasty, wide, 0), 255);
    EXPECT_EQ(at_30(hasty, narrow, 0), 0);
    int before = 255;
    for (int i = 0; i < 3; ++i) {
        const int now = at_30(calm_one, narrow, 0.8);
        EXPECT_LE(now, before);
        before = now;
    }
    EXPECT_GT(before, 0) << "it takes its time";
    for (int i = 0; i < 30; ++i)
        before = at_30(calm_one, narrow, 0.8);
    EXPECT_EQ(before, 0) << "but it comes";
    at_30(calm_one, wide, 0);
    grey.from(0, 160);
    EXPECT_EQ(at_30(calm_one, narrow, 0.8), 0) << "what moves is followed at once";
    at_30(calm_one, wide, 0);
    calm_one.reset();
    EXPECT_EQ(at_30(calm_one, narrow, 0.8), 0) << "another scene";
}

}  // namespace
