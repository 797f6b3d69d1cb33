// SPDX-License-Identifier: MIT
// What a network costs by arithmetic alone: operations of one frame, parameters, bytes of memory. No LibTorch.
#pragma once

#include "nn/config.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ausm {

/// The timed phases of a frame (model/README.md).
enum class Phase : std::uint8_t { kEncode, kCompress, kDecode };

/// One part of the network. The operations are those of one frame, 2 for a multiplication with its addition. Counted:
/// convolutions, linear layers, both products of attention, the recurrence of the selective scan, masks as products of
/// embeddings and features. Not counted: normalisation, activations, softmax, residual sums, pooling, interpolation,
/// and what depends on the picture's size alone and may be kept (position codes).
struct PartCost {
    std::string part;
    Phase phase = Phase::kEncode;
    double flops = 0;
    std::int64_t parameters = 0;  ///< numbers in the weights file, biases and norms included
};

struct NetworkCost {
    std::vector<PartCost> parts;        ///< in the order of work
    std::size_t recurrent_bytes = 0;    ///< scan states and convolution tails, float32
    std::int64_t feature_elements = 0;  ///< of X of the last frame and of the anchors, kept in the working precision
    std::int64_t anchors = 0;           ///< places, a byte each for whether it is taken

    [[nodiscard]] double flops() const;
    [[nodiscard]] double flops(Phase phase) const;
    [[nodiscard]] std::int64_t parameters() const;
    /// What a stream remembers between frames, with `element_bytes` of the working precision (4 or 2).
    [[nodiscard]] std::size_t state_bytes(std::size_t element_bytes) const;
};

/// height, width: of the network's input; objects: tracked on this frame. Throws std::invalid_argument when a size is
/// not a positive multiple of 32 or objects lie outside 0 .. id_vectors, std::runtime_error for an unknown backbone or
/// head.
NetworkCost network_cost(const NetConfig& config, std::int64_t height, std::int64_t width, std::int64_t objects);

}  // namespace ausm
