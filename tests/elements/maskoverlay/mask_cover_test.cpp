// SPDX-License-Identifier: MIT
// Tests that no pixel is left out that a cell of the map touches, in maps larger and smaller than the picture.
#include "elements/maskoverlay/mask_cover.h"
#include "elements/maskoverlay/held_objects.h"

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace ausm::gst::overlay;

ValueTable only(int value) {
    ValueTable table{};
    table[static_cast<std::size_t>(value)] = 255;
    return table;
}

struct Cells {
    int width, height;
    std::vector<std::uint8_t> values;

    Cells(int w, int h) : width(w), height(h), values(static_cast<std::size_t>(w * h)) {
        for (int y = 0; y < h; ++y)
            for (int x = 0; x < w; ++x)
                values[static_cast<std::size_t>(y * w + x)] = static_cast<std::uint8_t>((x / 2 + y / 3 + x * y) % 4);
    }
    LabelMap map() const { return {values.data(), width, height}; }
    int at(int x, int y) const { return values[static_cast<std::size_t>(y * width + x)]; }
};

/// The cell and the pixel overlap: both as intervals of 1 / (width * cells.width) of the picture's width.
bool touches(int cell, int cells, int pixel, int pixels) {
    return cell * pixels < (pixel + 1) * cells && pixel * cells < (cell + 1) * pixels;
}

AlphaPlane expected(const Cells& cells, int value, int width, int height) {
    AlphaPlane plane;
    plane.assign(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int row = 0; row < cells.height; ++row)
                for (int column = 0; column < cells.width; ++column)
                    if (cells.at(column, row) == value && touches(column, cells.width, x, width) &&
                        touches(row, cells.height, y, height))
                        plane.row(y)[x] = 255;
    return plane;
}

constexpr std::pair<int, int> kSizes[] = {{1, 1}, {13, 9}, {12, 18}, {26, 18}, {5, 4}, {31, 3}};

TEST(MaskCover, LeavesOutNoPixelThatACellTouches) {
    const Cells cells(13, 9);
    for (const auto& [width, height] : kSizes)
        for (const int value : {0, 1, 3}) {
            AlphaPlane plane;
            plane.assign(width, height);
            cover_values(plane, cells.map(), only(value));
            EXPECT_EQ(plane.values, expected(cells, value, width, height).values) << width << "x" << height;
        }
}

TEST(HeldObjects, CoverThePlaceWhereTheObjectWas) {
    for (const auto& [width, height] : kSizes) {
        const Cells cells(13, 9);
        Cells empty = cells;
        std::fill(empty.values.begin(), empty.values.end(), std::uint8_t{0});
        const MapObject objects[] = {{70, 1}, {71, 3}};
        HeldObjects held;
        held.update(cells.map(), objects, 2);
        EXPECT_EQ(held.size(), 0u);
        held.update(empty.map(), std::span(objects).first(1), 2);  // the other is not even listed
        EXPECT_EQ(held.size(), 2u);
        AlphaPlane plane, wanted = expected(cells, 1, width, height);
        plane.assign(width, height);
        held.cover(plane);
        const AlphaPlane other = expected(cells, 3, width, height);
        for (std::size_t i = 0; i < wanted.values.size(); ++i)
            wanted.values[i] = static_cast<std::uint8_t>(wanted.values[i] | other.values[i]);
        EXPECT_EQ(plane.values, wanted.values) << width << "x" << height;
    }
}

TEST(HeldObjects, AreForgottenAfterTheirTimeAndWhenTheyAreBack) {
    const Cells cells(13, 9);
    Cells empty = cells;
    std::fill(empty.values.begin(), empty.values.end(), std::uint8_t{0});
    const MapObject objects[] = {{70, 1}, {71, 3}};
    HeldObjects held;
    held.update(cells.map(), objects, 3);
    for (const std::size_t left : {2u, 2u, 2u, 0u, 0u}) {
        held.update(empty.map(), objects, 3);
        EXPECT_EQ(held.size(), left);
    }
    held.update(cells.map(), objects, 3);
    held.update(empty.map(), objects, 3);
    EXPECT_EQ(held.size(), 2u);
    held.update(cells.map(), std::span(objects).first(1), 3);
    EXPECT_EQ(held.size(), 1u) << "one is back";
    held.update(empty.map(), objects, 0);
    EXPECT_EQ(held.size(), 0u) << "hold is off";
    held.update(empty.map(), objects, 3);
    EXPECT_EQ(held.size(), 0u) << "nothing was there in the last map";
    held.update(cells.map(), objects, 3);
    held.reset();
    held.update(empty.map(), objects, 3);
    EXPECT_EQ(held.size(), 0u) << "after a reset nothing was there";
}

}  // namespace
