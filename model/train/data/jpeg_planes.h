// SPDX-License-Identifier: MIT
// From coefficients to pixels: the inverse cosine transform, finer colour, RGB.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ausm::train {

/// One component of a JPEG, whole blocks.
struct JpegPlane {
    std::size_t stride = 0, rows = 0;  ///< multiples of 8
    std::vector<std::uint8_t> samples;
};

/// Writes 8 x 8 samples at `out`: the inverse transform of coefficients (row = vertical frequency), plus 128, clamped.
/// `last`: the highest index, row after row, that is not zero.
void inverse_transform(const std::array<float, 64>& coefficients, int last, std::uint8_t* out, std::size_t stride);

/// [height, width, 3] RGB of Y, Cb and Cr (JFIF: ITU-R BT.601, full range). half: Cb and Cr have half the size in both
/// directions and are made finer with weights 9, 3, 3, 1, as libjpeg does by default.
void write_rgb(const std::array<JpegPlane, 3>& planes, bool half, int width, int height, std::uint8_t* rgb);

}  // namespace ausm::train
