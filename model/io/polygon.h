// SPDX-License-Identifier: MIT
// Polygons to pixels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ausm::io {

/// [height, width] row after row, 0 or 1.
using MaskPixels = std::vector<std::uint8_t>;

/// x0, y0, x1, y1, ... in pixels, at least three points; the last one is joined with the first.
using Ring = std::vector<float>;

/// Columns from left to right and rows from top to bottom, the last ones left out.
struct PixelBox {
    int left, top, right, bottom;
};

/// The pixels of a mask of height x width that may lie inside the rings; empty when none can.
[[nodiscard]] PixelBox box_of(std::span<const Ring> rings, int height, int width);

/// Sets the pixels of a mask of height x width whose centres (x + 0.5, y + 0.5) lie inside all rings together by the
/// even-odd rule: a ring inside another one is a hole. A centre on a left or upper edge is inside, on a right or lower
/// one outside, so that neighbours share no pixel and leave none. Rings may reach out of the picture.
/// Time is that of box_of() and of the rows that the edges cross.
void fill_polygon(MaskPixels& mask, int height, int width, std::span<const Ring> rings);

}  // namespace ausm::io
