// SPDX-License-Identifier: MIT
// Label maps and alpha channels inside packs: runs of equal values.
#pragma once

#include "io/picture.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ausm::train {

/// Row after row, over the ends of rows: a number, twice the length of a run, plus 1 where the run
/// repeats what lies above it; else the run's value follows as one byte. Numbers are groups of 7 bits, the lowest first,
/// 128 = more follow.
[[nodiscard]] std::vector<std::uint8_t> encode_runs(const io::IndexPicture& map);

/// Throws std::runtime_error when the runs do not fill height x width exactly.
[[nodiscard]] io::IndexPicture decode_runs(std::span<const std::uint8_t> bytes, int height, int width);

}  // namespace ausm::train
