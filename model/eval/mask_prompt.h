// SPDX-License-Identifier: MIT
// Prompts as a person would give them, made from an object's mask.
#pragma once

#include "eval/davis_metrics.h"

#include <vector>

namespace ausm::eval {

// All functions throw std::invalid_argument for an empty mask.

struct Pixel {
    int x = 0, y = 0;

    friend bool operator==(const Pixel&, const Pixel&) = default;
};

/// From the upper left pixel of `begin` up to but without `end`.
struct PixelBox {
    Pixel begin, end;
};

/// The smallest box around everything that is not 0.
[[nodiscard]] PixelBox tight_box(const BinaryMask& mask);

/// The pixel of the mask that is farthest from everything outside it and from the picture's edge, the first in row
/// order where several are. Distances are those of Borgefors' 5x5 chamfer with steps 1, 1.4 and 2.1969 (Distance
/// transformations in digital images, CVGIP 1986).
[[nodiscard]] Pixel innermost_pixel(const BinaryMask& mask);

/// A stroke along the middle of the object, as a chain of neighbouring pixels. It stays in the object's core: the
/// pixels at least 35 % as far from the outside as the innermost one, joined to that one. Its ends lie far apart: the
/// first is the core's pixel that is costliest to reach from the innermost one, the second the costliest to reach from
/// the first, and the stroke is the cheapest way between the two. A step costs its length divided by the distance of
/// where it leads from the outside, which keeps the stroke in the middle. Equal costs: the first in row order.
[[nodiscard]] std::vector<Pixel> centre_line(const BinaryMask& mask);

}  // namespace ausm::eval
