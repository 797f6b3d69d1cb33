// SPDX-License-Identifier: MIT
// From the coordinates that people write to shares of a picture.
#include "gstausmcoordinates.h"

#include <algorithm>
#include <vector>

namespace ausm::gst {

namespace {

constexpr double kLeastInside = 0.5;  // of a box
constexpr double kRounding = 0.5;     // pixels: centres of pixels may have been counted from 0

/// The picture in the unit of a line.
struct Extent {
    double width, height;
    double beside_x, beside_y;  // how far a point may lie over the edges

    [[nodiscard]] bool has(const Point& point) const noexcept {
        return point.x >= -beside_x && point.x <= width + beside_x && point.y >= -beside_y &&
               point.y <= height + beside_y;
    }
    [[nodiscard]] double share_x(double x) const noexcept { return std::clamp(x / width, 0.0, 1.0); }
    [[nodiscard]] double share_y(double y) const noexcept { return std::clamp(y / height, 0.0, 1.0); }
};

Extent extent_of(PromptUnit unit, int width, int height) noexcept {
    if (unit == PromptUnit::kPixel)
        return {1.0 * width, 1.0 * height, kRounding, kRounding};
    return {1, 1, width > 0 ? kRounding / width : 0, height > 0 ? kRounding / height : 0};
}

/// Share of a side that lies in 0 .. size.
double side_inside(double from, double to, double size) noexcept {
    return std::max(0.0, std::min(to, size) - std::max(from, 0.0)) / (to - from);
}

bool place_box(PromptLine& line, const Extent& picture) noexcept {
    const auto& box = line.box;
    if (!(share_inside(box, picture.width, picture.height) >= kLeastInside))
        return false;
    const std::array<double, 4> shares{picture.share_x(box[0]), picture.share_y(box[1]), picture.share_x(box[2]),
                                       picture.share_y(box[3])};
    if (!(shares[0] < shares[2] && shares[1] < shares[3]))  // too small a number for a share
        return false;
    line.clipped = line.clipped || box[0] < 0 || box[1] < 0 || box[2] > picture.width || box[3] > picture.height;
    line.box = shares;
    return true;
}

bool all_inside(const std::vector<Point>& points, const Extent& picture) {
    return std::ranges::all_of(points, [&](const Point& point) { return picture.has(point); });
}

void place_points(std::vector<Point>& points, const Extent& picture) noexcept {
    for (Point& point : points)
        point = {picture.share_x(point.x), picture.share_y(point.y), point.inside};
}

}  // namespace

double share_inside(const std::array<double, 4>& box, double width, double height) noexcept {
    return side_inside(box[0], box[2], width) * side_inside(box[1], box[3], height);
}

std::optional<std::string> to_shares(PromptLine& line, int width, int height) {
    if (line.op != PromptOp::kBox && line.op != PromptOp::kPoints && line.op != PromptOp::kScribble)
        return std::nullopt;
    const bool known = width > 0 && height > 0;
    if (line.unit == PromptUnit::kPixel && !known)
        return "it counts pixels, and the size of the picture is not known";
    const Extent picture = extent_of(line.unit, width, height);
    const std::string outside = "the prompt lies outside the picture" +
                                (known ? " of " + std::to_string(width) + "x" + std::to_string(height) : "") + ": ";
    if (line.op == PromptOp::kBox && !place_box(line, picture))
        return outside + "less than half of the box is inside";
    if (!all_inside(line.points, picture) ||
        !std::ranges::all_of(line.strokes, [&](const auto& stroke) { return all_inside(stroke, picture); }))
        return outside + "a point is more than half a pixel beside it";
    place_points(line.points, picture);
    for (auto& stroke : line.strokes)
        place_points(stroke, picture);
    line.unit = PromptUnit::kNormalised;
    return std::nullopt;
}

}  // namespace ausm::gst
