// SPDX-License-Identifier: MIT
// HistoryDecoder: the current frame reads the compressed history (arXiv 2508.19242, section 2.2).
#pragma once

#include "nn/attention.h"
#include "nn/config.h"

#include <vector>

namespace ausm {

class HistoryDecoder {
public:
    HistoryDecoder(WeightMap& weights, const NetConfig& config);
    /// What is added to G for the mask features' sake: the same for every frame of one size. code: [1, N, D].
    [[nodiscard]] at::Tensor place(const at::Tensor& code) const { return position_(code); }
    /// features X [B, N, D], history F [B, N, D], code and place [1, N, D] -> G [B, N, D].
    at::Tensor operator()(at::Tensor features, const at::Tensor& history, const at::Tensor& code,
                          const at::Tensor& place, Grid grid) const;

private:
    /// Pre-norm residual layer: global cross-attention -> feed-forward; no self-attention.
    struct Layer {
        Layer(WeightMap& weights, const std::string& name, const NetConfig& config);
        LayerNorm query_norm, ffn_norm, history_norm;
        Attention attention;
        GridFeedForward ffn;
    };
    std::vector<Layer> layers_;
    Linear position_;  // puts the cell's place into G, for the mask features
};

}  // namespace ausm
