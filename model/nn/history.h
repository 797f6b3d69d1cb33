// SPDX-License-Identifier: MIT
// The state: everything that the network keeps between frames, as a value.
#pragma once

#include "nn/anchors.h"
#include "nn/grid.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace ausm {

/// State of one compressor layer; float32 (float64 in a float64 network).
struct LayerState {
    at::Tensor conv_tail;  ///< [B, d_conv - 1, N, C] last inputs of the causal convolution
    at::Tensor scan;       ///< [B, N, S, C] h of the selective scan
    /// Instead of both, for one frame without gradient: [B, 4] int64, the MambaStateRow of each row of the batch. The frame
    /// reads and writes what they name when it runs.
    at::Tensor rows{};
};

/// State of a stream (B = 1) or of a batch of clips. Its size depends on the grid alone, never on time or on the
/// number of objects. Copies share tensors; no phase of the network writes into a History that it was given.
struct History {
    Grid grid;
    at::Tensor features;             ///< X of the last frame [B, N, D]; X_0 before the first
    std::vector<LayerState> layers;  ///< one per compressor layer
    Anchors anchors{};               ///< frames that are read beside the last one; no step changes them

    [[nodiscard]] bool empty() const { return !features.defined(); }
    [[nodiscard]] std::size_t bytes() const;
};

}  // namespace ausm
