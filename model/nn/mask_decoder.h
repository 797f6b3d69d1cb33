// SPDX-License-Identifier: MIT
// Mask decoder: queries of tracked and of possible new objects become masks (Mask2Former's masked attention).
#pragma once

#include "nn/attention.h"
#include "nn/config.h"

#include <vector>

namespace ausm {

/// One frame's answer, or B frames'. Queries: the K tracked objects in the order given, then N_det detections.
struct Prediction {
    at::Tensor presence;  ///< [B, K + N_det] logits: is the object in this frame
    at::Tensor masks;     ///< [B, K + N_det, h4, w4] mask logits at 1/4
};

/// What the decoder would have answered before each of its layers, for training: masks at 1/8 (averages over 2 x 2 of
/// the mask features).
using Intermediate = std::vector<Prediction>;

/// The attention masks of every layer, for comparison with another implementation: a threshold on logits, so that
/// rounding can flip single tokens.
struct AttentionTrace {
    bool given = false;               ///< use `blocked` instead of what the queries say
    std::vector<at::Tensor> blocked;  ///< per layer [B, Q, N] bool: attention from this query to this token is off
};

class MaskDecoder {
public:
    MaskDecoder(WeightMap& weights, const NetConfig& config);
    /// tracked: ID vectors [B, K, D]; read: G after its LayerNorm [B, N, D]; code: [1, N, D];
    /// features: mask features [B, mask_dim, 4h, 4w]; valid: undefined, or [B, K] bool: which tracked queries exist
    /// (clips of a batch may have different numbers of objects).
    Prediction operator()(const at::Tensor& tracked, const at::Tensor& read, const at::Tensor& code,
                          const at::Tensor& features, Grid grid, const at::Tensor& valid = {},
                          AttentionTrace* trace = nullptr, Intermediate* intermediate = nullptr) const;

private:
    /// Post-norm layer: masked cross-attention -> self-attention over queries -> feed-forward.
    struct Layer {
        Layer(WeightMap& weights, const std::string& name, const NetConfig& config);
        /// All [B, Q, D]; place: the position part; memory: of G; mask: additive.
        [[nodiscard]] at::Tensor look(const at::Tensor& query, const at::Tensor& place, const Attention::Memory& memory,
                                      const at::Tensor& mask) const;
        /// Self-attention over all queries (memory) for some of them, then the feed-forward part.
        [[nodiscard]] at::Tensor relate(const at::Tensor& query, const at::Tensor& place,
                                        const Attention::Memory& memory, const at::Tensor& mask) const;
        Attention cross, self;
        FeedForward ffn;
        LayerNorm cross_norm, self_norm, ffn_norm;
    };
    class QueryRows;
    struct Heads {
        at::Tensor normed;     // [B, Q, D]
        at::Tensor embedding;  // [B, Q, mask_dim]
        at::Tensor bias;       // [B, Q, 1]
    };
    [[nodiscard]] at::Tensor queries(const at::Tensor& tracked) const;
    [[nodiscard]] Heads heads(const at::Tensor& query) const;
    /// features: [B, mask_dim, P] -> [B, Q, P].
    [[nodiscard]] static at::Tensor mask_logits(const Heads& head, const at::Tensor& features);
    /// [B, Q, N] bool: where the masks so far, on the coarse grid, are dark.
    [[nodiscard]] static at::Tensor blocked(const Heads& head, const at::Tensor& coarse);
    [[nodiscard]] Prediction answer(const Heads& head, const at::Tensor& features, Grid grid, std::int64_t scale) const;
    [[nodiscard]] Prediction answer(const QueryRows& rows, const at::Tensor& query, const at::Tensor& fine,
                                    Grid grid) const;

    at::Tensor detections_;   // [N_det, D]: V
    at::Tensor query_types_;  // [2, D]: tracked, detection
    LayerNorm query_norm_;
    std::vector<Layer> layers_;
    LayerNorm head_norm_;
    Linear embed0_, embed1_, embed2_, embed_skip_, presence_, bias_;
};

}  // namespace ausm
