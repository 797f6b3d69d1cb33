// SPDX-License-Identifier: MIT
// Frames and lines on a picture, in one colour.
#include "elements/maskoverlay/shapes.h"

#include "elements/maskoverlay/samples.h"

#include <algorithm>
#include <cmath>

namespace ausm::gst::overlay {
namespace {

/// Pixels; begins are even and within the picture, ends are even or the picture's edge.
struct Box {
    int x0, y0, x1, y1;
};

Box even_box(const Picture& picture, int x0, int y0, int x1, int y1) noexcept {
    const auto down = [](int value, int size) { return std::clamp(value, 0, size) / 2 * 2; };
    const auto up = [](int value, int size) { return std::min((std::clamp(value, 0, size) + 1) / 2 * 2, size); };
    return {down(x0, picture.width), down(y0, picture.height), up(x1, picture.width), up(y1, picture.height)};
}

void fill(const Picture& picture, const Box& box, const Colour& colour) noexcept {
    for (const DrawPlane& plane : used_planes(picture))
        with_samples(plane, [&](auto samples) {
            const int right = (box.x1 + plane.across - 1) / plane.across,
                      lower = (box.y1 + plane.down - 1) / plane.down;
            for (int y = box.y0 / plane.down; y < lower; ++y)
                for (int x = box.x0 / plane.across; x < right; ++x)
                    for (std::size_t component = 0; component < colour.size(); ++component)
                        if (plane.offsets[component] >= 0)
                            samples.put(plane.row(y), x * plane.step + plane.offsets[component],
                                        samples.scaled(colour[component]));
        });
}

int pixels(double share, int size) noexcept {
    return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * size));
}

void dot(const Picture& picture, int x, int y, int thickness, const Colour& colour) noexcept {
    const int left = x - thickness / 2, top = y - thickness / 2;
    fill(picture, even_box(picture, left, top, left + thickness, top + thickness), colour);
}

}  // namespace

void draw_frame(const Picture& picture, const Point& upper_left, const Point& lower_right, int thickness,
                const Colour& colour) noexcept {
    const Box box = even_box(picture, pixels(upper_left.x, picture.width), pixels(upper_left.y, picture.height),
                             pixels(lower_right.x, picture.width), pixels(lower_right.y, picture.height));
    const int wide = (thickness + 1) / 2 * 2;
    const int right = std::max(box.x1 - wide, box.x0) / 2 * 2, lower = std::max(box.y1 - wide, box.y0) / 2 * 2;
    fill(picture, {box.x0, box.y0, box.x1, std::min(box.y0 + wide, box.y1)}, colour);
    fill(picture, {box.x0, lower, box.x1, box.y1}, colour);
    fill(picture, {box.x0, box.y0, std::min(box.x0 + wide, box.x1), box.y1}, colour);
    fill(picture, {right, box.y0, box.x1, box.y1}, colour);
}

void draw_line(const Picture& picture, std::span<const Point> points, int thickness, const Colour& colour) noexcept {
    for (std::size_t i = 0; i < points.size(); ++i) {
        const Point &from = points[i > 0 ? i - 1 : 0], &to = points[i];
        const int x0 = pixels(from.x, picture.width), y0 = pixels(from.y, picture.height);
        const int x1 = pixels(to.x, picture.width), y1 = pixels(to.y, picture.height);
        const int steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
        for (int step = 0; step <= steps; ++step)
            dot(picture, x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps, thickness, colour);
    }
}

}  // namespace ausm::gst::overlay
