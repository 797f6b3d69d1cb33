// SPDX-License-Identifier: MIT
// The properties of maskoverlay: their declaration, and the plain values behind them.
#pragma once

#include "elements/maskoverlay/annotation.h"
#include "elements/maskoverlay/effect.h"
#include "elements/maskoverlay/output_caps.h"
#include "gst/gstausmobjectfilter.h"

#include <gst/gst.h>

#include <string>

namespace ausm::gst::overlay {

/// What becomes of a picture whose masks are not there, or not to be relied on.
enum class Missing : std::uint8_t { kAuto, kHide, kPass, kDrop };

enum class StyleChoice : std::uint8_t { kFill, kContour, kBoth, kNone, kAuto };

/// What the application set. Copied under the element's object lock.
struct OverlaySettings {
    Look look;  ///< its style is chosen by `style`
    StyleChoice style = StyleChoice::kAuto;
    int trails = 0;  ///< points
    Output output = Output::kPicture;
    Effect effect = Effect::kOverlay;
    bool on_background = false;
    double strength = kDefaultStrength;  ///< share of the picture's height
    guint colour = 0xff000000;           ///< ARGB; A is not looked at
    Missing missing = Missing::kAuto;
    double dilate = -1;           ///< share of the picture's height; below 0: as the effect needs it
    int hold = 10;                ///< pictures
    int edge_smooth = -1;         ///< pixels; below 0: as the picture's height suggests
    double temporal_smooth = -1;  ///< below 0: as the output needs it
    std::string background;       ///< file with what takes the place of what is replaced
    bool has_background_pad = false;
    std::string objects, classes, except;
    ObjectFilter filter;  ///< of the three lists
};

/// What does not go together; empty when all does.
[[nodiscard]] std::string contradiction(const OverlaySettings& settings);

/// The objects stay and what is around them is replaced: borders are soft on both sides, as the eye wants it.
[[nodiscard]] bool is_cut_out(const OverlaySettings& settings) noexcept;

// What is drawn and done, every choice that is left to the element made.
[[nodiscard]] MaskStyle style_of(const OverlaySettings& settings) noexcept;
[[nodiscard]] Missing missing_of(const OverlaySettings& settings) noexcept;
/// Pixels in a picture of this height.
[[nodiscard]] int dilate_of(const OverlaySettings& settings, int height) noexcept;
[[nodiscard]] int softness_of(const OverlaySettings& settings, int height) noexcept;
/// Share, 0 to 1.
[[nodiscard]] double calm_of(const OverlaySettings& settings) noexcept;
[[nodiscard]] Rgb colour_of(const OverlaySettings& settings) noexcept;

void overlay_settings_install(GObjectClass* klass);

/// False when the id is none of theirs. Under the element's object lock.
[[nodiscard]] bool overlay_settings_set(OverlaySettings& settings, guint id, const GValue* value);
[[nodiscard]] bool overlay_settings_get(const OverlaySettings& settings, guint id, GValue* value);

}  // namespace ausm::gst::overlay
