// SPDX-License-Identifier: MIT
// COCO's run lengths of masks: column after column, first the zeros.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ausm::train {

/// [height, width] row after row, 0 or 1.
using BinaryMask = std::vector<std::uint8_t>;

/// The run lengths in COCO's text form: numbers of 5 bits a character from '0' on, the lowest first, 32 = more follow,
/// 16 in the last = negative; from the fourth on they are differences to the run two before. Throws std::runtime_error:
/// another character, cut short, a run below 0 or above 2^31.
[[nodiscard]] std::vector<std::uint32_t> runs_of(std::string_view text);

/// Throws std::runtime_error when the runs do not fill height x width.
[[nodiscard]] BinaryMask mask_of_runs(std::span<const std::uint32_t> runs, int height, int width);

}  // namespace ausm::train
