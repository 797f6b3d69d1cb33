// SPDX-License-Identifier: MIT
// When an object counts as seen, and what is done to one that is not: the same on the host and on a GPU.
#pragma once

#include <cstdint>

namespace ausm {

constexpr double kSeenPresence = 0.5;    // presence from which a map that is drawn beside the network shows an object;
                                         // another SessionOptions::presence has it drawn again where that matters
constexpr std::int64_t kSeenCells = 4;   // and cells of the 1/4 map above one half
constexpr std::int64_t kNotFinite = -1;  // in place of a number of cells: not all of the mask's logits are finite
constexpr float kHidden = -30;           // logit of what is not to be seen

}  // namespace ausm
