// SPDX-License-Identifier: MIT
// Coordinates on a picture: pixels become shares, what reaches a little over the edges is cut, all else is refused.
#include "gst/gstausmcoordinates.h"

#include <gtest/gtest.h>

using namespace ausm::gst;
using ausm::Point;

namespace {

using Box = std::array<double, 4>;

PromptLine box_line(const Box& box, PromptUnit unit) {
    PromptLine line(PromptOp::kBox);
    line.box = box;
    line.unit = unit;
    return line;
}

PromptLine point_line(double x, double y, PromptUnit unit) {
    PromptLine line(PromptOp::kPoints);
    line.points = {{0, 0, true}, {x, y, false}};
    line.unit = unit;
    return line;
}

/// Why it does not fit a picture of 200x100; the line must have stayed as it was.
std::string refused(PromptLine line) {
    const PromptLine before = line;
    const auto wrong = to_shares(line, 200, 100);
    EXPECT_EQ(line.box, before.box);
    EXPECT_EQ(line.unit, before.unit);
    EXPECT_FALSE(line.clipped);
    for (std::size_t i = 0; i < line.points.size(); ++i)
        EXPECT_EQ(line.points[i].x, before.points[i].x);
    return wrong.value_or("");
}

PromptLine placed(PromptLine line) {
    EXPECT_EQ(to_shares(line, 200, 100), std::nullopt);
    EXPECT_EQ(line.unit, PromptUnit::kNormalised);
    return line;
}

TEST(Coordinates, PixelsBecomeSharesOfThePicture) {
    const PromptLine box = placed(box_line({20, 10, 100, 100}, PromptUnit::kPixel));
    EXPECT_EQ(box.box, (Box{0.1, 0.1, 0.5, 1}));
    EXPECT_FALSE(box.clipped);
    const PromptLine points = placed(point_line(200, 50, PromptUnit::kPixel));
    EXPECT_EQ(points.points[1].x, 1);
    EXPECT_EQ(points.points[1].y, 0.5);
    EXPECT_FALSE(points.points[1].inside);
    PromptLine strokes(PromptOp::kScribble);
    strokes.unit = PromptUnit::kPixel;
    strokes.strokes = {{{0, 0, true}, {100, 100, true}}, {{50, 20, false}}};
    strokes = placed(strokes);
    EXPECT_EQ(strokes.strokes[0][1].x, 0.5);
    EXPECT_EQ(strokes.strokes[1][0].y, 0.2);
    EXPECT_FALSE(strokes.strokes[1][0].inside);
}

TEST(Coordinates, SharesAndTheirSecondReadingStay) {
    const PromptLine once = placed(box_line({0.1, 0.2, 0.3, 1}, PromptUnit::kNormalised));
    EXPECT_EQ(once.box, (Box{0.1, 0.2, 0.3, 1}));
    EXPECT_EQ(placed(placed(box_line({1, 2, 3, 99}, PromptUnit::kPixel))).box,
              placed(box_line({1, 2, 3, 99}, PromptUnit::kPixel)).box);
}

TEST(Coordinates, ABoxOverTheEdgeIsClippedWhenHalfOfItIsInside) {
    for (const auto& [box, unit] :
         {std::pair{Box{-20, 0, 20, 100}, PromptUnit::kPixel}, {Box{-0.1, 0, 0.1, 1}, PromptUnit::kNormalised}}) {
        PromptLine line = placed(box_line(box, unit));
        EXPECT_EQ(line.box, (Box{0, 0, 0.1, 1})) << "exactly half";
        EXPECT_TRUE(line.clipped);
        EXPECT_TRUE(placed(line).clipped) << "said once, it stays said";
    }
    EXPECT_EQ(placed(box_line({150, 50, 220, 110}, PromptUnit::kPixel)).box, (Box{0.75, 0.5, 1, 1}));
    EXPECT_EQ(placed(box_line({0.5, 0.5, 1.0000001, 1}, PromptUnit::kNormalised)).box, (Box{0.5, 0.5, 1, 1}));
}

TEST(Coordinates, ABoxThatLiesOutsideMoreThanInsideIsRefused) {
    for (const Box& box : {Box{-21, 0, 20, 100}, {150, 75, 250, 150}, {201, 0, 300, 50}, {-9, -9, -1, -1}})
        EXPECT_EQ(refused(box_line(box, PromptUnit::kPixel)),
                  "the prompt lies outside the picture of 200x100: less than half of the box is inside");
    EXPECT_NE(refused(box_line({-0.21, 0, 0.2, 1}, PromptUnit::kNormalised)), "");
    EXPECT_NE(refused(box_line({0.75, 0.75, 1.25, 1.5}, PromptUnit::kNormalised)), "");
    EXPECT_NE(refused(box_line({201, 0, 201.0000000000001, 1e-320}, PromptUnit::kPixel)), "");
}

TEST(Coordinates, PointsWithinHalfAPixelAreMovedToTheEdgeAndOthersRefused) {
    const PromptLine pixels = placed(point_line(-0.5, 100.5, PromptUnit::kPixel));
    EXPECT_EQ(pixels.points[1].x, 0);
    EXPECT_EQ(pixels.points[1].y, 1);
    EXPECT_FALSE(pixels.clipped);
    const PromptLine shares = placed(point_line(1.0024, -0.0049, PromptUnit::kNormalised));
    EXPECT_EQ(shares.points[1].x, 1);
    EXPECT_EQ(shares.points[1].y, 0);
    for (const auto& [x, y] : {std::pair{-0.6, 1.0}, {200.6, 1}, {1, -0.6}, {1, 100.6}})
        EXPECT_EQ(refused(point_line(x, y, PromptUnit::kPixel)),
                  "the prompt lies outside the picture of 200x100: a point is more than half a pixel beside it");
    for (const auto& [x, y] : {std::pair{1.003, 0.5}, {0.5, 1.006}, {-0.003, 0.5}, {0.5, -0.006}})
        EXPECT_NE(refused(point_line(x, y, PromptUnit::kNormalised)), "") << x << "," << y;
    PromptLine strokes(PromptOp::kScribble);
    strokes.strokes = {{{0, 0, true}}, {{0.5, 0.5, true}, {1.1, 0.5, true}}};
    EXPECT_NE(to_shares(strokes, 200, 100), std::nullopt);
}

TEST(Coordinates, WithoutASizeOnlySharesMeanSomething) {
    PromptLine pixels = box_line({1, 1, 2, 2}, PromptUnit::kPixel);
    EXPECT_NE(to_shares(pixels, 0, 0).value_or("").find("not known"), std::string::npos);
    PromptLine shares = box_line({0.5, 0.5, 1.1, 1}, PromptUnit::kNormalised);
    EXPECT_EQ(to_shares(shares, 0, 0), std::nullopt);
    EXPECT_EQ(shares.box, (Box{0.5, 0.5, 1, 1}));
    PromptLine beside = point_line(1.0001, 0.5, PromptUnit::kNormalised);
    EXPECT_NE(to_shares(beside, 0, 0), std::nullopt);
}

TEST(Coordinates, MasksAndRemovalsHaveNone) {
    for (const PromptOp op : {PromptOp::kMask, PromptOp::kRemove, PromptOp::kReset}) {
        PromptLine line(op);
        line.unit = PromptUnit::kPixel;
        EXPECT_EQ(to_shares(line, 0, 0), std::nullopt);
    }
}

}  // namespace
