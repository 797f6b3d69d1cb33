// SPDX-License-Identifier: MIT
// What maskoverlay gives, and which caps go with which.
#pragma once

#include <gst/video/video.h>

#include <cstdint>

namespace ausm::gst::overlay {

enum class Output : std::uint8_t { kPicture, kMatte, kMask };

#define GST_AUSM_MATTE_FORMATS "{ AYUV, RGBA, BGRA }"

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define GST_AUSM_WORD_FORMATS "I420_10LE, P010_10LE"
#else
#define GST_AUSM_WORD_FORMATS "I420_10BE, P010_10BE"
#endif
/// What is drawn on, and what a mask or a matte is made of: the formats of ausmsegment, and more.
#define GST_AUSM_DRAWN_FORMATS \
    "I420, NV12, RGB, BGR, RGBx, BGRx, RGBA, BGRA, GRAY8, Y42B, YUY2, UYVY, " GST_AUSM_WORD_FORMATS

/// The template of the source pad.
#define GST_AUSM_OVERLAY_FORMATS "{ " GST_AUSM_DRAWN_FORMATS ", AYUV }"

/// The caps of the other pad that go with `caps` of the pad in this direction. Transfer full.
[[nodiscard]] GstCaps* other_caps(Output output, GstPadDirection direction, GstCaps* caps);

/// Chooses of `others` (transfer full) what goes best with fixed `caps`: a matte in the colours of the picture, without
/// a conversion between YUV and RGB if there is a choice. Transfer full.
[[nodiscard]] GstCaps* fixed_other_caps(Output output, GstPadDirection direction, GstCaps* caps, GstCaps* others);

}  // namespace ausm::gst::overlay
