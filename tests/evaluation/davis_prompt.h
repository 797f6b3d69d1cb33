// SPDX-License-Identifier: MIT
// Prompts as a person would give them, made from an object's mask.
#pragma once

#include "gst/gstausmmask.h"

namespace ausm::evaluation {

struct Pixel {
    int x = 0, y = 0;
};

/// From the upper left pixel of `begin` up to but without `end`.
struct PixelBox {
    Pixel begin, end;
};

/// The smallest box around everything that is not 0. Throws std::invalid_argument for an empty mask.
[[nodiscard]] PixelBox tight_box(const gst::MaskImage& mask);

/// The pixel of the mask that is farthest from everything outside it and from the picture's edge, the first in row
/// order where several are. Distances are those of Borgefors' 5x5 chamfer with steps 1, 1.4 and 2.1969 (Distance
/// transformations in digital images, CVGIP 1986). Throws std::invalid_argument for an empty mask.
[[nodiscard]] Pixel innermost_pixel(const gst::MaskImage& mask);

}  // namespace ausm::evaluation
