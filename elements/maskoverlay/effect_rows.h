// SPDX-License-Identifier: MIT
// What a plane's pixels are replaced by, row by row.
#pragma once

#include "elements/maskoverlay/block_means.h"

#include <memory>

namespace ausm::gst::overlay {

/// Rows as wide as the plane, stored as its own; samples that belong to no component are of no account. Thread-bound.
class EffectRows {
public:
    virtual ~EffectRows() = default;
    /// Row y, of which only the pixels [begin, end) are good. Rows are asked for from top to bottom, some left out.
    /// Valid until the next call.
    [[nodiscard]] virtual const std::uint8_t* row(int y, int begin, int end) = 0;
};

/// Each block of the plane's means as one square. `width` in pixels' samples, here and below.
[[nodiscard]] std::unique_ptr<EffectRows> pixelated_rows(BlockMeans means, const DrawPlane& plane, int width,
                                                         const BlockSize& block);

/// The means joined by cubic B-splines: smooth, and nothing of the picture but its means.
[[nodiscard]] std::unique_ptr<EffectRows> blurred_rows(BlockMeans means, const DrawPlane& plane, int width,
                                                       const BlockSize& block);

/// One colour.
[[nodiscard]] std::unique_ptr<EffectRows> solid_rows(const DrawPlane& plane, int width, const Colour& colour);

/// Another picture's plane of the same layout and size, which is borrowed.
[[nodiscard]] std::unique_ptr<EffectRows> picture_rows(const DrawPlane& plane);

}  // namespace ausm::gst::overlay
