// SPDX-License-Identifier: MIT
// The layers of EfficientNet-Lite0 as numbers, for the network and for its cost.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ausm::efficientnet_lite0 {

/// Inverted bottlenecks of one kind; the stride is the first one's, the others have 1 and `out` channels throughout.
struct Stage {
    int blocks;
    std::int64_t kernel, stride, ratio, in, out;
};
inline constexpr std::int64_t kStemChannels = 32;  ///< 3x3, stride 2, from 3
inline constexpr std::array<Stage, 7> kStages{{{1, 3, 1, 1, 32, 16},
                                               {2, 3, 2, 6, 16, 24},
                                               {2, 5, 2, 6, 24, 40},
                                               {3, 3, 2, 6, 40, 80},
                                               {3, 5, 1, 6, 80, 112},
                                               {4, 5, 2, 6, 112, 192},
                                               {1, 3, 1, 6, 192, 320}}};
inline constexpr std::array<std::size_t, 4> kLevels{2, 4, 10, 15};         ///< blocks after which the pyramid leaves
inline constexpr std::array<std::int64_t, 4> kChannels{24, 40, 112, 320};  ///< of the pyramid: strides 4, 8, 16, 32

}  // namespace ausm::efficientnet_lite0
