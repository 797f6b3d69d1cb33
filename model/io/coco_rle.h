// SPDX-License-Identifier: MIT
// COCO's run lengths of masks: column after column, runs of outside and inside in turn, outside first.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ausm::coco {

using Runs = std::vector<std::uint32_t>;

/// Reads COCO's text form: numbers of 5 bits a character from '0' on, the lowest first, 32 = more follow, 16 in the last
/// = negative; from the fourth number on they are differences to the run two before. The text of what is wrong
/// otherwise: another character, cut short, a run below 0 or above `most` (at most 2^32 - 1).
[[nodiscard]] std::variant<Runs, std::string> runs_of_text(std::string_view text, std::int64_t most);

/// The text form of runs, each below 2^31.
[[nodiscard]] std::string text_of_runs(std::span<const std::uint32_t> runs);

/// [height, width] row after row: `value` inside, 0 outside. The text of what is wrong, before memory is taken, when the
/// runs do not add up to height x width, both at least 1.
[[nodiscard]] std::variant<std::vector<std::uint8_t>, std::string> mask_of_runs(std::span<const std::uint32_t> runs,
                                                                                int height, int width,
                                                                                std::uint8_t value);

/// The runs of every value of a label map, [height, width] row after row, 1 to 2^32 - 1 pixels.
[[nodiscard]] std::array<Runs, 256> runs_of_values(const std::uint8_t* map, int width, int height);

}  // namespace ausm::coco
