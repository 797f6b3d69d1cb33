// SPDX-License-Identifier: MIT
// A decoder of the JPEGs inside packs, for machines without libjpeg.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace ausm::train {

/// [h, w, 3] uint8, RGB, within 3 levels of what libjpeg gives. Exactly this subset of ITU-T T.81: baseline (SOF0),
/// 8 bits, Y, Cb and Cr in one scan, Cb and Cr whole (4:4:4) or half in both directions (4:2:0), no restart markers.
/// Throws std::runtime_error for anything else and for damaged bytes; needs memory in proportion to the bytes' number
/// (a block of 64 samples has 2 bits at least).
[[nodiscard]] at::Tensor decode_baseline_jpeg(std::span<const std::uint8_t> bytes);

}  // namespace ausm::train
