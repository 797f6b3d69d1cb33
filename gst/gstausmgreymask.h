// SPDX-License-Identifier: MIT
// What the values of a grey mask mean: ids of objects, or one object with soft edges.
#pragma once

#include "gstausmmask.h"

#include <optional>
#include <string>

namespace ausm::gst {

/// Objects that a grey mask may show; a palette says that values are ids, grey does not.
inline constexpr int kMaxGreyObjects = 64;

/// Makes a grey picture an index image, or says why it is none; the picture is as it was then. `white` is the value of
/// white: 255 with 8 bits a pixel. Reentrant.
///
/// Values are ids, and stay, when each of them fills an area. Values that stand in thin lines only, each between a lower
/// and a higher one, are the soft edges that painting, scaling and JPEG leave. With those a mask in which only black and
/// white fill areas is one object, cut at half of white; anything else could be meant in several ways and is refused.
[[nodiscard]] std::optional<std::string> settle_grey(MaskImage& image, int white = 255);

}  // namespace ausm::gst
