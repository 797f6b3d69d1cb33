// SPDX-License-Identifier: MIT
// Colours of objects, and how a picture stores them.
#pragma once

#include "model/ausm.h"

#include <array>
#include <cstdint>

namespace ausm::gst::overlay {

struct Rgb {
    std::uint8_t r = 0, g = 0, b = 0;

    bool operator==(const Rgb&) const = default;
};

enum class Palette : std::uint8_t { kDavis, kVivid };

/// The colour of an object id, 1 or more; the same in every stream and run.
/// kDavis: colour map of the PASCAL VOC and DAVIS data sets, in which the ids 1 to 255 have their own colours and start
/// again. kVivid: full brightness, hues a golden angle apart.
[[nodiscard]] Rgb palette_colour(Palette palette, std::int64_t id) noexcept;

/// Black or white, whichever is easier to read on the colour.
[[nodiscard]] Rgb text_colour_on(Rgb background) noexcept;

/// A colour in a picture's own components: R, G, B or Y, U, V.
using Colour = std::array<std::uint8_t, 3>;

/// The components of YUV pictures, 8 bits (ITU-R BT.601 and BT.709).
[[nodiscard]] Colour to_yuv(Rgb colour, ColorMatrix matrix, ColorRange range) noexcept;

}  // namespace ausm::gst::overlay
