// SPDX-License-Identifier: MIT
// The effects that hide a part of a picture, and how strong they are.
#pragma once

#include "elements/maskoverlay/compositor.h"

namespace ausm::gst::overlay {

enum class Effect : std::uint8_t { kOverlay, kBlur, kPixelate, kSolid, kReplace };

/// Whether somebody relies on it that what is beneath cannot be seen.
[[nodiscard]] constexpr bool hides(Effect effect) noexcept { return effect != Effect::kOverlay; }

inline constexpr double kLeastStrength = 0.01, kDefaultStrength = 0.1;

/// Side of the squares of which blur and pixelate leave the mean alone: `strength` of the picture's height, even, in
/// pixels. Small pictures get the smallest that still is a mean of something.
[[nodiscard]] int effect_block(int height, double strength) noexcept;

struct EffectLook {
    Effect effect = Effect::kSolid;       ///< not kOverlay
    int block = 2;                        ///< of effect_block()
    Colour colour{};                      ///< of kSolid, as the picture stores it
    const Picture* background = nullptr;  ///< of kReplace, with the picture's layout and size
};

/// Lays the effect over the picture where alpha says so. A picture too small for a mean to hide anything is painted in
/// the colour.
void apply_effect(const Picture& picture, const AlphaPlane& alpha, SharedAlpha shared, const EffectLook& look);

}  // namespace ausm::gst::overlay
