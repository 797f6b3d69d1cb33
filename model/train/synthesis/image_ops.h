// SPDX-License-Identifier: MIT
// Operations on pictures of bytes: resizing, warping, colour.
#pragma once

#include "train/synthesis/motion.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

namespace ausm::train {

/// picture [h, w, 3] or [h, w] uint8 -> [rows, columns(, 3)]: averaged over what each pixel covers when shrinking.
[[nodiscard]] at::Tensor resize_smooth(const at::Tensor& picture, std::int64_t rows, std::int64_t columns);
/// [h, w] uint8 -> [rows, columns]: the value at each pixel's centre.
[[nodiscard]] at::Tensor resize_labels(const at::Tensor& labels, std::int64_t rows, std::int64_t columns);

/// target(map(p)) = picture(p), bilinear; beyond its borders the picture is mirrored (the border pixel once).
/// picture [h, w, 3], target [H, W, 3], uint8, contiguous.
void warp_picture(const at::Tensor& picture, const Affine& map, const at::Tensor& target);
/// The same for label maps [h, w], [H, W]: the nearest value.
void warp_labels(const at::Tensor& labels, const Affine& map, const at::Tensor& target);
/// [h, w] uint8 -> the same size: bilinear, 0 beyond the borders.
[[nodiscard]] at::Tensor warp_mask(const at::Tensor& mask, const Affine& map);

/// out_i = sum_j m[i][j] in_j + m[i][3] on red, green, blue from 0 to 255.
using ColourMap = std::array<std::array<float, 4>, 3>;
/// picture [h, w, 3] -> planes [3, h, w], both uint8 and contiguous; rounded (to 1/4096 before) and clamped.
void apply_colour(const at::Tensor& picture, const ColourMap& map, const at::Tensor& planes);

/// [N, h, w] float32, filtered along rows or columns, mirrored at the borders. weights [2 r + 1], r < h, w.
[[nodiscard]] at::Tensor blur_rows(const at::Tensor& pictures, const at::Tensor& weights);
[[nodiscard]] at::Tensor blur_columns(const at::Tensor& pictures, const at::Tensor& weights);
/// [2 radius + 1] float32, sum 1; sigma 0.3 radius + 0.5.
[[nodiscard]] at::Tensor gaussian_weights(std::int64_t radius);

/// float32 -> uint8, rounded and clamped to 0 .. 255.
[[nodiscard]] at::Tensor to_bytes(const at::Tensor& values);

}  // namespace ausm::train
