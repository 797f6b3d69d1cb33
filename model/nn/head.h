// SPDX-License-Identifier: MIT
// Head: what has been read of the history, and the frame's own levels, become masks of tracked and of new objects.
#pragma once

#include "nn/encoded.h"
#include "nn/positions.h"

#include <functional>
#include <memory>

namespace ausm {

/// One frame's answer, or B frames'. Queries: the K tracked objects in the order given, then the detections.
struct Prediction {
    at::Tensor presence;  ///< [B, Q] logits: is the object in this frame
    at::Tensor masks;     ///< [B, Q, h4, w4] mask logits at 1/4
};

/// Is told how a head comes to its answer, layer by layer. Training and comparisons want to know; nothing else does.
class HeadObserver {
public:
    virtual ~HeadObserver() = default;
    /// `answer()` is what the head would say before this layer, with masks at a resolution of its choice. It is
    /// computed only when it is called, here.
    virtual void before_layer(const std::function<Prediction()>& answer);
    /// Attention of queries to cells that is off in the next layer: [B, Q, N] bool. What is returned is used.
    virtual at::Tensor blocked(const at::Tensor& by_masks);
};

class Head {
public:
    virtual ~Head() = default;
    /// read: G [B, N, D]; tracked: ID vectors [B, K, D]; valid: undefined, or [B, K] bool: which tracked queries exist
    /// (clips of a batch may have different numbers of objects); observer: may be null.
    [[nodiscard]] virtual Prediction operator()(const at::Tensor& read, const Encoded& frame,
                                                const Positions& positions, const at::Tensor& tracked,
                                                const at::Tensor& valid, HeadObserver* observer) const = 0;
};

/// The head that config.head names; channels: of the backbone's levels. Throws std::runtime_error for an unknown name.
std::unique_ptr<Head> make_head(WeightMap& weights, const NetConfig& config, const PyramidChannels& channels);

}  // namespace ausm
