// SPDX-License-Identifier: MIT
// JPEGs in memory, by libjpeg.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace ausm::train {

/// Baseline, without restart markers, as decode_baseline_jpeg() wants it. rgb: [h, w, 3] uint8; quality: 1 to 100;
/// half_colour: 4:2:0, else 4:4:4. Throws std::runtime_error.
[[nodiscard]] std::vector<std::uint8_t> encode_jpeg(const at::Tensor& rgb, int quality, bool half_colour);

/// [h, w, 3] uint8, RGB. Throws std::runtime_error for what is damaged, cut short or above eval::kMaxPictureSide.
[[nodiscard]] at::Tensor decode_jpeg(std::span<const std::uint8_t> bytes);

}  // namespace ausm::train
