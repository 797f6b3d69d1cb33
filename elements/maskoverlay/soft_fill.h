// SPDX-License-Identifier: MIT
// Fills the areas of objects with soft borders.
#pragma once

#include "elements/maskoverlay/mask_cover.h"
#include "elements/maskoverlay/picture.h"

#include <array>

namespace ausm::gst::overlay {

/// Of each value of a map, as the picture stores them.
using ValueColours = std::array<Colour, 256>;

/// Whose each pixel of a picture of this size is: the value of the map there if it is meant, else the largest one that is
/// meant at most `reach` pixels away, else 0.
[[nodiscard]] AlphaPlane owners_of(const LabelMap& map, const ValueTable& meant, int width, int height, int reach);

/// Lays the colours of the owners over the picture with `opacity`, 0 to 1, where alpha says that one of them is. Both
/// planes are as large as the picture.
void fill_softly(const Picture& picture, const AlphaPlane& alpha, const AlphaPlane& owners, const ValueColours& colours,
                 double opacity);

/// Leaves each owner the pixels that are more its own than not: a map without the stairs of the coarse one.
void keep_likely(AlphaPlane& owners, const AlphaPlane& alpha) noexcept;

}  // namespace ausm::gst::overlay
