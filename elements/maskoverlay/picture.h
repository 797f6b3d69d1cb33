// SPDX-License-Identifier: MIT
// A picture to draw on, whatever its format, and the blending of rows that all drawing ends in.
#pragma once

#include "elements/maskoverlay/colour.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ausm::gst::overlay {

/// One plane that is written to. Samples of a pixel that belong to no component (alpha, padding, those of another plane in
/// the same memory) are never changed.
struct DrawPlane {
    std::uint8_t* data = nullptr;
    std::ptrdiff_t stride = 0;               ///< bytes from row to row, may be negative
    int step = 1;                            ///< samples from pixel to pixel, 1 to 4
    std::array<int, 3> offsets{-1, -1, -1};  ///< where a pixel has the components, in samples; -1: in another plane
    int across = 1, down = 1;                ///< pixels that share a sample, 1 or 2, fewer at odd right and lower edges
    int depth = 8;                           ///< bits of a sample: 8 in a byte, or 10 in a word of two bytes
    int shift = 0;                           ///< bits of the word below them

    [[nodiscard]] std::uint8_t* row(int y) const noexcept { return data + y * stride; }
    [[nodiscard]] int pixel_bytes() const noexcept { return step * (depth > 8 ? 2 : 1); }
};

/// View of a writable picture; its planes are borrowed.
struct Picture {
    int width = 0, height = 0;
    int n_planes = 0;
    std::array<DrawPlane, 3> planes{};
    bool interlaced = false;  ///< of two fields: rows of samples that two rows share belong to every second one
};

[[nodiscard]] inline std::span<const DrawPlane> used_planes(const Picture& picture) noexcept {
    return std::span(picture.planes).first(static_cast<std::size_t>(picture.n_planes));
}

/// Samples in a row, and in a column, of one of the picture's planes.
[[nodiscard]] inline int samples_across(const Picture& picture, const DrawPlane& plane) noexcept {
    return (picture.width + plane.across - 1) / plane.across;
}
[[nodiscard]] inline int samples_down(const Picture& picture, const DrawPlane& plane) noexcept {
    return (picture.height + plane.down - 1) / plane.down;
}

/// What becomes of a pixel component p: (p * weight + add + 128) / 256. As it stands it changes nothing.
struct Paint {
    static constexpr int kOne = 256;

    std::uint16_t weight = kOne;
    std::array<std::uint16_t, 3> add{};

    [[nodiscard]] bool visible() const noexcept { return weight != kOne; }
};

/// Opacity 0 to 1.
[[nodiscard]] Paint make_paint(const Colour& colour, double opacity) noexcept;

/// A pixel's paint, an index of the table: 0 stays unpainted, 1 to 255 fill a value, kContourCode + them its contour.
using PaintCode = std::uint16_t;
inline constexpr PaintCode kContourCode = 256;
using PaintTable = std::array<Paint, 512>;

/// Paints row y of the planes that have a row of samples for each of the picture's; one code for each of its pixels.
void paint_row(const Picture& picture, int y, const PaintCode* codes, const PaintTable& paints) noexcept;

/// Paints row y of the planes that have one for two of the picture's, from the codes of the rows 2 y and 2 y + 1. Each
/// sample that pixels share gets the mean of their paints. At an odd lower edge `lower` is null.
void paint_half_row(const Picture& picture, int y, const PaintCode* upper, const PaintCode* lower,
                    const PaintTable& paints) noexcept;

}  // namespace ausm::gst::overlay
