// SPDX-License-Identifier: MIT
// Polygons to pixels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ausm::data {

/// [height, width] row after row, 0 or 1.
using MaskPixels = std::vector<std::uint8_t>;

/// Sets the pixels of a mask of height x width whose centres (x + 0.5, y + 0.5) lie inside the polygon by the even-odd
/// rule; a centre on a left or upper edge is inside, on a right or lower one outside, so that neighbours share no pixel
/// and leave none. points: x0, y0, x1, y1, ... in pixels, at least three; they may lie outside of the picture.
void fill_polygon(MaskPixels& mask, int height, int width, std::span<const float> points);

}  // namespace ausm::data
