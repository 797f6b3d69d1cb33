// SPDX-License-Identifier: MIT
// Lays an effect over the part of a picture that an alpha plane says, in the picture's own format.
#pragma once

#include "elements/maskoverlay/alpha_plane.h"
#include "elements/maskoverlay/effect_rows.h"

namespace ausm::gst::overlay {

/// Alpha of a sample that several pixels share: that of the pixel that is hidden most, or their mean.
enum class SharedAlpha : std::uint8_t { kLargest, kMean };

/// Row y of the alpha of a plane of which two pixels of a row share a sample: (width + 1) / 2 values. Of an interlaced
/// picture all rows count that have a sample in common in either way of reading it, by fields or as one picture. Reentrant.
void shared_alpha_row(const Picture& picture, const DrawPlane& plane, const AlphaPlane& alpha, int y,
                      SharedAlpha shared, std::uint8_t* row);

/// Each pixel becomes (pixel * (255 - alpha) + effect * alpha) / 255, rounded; where alpha is 255 nothing of it is left.
/// `effects`: one for each plane of the picture. `alpha` is as large as the picture.
void composite(const Picture& picture, const AlphaPlane& alpha, SharedAlpha shared,
               const std::vector<std::unique_ptr<EffectRows>>& effects);

}  // namespace ausm::gst::overlay
