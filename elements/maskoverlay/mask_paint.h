// SPDX-License-Identifier: MIT
// Draws the masks of a label map: areas, contours or both.
#pragma once

#include "elements/maskoverlay/label_rows.h"
#include "elements/maskoverlay/picture.h"

namespace ausm::gst::overlay {

enum class MaskStyle : std::uint8_t { kFill, kContour, kBoth, kNone };

/// Draws the map, scaled to the picture. Value v is filled with paints[v] and its contour, as thick as
/// contour_thickness() says, drawn with paints[kContourCode + v] instead; values whose paint is not visible() stay as
/// they are. `style` is not kNone. Reentrant.
void paint_masks(const Picture& picture, const LabelMap& map, MaskStyle style, const PaintTable& paints);

/// In pixels: one for each 240 rows of the picture.
[[nodiscard]] int contour_thickness(int height) noexcept;

}  // namespace ausm::gst::overlay
