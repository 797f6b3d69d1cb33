// SPDX-License-Identifier: MIT
// Frames and lines on a picture, in one colour.
#pragma once

#include "elements/maskoverlay/picture.h"

#include <span>

namespace ausm::gst::overlay {

/// In shares of the picture, 0 to 1.
struct Point {
    double x = 0, y = 0;
};

/// The frame of a box, `thickness` pixels wide, inside of it. What is drawn begins and ends at even pixels, so that it
/// fits the samples that pixels share; what is outside the picture is left out.
void draw_frame(const Picture& picture, const Point& upper_left, const Point& lower_right, int thickness,
                const Colour& colour) noexcept;

/// A line through all points; a dot when there is one.
void draw_line(const Picture& picture, std::span<const Point> points, int thickness, const Colour& colour) noexcept;

}  // namespace ausm::gst::overlay
