// SPDX-License-Identifier: MIT
// Fills the areas of objects with soft borders.
#pragma once

#include "elements/maskoverlay/mask_cover.h"
#include "elements/maskoverlay/picture.h"

#include <array>

namespace ausm::gst::overlay {

/// Of each value of a map, as the picture stores them.
using ValueColours = std::array<Colour, 256>;

/// Lays the colours of those of the map's values that are meant over the picture with `opacity`, 0 to 1, where alpha, which is as large as the
/// picture, says that one of them is. Up to `reach` pixels beside the objects, alpha is that of the object beside.
void fill_softly(const Picture& picture, const AlphaPlane& alpha, const LabelMap& map, const ValueTable& meant,
                 const ValueColours& colours, double opacity, int reach);

}  // namespace ausm::gst::overlay
