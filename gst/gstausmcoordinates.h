// SPDX-License-Identifier: MIT
// From the coordinates that people write to shares of a picture.
#pragma once

#include "gstausmgrammar.h"

#include <array>
#include <optional>
#include <string>

namespace ausm::gst {

/// Share of a box (x0 < x1, y0 < y1) that lies in a picture of this size, in the box's unit; 0 .. 1.
[[nodiscard]] double share_inside(const std::array<double, 4>& box, double width, double height) noexcept;

/// Puts a line onto the picture of that size: its coordinates become shares of it, 0 .. 1, whatever their unit was. A
/// box over the picture's edges is clipped when at least half of it lies inside; points within half a pixel of the
/// edges are moved there. Else the text says why, and the line stays as it was. Sizes of 0: unknown. Reentrant.
[[nodiscard]] std::optional<std::string> to_shares(PromptLine& line, int width, int height);

}  // namespace ausm::gst
