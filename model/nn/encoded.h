// SPDX-License-Identifier: MIT
// A frame, or a batch of them, before the history is read.
#pragma once

#include "nn/backbone/backbone.h"
#include "nn/grid.h"

namespace ausm {

struct Encoded {
    at::Tensor features;  ///< X [B, N, D]
    Pyramid levels;       ///< what the backbone gave, for the head
    Grid grid;            ///< of X

    /// Frame `i` of the batch, as views.
    [[nodiscard]] Encoded row(std::int64_t i) const {
        Encoded own{features.narrow(0, i, 1), {}, grid};
        for (std::size_t level = 0; level < levels.size(); ++level)
            own.levels[level] = levels[level].narrow(0, i, 1);
        return own;
    }
};

}  // namespace ausm
