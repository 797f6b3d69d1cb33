// SPDX-License-Identifier: MIT
// Pixels to polygons: the outlines of an object in a label map.
#pragma once

#include "io/polygon.h"

#include <cstdint>
#include <vector>

namespace ausm::io {

/// The outlines of a value of a label map, [height, width] row after row: one polygon for each of its parts, which are
/// joined by common edges of pixels (4-connected). The first ring of a polygon is its outer border, clockwise as one sees
/// it; the others are holes, counter-clockwise. Rings run along the borders of the pixels, so all points are whole
/// numbers, fill_polygon() gives the very same pixels back, and a ring meets itself in no point, another one in single
/// points at most. Sides: 1 to 2^24.
///
/// By following the cracks between the pixels (Rosenfeld and Kak, Digital Picture Processing, 1982, section 11.1.2). Time
/// is that of the box around the value.
[[nodiscard]] std::vector<std::vector<Ring>> outlines_of(const std::uint8_t* map, int width, int height,
                                                         std::uint8_t value);

}  // namespace ausm::io
