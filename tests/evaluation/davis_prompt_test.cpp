// SPDX-License-Identifier: MIT
// Boxes and points made from small masks.
#include "davis_prompt.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace ausm::evaluation {
namespace {

/// '#' is inside.
gst::MaskImage mask_of(const std::vector<std::string>& rows) {
    gst::MaskImage mask{static_cast<int>(rows.front().size()), static_cast<int>(rows.size()), {}};
    for (const auto& row : rows)
        for (const char c : row)
            mask.values.push_back(c == '#' ? 255 : 0);
    return mask;
}

void expect_box(const PixelBox& box, int x0, int y0, int x1, int y1) {
    EXPECT_EQ(box.begin.x, x0);
    EXPECT_EQ(box.begin.y, y0);
    EXPECT_EQ(box.end.x, x1);
    EXPECT_EQ(box.end.y, y1);
}

void expect_pixel(const Pixel& pixel, int x, int y) {
    EXPECT_EQ(pixel.x, x);
    EXPECT_EQ(pixel.y, y);
}

TEST(TightBox, HoldsEverything) {
    expect_box(tight_box(mask_of({"......", "..#...", ".....#", "......"})), 2, 1, 6, 3);
    expect_box(tight_box(mask_of({"....", "#...", ".#.."})), 0, 1, 2, 3);
    expect_box(tight_box(mask_of({"###", "###"})), 0, 0, 3, 2);
}

TEST(InnermostPixel, FarthestFromTheOutside) {
    expect_pixel(innermost_pixel(mask_of({"........",  //
                                          ".#####..",  //
                                          ".#####.#",  //
                                          ".#####..",  //
                                          ".#####..",  //
                                          ".#####.."})),
                 3, 3);
    expect_pixel(innermost_pixel(mask_of({"....", "..#.", "...."})), 2, 1);
}

TEST(InnermostPixel, TheEdgeOfThePictureIsOutside) {
    expect_pixel(innermost_pixel(mask_of({"#####", "#####", "#####", "#####", "#####"})), 2, 2);
}

TEST(InnermostPixel, TheFirstInRowOrderOfSeveral) {
    expect_pixel(innermost_pixel(mask_of({".....", ".##..", ".##.."})), 1, 1);
    expect_pixel(innermost_pixel(mask_of({"....#", "#...."})), 4, 0);
}

TEST(InnermostPixel, CornersCount) {
    // The left one's middle has outside a diagonal away (1.4), the right one's only two steps away.
    expect_pixel(innermost_pixel(mask_of({".........",  //
                                          ".###.###.",  //
                                          ".###.####",  //
                                          "..##.###.",  //
                                          "........."})),
                 6, 2);
}

TEST(Prompts, RefuseAnEmptyMask) {
    EXPECT_THROW((void)tight_box(mask_of({"..", ".."})), std::invalid_argument);
    EXPECT_THROW((void)innermost_pixel(mask_of({"..", ".."})), std::invalid_argument);
}

}  // namespace
}  // namespace ausm::evaluation
