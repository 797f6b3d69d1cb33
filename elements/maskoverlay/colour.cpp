// SPDX-License-Identifier: MIT
// Colours of objects, and how a picture stores them.
#include "elements/maskoverlay/colour.h"

#include <algorithm>
#include <cmath>

namespace ausm::gst::overlay {
namespace {

std::uint8_t to_byte(double value) noexcept {
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

/// The bits of the index are dealt to red, green and blue in turn, from each colour's highest bit down.
Rgb davis_colour(std::int64_t id) noexcept {
    const auto index = static_cast<unsigned>((id - 1) % 255 + 1);
    std::array<unsigned, 3> rgb{};
    for (unsigned bit = 0; bit < 8; ++bit)
        rgb[bit % 3] |= (index >> bit & 1U) << (7 - bit / 3);
    return {static_cast<std::uint8_t>(rgb[0]), static_cast<std::uint8_t>(rgb[1]), static_cast<std::uint8_t>(rgb[2])};
}

Rgb vivid_colour(std::int64_t id) noexcept {
    constexpr double kGoldenRatio = 0.6180339887498949, kSaturation = 0.8;
    constexpr std::int64_t kDistinct = 1 << 20;  // keeps the fraction exact enough for the largest ids
    const double hue = std::fmod(static_cast<double>(id % kDistinct) * kGoldenRatio, 1.0) * 6;
    const auto channel = [hue](double offset) {
        const double k = std::fmod(offset + hue, 6.0);
        return to_byte(255 * (1 - kSaturation * std::clamp(std::min(k, 4 - k), 0.0, 1.0)));
    };
    return {channel(5), channel(3), channel(1)};
}

}  // namespace

Rgb palette_colour(Palette palette, std::int64_t id) noexcept {
    return palette == Palette::kDavis ? davis_colour(id) : vivid_colour(id);
}

Rgb text_colour_on(Rgb background) noexcept {
    const double brightness = 0.299 * background.r + 0.587 * background.g + 0.114 * background.b;
    return brightness > 127 ? Rgb{0, 0, 0} : Rgb{255, 255, 255};
}

Colour to_yuv(Rgb colour, ColorMatrix matrix, ColorRange range) noexcept {
    const double kr = matrix == ColorMatrix::kBt601 ? 0.299 : 0.2126;
    const double kb = matrix == ColorMatrix::kBt601 ? 0.114 : 0.0722;
    const double r = colour.r / 255.0, g = colour.g / 255.0, b = colour.b / 255.0;
    const double y = kr * r + (1 - kr - kb) * g + kb * b;
    const double u = (b - y) / (2 * (1 - kb)), v = (r - y) / (2 * (1 - kr));
    if (range == ColorRange::kFull)
        return {to_byte(255 * y), to_byte(128 + 255 * u), to_byte(128 + 255 * v)};
    return {to_byte(16 + 219 * y), to_byte(128 + 224 * u), to_byte(128 + 224 * v)};
}

}  // namespace ausm::gst::overlay
