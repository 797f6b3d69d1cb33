// SPDX-License-Identifier: MIT
// HistoryCompressor: what has been seen and marked so far, in a state of fixed size (arXiv 2508.19242, fig. 2).
#pragma once

#include "nn/attention.h"
#include "nn/mamba.h"
#include "nn/positions.h"

#include <vector>

namespace ausm {

/// Pre-norm residual layer: Mamba over time -> attention inside the frame -> feed-forward.
class CompressorLayer {
public:
    CompressorLayer(WeightMap& weights, const std::string& name, std::int64_t dim, const HistoryConfig& config);
    /// x: [B, T, N, D] -> [B, T, N, D].
    at::Tensor scan(const at::Tensor& x, const Positions& positions, LayerState& state) const;

    [[nodiscard]] const Mamba& mamba() const { return mamba_; }

private:
    LayerNorm mamba_norm_, attention_norm_, ffn_norm_;
    Mamba mamba_;
    Attention attention_;
    GridFeedForward ffn_;
    std::int64_t pool_;
};

class HistoryCompressor {
public:
    HistoryCompressor(WeightMap& weights, std::int64_t dim, const HistoryConfig& config);

    /// All frames of a clip at once: E [B, T, N, D] -> F [B, T, N, D]; the states move on by T frames.
    at::Tensor scan(at::Tensor marked, const Positions& positions, std::vector<LayerState>& states) const;

    [[nodiscard]] std::vector<LayerState> initial_states(std::int64_t batch, std::int64_t tokens) const;

private:
    std::vector<CompressorLayer> layers_;
};

}  // namespace ausm
