// SPDX-License-Identifier: MIT
// What maskoverlay gives, and which caps go with which.
#pragma once

#include "gst/gstausmframe.h"

#include <gst/gst.h>

#include <cstdint>

namespace ausm::gst::overlay {

enum class Output : std::uint8_t { kPicture, kMatte, kMask };

#define GST_AUSM_MATTE_FORMATS "{ AYUV, RGBA, BGRA }"

/// The template of the source pad.
#define GST_AUSM_OVERLAY_FORMATS "{ I420, NV12, RGB, BGR, RGBx, BGRx, RGBA, BGRA, GRAY8, AYUV }"

/// The caps of the other pad that go with `caps` of the pad in this direction. Transfer full.
[[nodiscard]] GstCaps* other_caps(Output output, GstPadDirection direction, GstCaps* caps);

/// Chooses of `others` (transfer full) what goes best with fixed `caps`: a matte in the colours of the picture, without
/// a conversion between YUV and RGB if there is a choice. Transfer full.
[[nodiscard]] GstCaps* fixed_other_caps(Output output, GstPadDirection direction, GstCaps* caps, GstCaps* others);

}  // namespace ausm::gst::overlay
