// SPDX-License-Identifier: MIT
// Label maps and alpha channels inside packs: runs of equal values.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace ausm::train {

/// map: [h, w] uint8. Row after row, over the ends of rows: a number, twice the length of a run, plus 1 where the run
/// repeats what lies above it; else the run's value follows as one byte. Numbers are groups of 7 bits, the lowest first,
/// 128 = more follow.
[[nodiscard]] std::vector<std::uint8_t> encode_runs(const at::Tensor& map);

/// [height, width] uint8. Throws std::runtime_error when the runs do not fill it exactly.
[[nodiscard]] at::Tensor decode_runs(std::span<const std::uint8_t> bytes, std::int64_t height, std::int64_t width);

}  // namespace ausm::train
