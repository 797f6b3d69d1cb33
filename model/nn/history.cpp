// SPDX-License-Identifier: MIT
// Size of the state.
#include "nn/history.h"

#include <ATen/ATen.h>

namespace ausm {

std::size_t History::bytes() const {
    if (empty())
        return 0;
    // X_0 is one vector seen at every token: count what a frame's features take.
    std::size_t sum = static_cast<std::size_t>(features.numel()) * features.element_size();
    for (const auto& layer : layers)
        sum += layer.conv_tail.nbytes() + layer.scan.nbytes();
    return sum + anchors.bytes();
}

}  // namespace ausm
