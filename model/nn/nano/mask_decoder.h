// SPDX-License-Identifier: MIT
// Queries of tracked and of possible new objects become masks (Mask2Former's masked attention, on one level).
#pragma once

#include "nn/attention.h"
#include "nn/config.h"
#include "nn/head.h"
#include "nn/layers.h"

#include <vector>

namespace ausm::nano {

class MaskDecoder {
public:
    MaskDecoder(WeightMap& weights, std::int64_t dim, const HeadConfig& config);
    /// tracked: ID vectors [B, K, D]; read: G after its LayerNorm [B, N, D]; code: [1, N, D] of its cells; features:
    /// mask features [B, C, 4h, 4w]; valid, observer: as for Head.
    Prediction operator()(const at::Tensor& tracked, const at::Tensor& read, const at::Tensor& code,
                          const at::Tensor& features, const at::Tensor& valid, HeadObserver* observer) const;

private:
    /// Post-norm: masked cross-attention -> self-attention over the queries -> feed-forward.
    struct Layer {
        Layer(WeightMap& weights, const std::string& name, std::int64_t dim, const HeadConfig& config);
        /// query, position: [B, Q, D]; memory: of G; blocked: [B, Q, N] bool; absent: undefined, or what is added to
        /// scores of queries that do not exist, [B, 1, 1, Q].
        [[nodiscard]] at::Tensor operator()(const at::Tensor& query, const at::Tensor& position,
                                            const Attention::Memory& memory, const at::Tensor& blocked,
                                            const at::Tensor& absent) const;
        Attention cross, self;
        FeedForward ffn;
        LayerNorm cross_norm, self_norm, ffn_norm;
    };
    struct Heads {
        at::Tensor normed;     // [B, Q, D]
        at::Tensor embedding;  // [B, Q, C]
        at::Tensor bias;       // [B, Q, 1]
    };
    [[nodiscard]] at::Tensor queries(const at::Tensor& tracked) const;
    [[nodiscard]] Heads heads(const at::Tensor& query) const;
    [[nodiscard]] at::Tensor blocked(const at::Tensor& query, const at::Tensor& coarse) const;
    [[nodiscard]] Prediction answer(const at::Tensor& query, const at::Tensor& features) const;

    at::Tensor detections_;   // [N_det, D]: V
    at::Tensor query_types_;  // [2, D]: tracked, detection
    LayerNorm query_norm_;
    std::vector<Layer> layers_;
    LayerNorm head_norm_;
    Linear embed0_, embed1_, embed2_, embed_skip_, presence_, bias_;
};

}  // namespace ausm::nano
