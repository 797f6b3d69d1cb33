// SPDX-License-Identifier: MIT
// Everything that is drawn on one picture: the masks of its objects, and their labels on top.
#pragma once

#include "elements/maskoverlay/mask_paint.h"
#include "elements/maskoverlay/text_label.h"
#include "elements/maskoverlay/trails.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace ausm::gst::overlay {

/// How to draw; what the user chose.
struct Look {
    MaskStyle style = MaskStyle::kBoth;
    double alpha = 0.5;  ///< opacity of areas, 0 to 1; contours are opaque
    Palette palette = Palette::kDavis;
    bool labels = true, ids = true, scores = false;
    bool boxes = false;
};

/// How the picture stores colour; matrix and range are read for YUV only.
struct ColourCode {
    bool yuv = false;
    ColorMatrix matrix = ColorMatrix::kBt709;
    ColorRange range = ColorRange::kLimited;
};

/// An RGB colour as such a picture stores it.
[[nodiscard]] Colour stored(Rgb colour, const ColourCode& code) noexcept;

struct Annotation {
    std::int64_t id = 0;
    std::uint8_t value = 0;  ///< in the map
    std::string_view label;
    double score = 0;       ///< 0 to 1
    double x0 = 0, y0 = 0;  ///< upper left corner of its box, 0 to 1
    double x1 = 0, y1 = 0;  ///< lower right corner
    bool has_box = false;   ///< false: nothing of it in the picture, so it gets no label
};

/// Draws only the map's values that are those of objects; boxes above the masks, then trails, then labels. Reentrant, but
/// for `text`.
void annotate(const Picture& picture, const ColourCode& code, const LabelMap& map, std::span<const Annotation> objects,
              const TrailMap& trails, const Look& look, TextRenderer& text);

}  // namespace ausm::gst::overlay
