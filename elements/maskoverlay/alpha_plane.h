// SPDX-License-Identifier: MIT
// How much of each pixel of a picture is meant, and how such an area is widened, softened and faded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ausm::gst::overlay {

/// values: [height, width], 0 nothing, 255 all of the pixel.
struct AlphaPlane {
    int width = 0, height = 0;
    std::vector<std::uint8_t> values;

    /// Of this size, all values 0 or another one. Keeps its memory.
    void assign(int new_width, int new_height, std::uint8_t value = 0);
    /// Of this size, with any values.
    void resize(int new_width, int new_height);

    [[nodiscard]] std::uint8_t* row(int y) noexcept { return values.data() + offset(y); }
    [[nodiscard]] const std::uint8_t* row(int y) const noexcept { return values.data() + offset(y); }

private:
    [[nodiscard]] std::ptrdiff_t offset(int y) const noexcept { return static_cast<std::ptrdiff_t>(y) * width; }
};

inline constexpr int kMaxSoftness = 32;

/// Each pixel gets the largest value of those at most `reach` rows and columns away. Negative: the smallest value, at
/// most -reach away; what lies outside the plane does not count.
void widen(AlphaPlane& plane, int reach);

/// Each pixel gets the mean of those at most `reach` (0 to kMaxSoftness) rows and columns away, the edges repeated. Where
/// all of them are 255 it stays 255, where all are 0 it stays 0.
void soften(AlphaPlane& plane, int reach);

/// No value is smaller than `share` (0 to 255, of 256) of what it was in `before`, which has the same size.
void keep_fading(AlphaPlane& plane, const AlphaPlane& before, int share) noexcept;

/// 255 becomes 0 and 0 becomes 255.
void invert(AlphaPlane& plane) noexcept;

}  // namespace ausm::gst::overlay
