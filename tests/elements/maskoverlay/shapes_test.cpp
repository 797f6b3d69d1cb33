// SPDX-License-Identifier: MIT
// Frames, lines and trails.
#include "elements/maskoverlay/shapes.h"
#include "elements/maskoverlay/trails.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace ausm::gst::overlay;

constexpr Colour kColour{'Y', 'U', 'V'};

/// Y, and U and V side by side at half the size, amid bytes that nobody may touch.
struct Canvas {
    static constexpr int kStride = 64, kGuard = 640, kHalfAt = 4096;
    std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(8192, '.');
    Picture picture;

    Canvas(int width, int height) {
        picture.width = width;
        picture.height = height;
        picture.n_planes = 2;
        picture.planes[0] = {bytes.data() + kGuard, kStride, 1, {0, -1, -1}};
        picture.planes[1] = {bytes.data() + kHalfAt, kStride, 2, {-1, 0, 1}, 2, 2};
    }
    std::string rows() const {
        std::string text;
        for (int y = 0; y < picture.height; ++y)
            text += std::string(picture.planes[0].row(y), picture.planes[0].row(y) + picture.width) + "|";
        return text;
    }
    std::string half_rows() const {
        std::string text;
        for (int y = 0; y < (picture.height + 1) / 2; ++y) {
            for (int x = 0; x < (picture.width + 1) / 2; ++x)
                text += static_cast<char>(picture.planes[1].row(y)[2 * x]);
            text += "|";
        }
        return text;
    }
    /// Drawn bytes outside of the picture's samples.
    int stray() const {
        std::vector<std::uint8_t> copy = bytes;
        for (const DrawPlane& plane : used_planes(picture))
            for (int y = 0; y < samples_down(picture, plane); ++y)
                for (int x = 0; x < samples_across(picture, plane) * plane.step; ++x)
                    copy[static_cast<std::size_t>(plane.row(y) - bytes.data() + x)] = '.';
        return static_cast<int>(std::count_if(copy.begin(), copy.end(), [](int byte) { return byte != '.'; }));
    }
};

TEST(Shapes, FramesBeginAndEndAtEvenPixels) {
    Canvas canvas(12, 10);
    draw_frame(canvas.picture, {0.1, 0.1}, {0.8, 0.85}, 1, kColour);
    EXPECT_EQ(canvas.rows(),
              "YYYYYYYYYY..|YYYYYYYYYY..|YY......YY..|YY......YY..|YY......YY..|YY......YY..|YY......YY..|YY......YY..|"
              "YYYYYYYYYY..|YYYYYYYYYY..|");
    EXPECT_EQ(canvas.half_rows(), "UUUUU.|U...U.|U...U.|U...U.|UUUUU.|");
    EXPECT_EQ(canvas.stray(), 0);
}

TEST(Shapes, StayInsideThePicture) {
    for (const auto& [width, height] : {std::pair{1, 1}, {2, 3}, {7, 5}, {33, 17}})
        for (const Point& corner : {Point{0, 0}, Point{1, 1}, Point{0.5, 0.9}, Point{-3, 4}}) {
            Canvas canvas(width, height);
            draw_frame(canvas.picture, corner, {1, 1}, 3, kColour);
            draw_frame(canvas.picture, {1, 1}, corner, 50, kColour);
            const Point points[] = {corner, {0.3, 0.3}, {2, -1}};
            draw_line(canvas.picture, points, 5, kColour);
            EXPECT_EQ(canvas.stray(), 0) << width << "x" << height << " from " << corner.x << "," << corner.y;
        }
}

TEST(Shapes, LinesHaveNoGaps) {
    Canvas canvas(30, 30);
    const Point points[] = {{0.1, 0.1}, {0.9, 0.4}, {0.5, 0.9}};
    draw_line(canvas.picture, points, 2, kColour);
    const std::string rows = canvas.rows();
    for (int y = 4; y < 26; ++y)
        EXPECT_NE(rows.substr(static_cast<std::size_t>(y * 31), 30).find('Y'), std::string::npos) << y;
    Canvas dotted(30, 30);
    draw_line(dotted.picture, std::span(points).first(1), 2, kColour);
    EXPECT_NE(dotted.rows().find('Y'), std::string::npos) << "a single point is a dot";
}

TEST(Trails, HaveTheLastPointsAndShrinkWithoutTheObject) {
    Trails trails;
    const auto lengths = [&](const std::map<std::int64_t, Point>& middles, int length) {
        std::vector<std::size_t> found;
        for (const auto& [id, points] : trails.update(middles, length))
            found.push_back(points.size());
        return found;
    };
    using Lengths = std::vector<std::size_t>;
    EXPECT_EQ(lengths({{1, {0.1, 0}}, {2, {}}}, 3), (Lengths{1, 1}));
    EXPECT_EQ(lengths({{1, {0.2, 0}}, {2, {}}}, 3), (Lengths{2, 2}));
    EXPECT_EQ(lengths({{1, {0.3, 0}}}, 3), (Lengths{3, 1}));
    EXPECT_EQ(lengths({{1, {0.4, 0}}}, 3), (Lengths{3})) << "the other one has shrunk away";
    EXPECT_EQ(trails.update({{1, {0.5, 0}}}, 3).at(1).front().x, 0.3);
    EXPECT_EQ(lengths({{1, {}}}, 0), (Lengths{}));
    EXPECT_EQ(lengths({{1, {}}}, 2), (Lengths{1}));
    trails.reset();
    EXPECT_EQ(lengths({}, 2), (Lengths{}));
}

}  // namespace
