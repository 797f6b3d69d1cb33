// SPDX-License-Identifier: MIT
// Boxes, points and strokes made from small masks.
#include "eval/mask_prompt.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace ausm::eval {
namespace {

/// '#' is inside.
class Drawing {
public:
    explicit Drawing(const std::vector<std::string>& rows)
        : width_(static_cast<int>(rows.front().size())), height_(static_cast<int>(rows.size())) {
        for (const auto& row : rows)
            for (const char c : row)
                pixels_.push_back(c == '#' ? 255 : 0);
    }
    operator BinaryMask() const { return {height_, width_, pixels_}; }

private:
    int width_, height_;
    std::vector<std::uint8_t> pixels_;
};

void expect_box(const PixelBox& box, int x0, int y0, int x1, int y1) {
    EXPECT_EQ(box.begin.x, x0);
    EXPECT_EQ(box.begin.y, y0);
    EXPECT_EQ(box.end.x, x1);
    EXPECT_EQ(box.end.y, y1);
}

TEST(TightBox, HoldsEverything) {
    expect_box(tight_box(Drawing({"......", "..#...", ".....#", "......"})), 2, 1, 6, 3);
    expect_box(tight_box(Drawing({"....", "#...", ".#.."})), 0, 1, 2, 3);
    expect_box(tight_box(Drawing({"###", "###"})), 0, 0, 3, 2);
}

TEST(InnermostPixel, FarthestFromTheOutside) {
    EXPECT_EQ(innermost_pixel(Drawing({"........",  //
                                       ".#####..",  //
                                       ".#####.#",  //
                                       ".#####..",  //
                                       ".#####..",  //
                                       ".#####.."})),
              (Pixel{3, 3}));
    EXPECT_EQ(innermost_pixel(Drawing({"....", "..#.", "...."})), (Pixel{2, 1}));
}

TEST(InnermostPixel, TheEdgeOfThePictureIsOutside) {
    EXPECT_EQ(innermost_pixel(Drawing({"#####", "#####", "#####", "#####", "#####"})), (Pixel{2, 2}));
}

TEST(InnermostPixel, TheFirstInRowOrderOfSeveral) {
    EXPECT_EQ(innermost_pixel(Drawing({".....", ".##..", ".##.."})), (Pixel{1, 1}));
    EXPECT_EQ(innermost_pixel(Drawing({"....#", "#...."})), (Pixel{4, 0}));
}

TEST(InnermostPixel, CornersCount) {
    // The left one's middle has outside a diagonal away (1.4), the right one's only two steps away.
    EXPECT_EQ(innermost_pixel(Drawing({".........",  //
                                       ".###.###.",  //
                                       ".###.####",  //
                                       "..##.###.",  //
                                       "........."})),
              (Pixel{6, 2}));
}

std::vector<Pixel> row(int y, int first, int last) {
    std::vector<Pixel> pixels;
    for (int x = first; x != last; x += first < last ? 1 : -1)
        pixels.push_back({x, y});
    pixels.push_back({last, y});
    return pixels;
}

TEST(CentreLine, FollowsTheMiddleOfABar) {
    // The middle row is 2 deep, the rest 1: at least 35 %, so all is core. From the innermost pixel (2, 2) the right
    // end is costlier to reach than the left one, and of its three pixels the corners; the upper one comes first.
    const auto line = centre_line(Drawing({"...........",  //
                                           ".#########.",  //
                                           ".#########.",  //
                                           ".#########.",  //
                                           "..........."}));
    ASSERT_EQ(line.size(), 9U);
    EXPECT_EQ(line.front(), (Pixel{9, 1}));
    EXPECT_EQ(line.back(), (Pixel{1, 1}));
    for (std::size_t i = 1; i + 1 < line.size(); ++i)
        EXPECT_EQ(line[i], (Pixel{9 - static_cast<int>(i), 2})) << i;
}

TEST(CentreLine, TakesALineFromEndToEnd) {
    EXPECT_EQ(centre_line(Drawing({".......", ".#####.", "......."})), row(1, 5, 1));
}

TEST(CentreLine, StaysInTheCoreAroundTheInnermostPixel) {
    // A block 3 deep with a tail 1 deep, less than 35 % of it: the stroke keeps out of the tail.
    const auto line = centre_line(Drawing({".......#.",  //
                                           "#####..#.",  //
                                           "#####..#.",  //
                                           "########.",  //
                                           "#####....",  //
                                           "#####...."}));
    for (const auto& pixel : line) {
        EXPECT_GE(pixel.x, 1);
        EXPECT_LE(pixel.x, 4);
    }
    EXPECT_GE(line.size(), 3U);
}

TEST(CentreLine, BendsWithTheObject) {
    const auto line = centre_line(Drawing({"#......",  //
                                           "#......",  //
                                           "#......",  //
                                           "#######"}));
    ASSERT_EQ(line.size(), 9U);  // the corner is cut
    EXPECT_EQ(line.front(), (Pixel{6, 3}));
    EXPECT_EQ(line.back(), (Pixel{0, 0}));
}

TEST(CentreLine, OnePixelIsAPoint) {
    EXPECT_EQ(centre_line(Drawing({"...", ".#.", "..."})), (std::vector<Pixel>{{1, 1}}));
    EXPECT_EQ(centre_line(Drawing({"#"})), (std::vector<Pixel>{{0, 0}}));
}

TEST(Prompts, RefuseAnEmptyMask) {
    EXPECT_THROW((void)tight_box(Drawing({"..", ".."})), std::invalid_argument);
    EXPECT_THROW((void)innermost_pixel(Drawing({"..", ".."})), std::invalid_argument);
    EXPECT_THROW((void)centre_line(Drawing({"..", ".."})), std::invalid_argument);
}

}  // namespace
}  // namespace ausm::eval
