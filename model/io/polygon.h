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

/// Sets the pixels of a mask of height x width whose centres (x + 0.5, y + 0.5) lie inside all rings together by the
/// even-odd rule: a ring inside another one is a hole. A centre on a left or upper edge is inside, on a right or lower
/// one outside, so that neighbours share no pixel and leave none. Rings may reach out of the picture.
void fill_polygon(MaskPixels& mask, int height, int width, std::span<const Ring> rings);

}  // namespace ausm::io
