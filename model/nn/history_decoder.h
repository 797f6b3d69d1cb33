// SPDX-License-Identifier: MIT
// HistoryDecoder: the current frame reads the compressed history (arXiv 2508.19242, section 2.2).
#pragma once

#include "nn/anchors.h"
#include "nn/attention.h"
#include "nn/config.h"
#include "nn/layers.h"
#include "nn/positions.h"

#include <vector>

namespace ausm {

class HistoryDecoder {
public:
    HistoryDecoder(WeightMap& weights, std::int64_t dim, const HistoryConfig& config);
    /// What is added to G for the mask features' sake, Positions::read: the same for every frame of one size.
    /// code: [1, N, D].
    [[nodiscard]] at::Tensor added(const at::Tensor& code) const { return position_(code); }
    /// features X [B, N, D], history F [B, N, D] -> G [B, N, D]. Keys and values are F and the anchors, all with the
    /// same position code: (1 + A) N tokens.
    at::Tensor operator()(at::Tensor features, const at::Tensor& history, const Positions& positions,
                          const Anchors& anchors = {}) const;
    /// Anchors::memories of these tokens [B, A, N, D].
    [[nodiscard]] std::vector<ops::AttentionMemory> memories(const at::Tensor& tokens,
                                                             const Positions& positions) const;

private:
    /// Pre-norm residual layer: global cross-attention -> feed-forward; no self-attention.
    struct Layer {
        Layer(WeightMap& weights, const std::string& name, std::int64_t dim, const HistoryConfig& config);
        LayerNorm query_norm, ffn_norm, history_norm;
        Attention attention;
        GridFeedForward ffn;
        /// Keys and values of past [B, A, N, D], all with the code: [B, heads, A N, D / heads].
        [[nodiscard]] Attention::Memory memory(const at::Tensor& past, const at::Tensor& code) const;
    };
    std::vector<Layer> layers_;
    Linear position_;  // puts the cell's position into G, for the mask features
};

}  // namespace ausm
