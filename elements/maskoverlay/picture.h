// SPDX-License-Identifier: MIT
// A picture to draw on, whatever its format, and the blending of rows that all drawing ends in.
#pragma once

#include "elements/maskoverlay/colour.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ausm::gst::overlay {

/// One plane that is written to. Bytes of a pixel that belong to no component (alpha, padding) are never changed.
struct DrawPlane {
    std::uint8_t* data = nullptr;
    std::ptrdiff_t stride = 0;               ///< bytes from row to row, may be negative
    int step = 1;                            ///< bytes from pixel to pixel, 1 to 4
    std::array<int, 3> offsets{-1, -1, -1};  ///< where a pixel has the components; -1: in another plane
    bool half = false;                       ///< one sample for 2 x 2 pixels, fewer at odd right and lower edges

    [[nodiscard]] std::uint8_t* row(int y) const noexcept { return data + y * stride; }
};

/// View of a writable picture; its planes are borrowed.
struct Picture {
    int width = 0, height = 0;
    int n_planes = 0;
    std::array<DrawPlane, 3> planes{};
};

[[nodiscard]] inline std::span<const DrawPlane> used_planes(const Picture& picture) noexcept {
    return std::span(picture.planes).first(static_cast<std::size_t>(picture.n_planes));
}

/// Samples in a row, and in a column, of one of the picture's planes.
[[nodiscard]] inline int samples_across(const Picture& picture, const DrawPlane& plane) noexcept {
    return plane.half ? (picture.width + 1) / 2 : picture.width;
}
[[nodiscard]] inline int samples_down(const Picture& picture, const DrawPlane& plane) noexcept {
    return plane.half ? (picture.height + 1) / 2 : picture.height;
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

/// Paints row y of the planes that are not half; one code for each of the picture's pixels.
void paint_row(const Picture& picture, int y, const PaintCode* codes, const PaintTable& paints) noexcept;

/// Paints row y of the half planes from the codes of the rows 2 y and 2 y + 1; each sample gets the mean of its pixels'
/// paints. At an odd lower edge `lower` is null.
void paint_half_row(const Picture& picture, int y, const PaintCode* upper, const PaintCode* lower,
                    const PaintTable& paints) noexcept;

}  // namespace ausm::gst::overlay
