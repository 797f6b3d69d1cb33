// SPDX-License-Identifier: MIT
// Makes a picture with alpha a cut-out.
#pragma once

#include "elements/maskoverlay/alpha_plane.h"
#include "elements/maskoverlay/picture.h"

namespace ausm::gst::overlay {

enum class OwnAlpha : std::uint8_t { kNone, kKept };

/// One plane of four bytes a pixel, `alpha_offset` of which becomes the plane's alpha, which is as large, times the
/// picture's own if that is kept. Where nothing is left of it the pixel becomes `empty`: no colour is behind it.
void cut(const Picture& picture, int alpha_offset, OwnAlpha own, const AlphaPlane& alpha, const Colour& empty) noexcept;

}  // namespace ausm::gst::overlay
