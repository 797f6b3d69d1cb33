// SPDX-License-Identifier: MIT
// Masked attention: a query looks only where the mask that it has so far is positive.
#include "nn/mask_decoder.h"

#include "ops/lanes.h"

#include <ATen/ATen.h>

namespace ausm {
namespace {

constexpr double kBlocked = -1e4;  // added to a score: zero weight, and finite in half precision too

/// Additive mask [B, 1, Q, N] of blocked [B, Q, N].
at::Tensor additive(const at::Tensor& blocked, at::ScalarType dtype) {
    return at::zeros(blocked.sizes(), blocked.options().dtype(dtype)).masked_fill_(blocked, kBlocked).unsqueeze(1);
}

}  // namespace

MaskDecoder::Layer::Layer(WeightMap& weights, const std::string& name, const NetConfig& config)
    : cross(weights, name + ".ca", config.dim, config.heads), self(weights, name + ".sa", config.dim, config.heads),
      ffn(weights, name + ".ffn", config.dim, config.ffn_dim), cross_norm(weights, name + ".n1", config.dim),
      self_norm(weights, name + ".n2", config.dim), ffn_norm(weights, name + ".n3", config.dim) {}

MaskDecoder::MaskDecoder(WeightMap& weights, const NetConfig& config)
    : detections_(weights.take("det", {config.detection_queries, config.dim})),
      query_types_(weights.take("qtype", {2, config.dim})), query_norm_(weights, "qn", config.dim),
      head_norm_(weights, "pn", config.dim), embed0_(weights, "emb.0", config.dim, config.dim),
      embed1_(weights, "emb.2", config.dim, config.dim), embed2_(weights, "emb.4", config.dim, config.mask_dim),
      embed_skip_(weights, "embs", config.dim, config.mask_dim), presence_(weights, "fg", config.dim, 1),
      bias_(weights, "mb", config.dim, 1) {
    for (int i = 0; i < config.mask_decoder_layers; ++i)
        layers_.emplace_back(weights, "pix." + std::to_string(i), config);
}

at::Tensor MaskDecoder::queries(const at::Tensor& tracked) const {
    const auto found = (detections_ + query_types_[1]).expand({tracked.size(0), -1, -1});
    return query_norm_(at::cat({tracked + query_types_[0], found}, 1));
}

MaskDecoder::Heads MaskDecoder::heads(const at::Tensor& query) const {
    const auto normed = head_norm_(query);
    return {normed, embed2_(embed1_(embed0_(normed).relu()).relu()) + embed_skip_(normed), bias_(normed)};
}

at::Tensor MaskDecoder::mask_logits(const Heads& head, const at::Tensor& features) {
    return at::baddbmm(head.bias.expand({-1, -1, features.size(2)}), head.embedding, features);
}

Prediction MaskDecoder::operator()(const at::Tensor& tracked, const at::Tensor& read, const at::Tensor& code,
                                   const at::Tensor& features, Grid grid, const at::Tensor& valid,
                                   AttentionTrace* trace, Intermediate* intermediate) const {
    const auto place = queries(tracked);  // the first query is also the position part of every later one
    const auto fine = to_tokens(features).transpose(1, 2);                            // [B, C, 16 N]
    const auto coarse = to_tokens(at::avg_pool2d(features, {4, 4})).transpose(1, 2);  // [B, C, N]
    const auto answer = [&](const Heads& head, const at::Tensor& all, std::int64_t scale) -> Prediction {
        return {presence_(head.normed).squeeze(-1),
                mask_logits(head, all).unflatten(-1, {scale * grid.rows, scale * grid.columns})};
    };
    at::Tensor middle;  // [B, C, 4 N]
    if (intermediate != nullptr)
        middle = to_tokens(at::avg_pool2d(features, {2, 2})).transpose(1, 2);
    const auto key = read + code;
    at::Tensor self_mask;
    if (valid.defined()) {
        const auto absent = at::cat({valid.logical_not(), valid.new_zeros({valid.size(0), detections_.size(0)})}, 1);
        self_mask = additive(absent.unsqueeze(1), place.scalar_type());
    }
    std::vector<Attention::Memory> memories(layers_.size());
    ops::run_pieces(static_cast<int>(2 * layers_.size()), [&](int piece) {
        const auto i = static_cast<std::size_t>(piece / 2);
        if (piece % 2 == 0)
            memories[i].key = layers_[i].cross.project_key(key);
        else
            memories[i].value = layers_[i].cross.project_value(read);
    });
    auto query = place;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const auto& layer = layers_[i];
        const auto head = heads(query);
        if (intermediate != nullptr)
            intermediate->push_back(answer(head, middle, 2));
        auto blocked = mask_logits({{}, head.embedding.detach(), head.bias.detach()}, coarse.detach()) < 0;
        blocked =
            blocked.logical_and(blocked.all(-1, /*keepdim=*/true).logical_not());  // nothing left: look everywhere
        if (trace != nullptr && trace->given)
            blocked = trace->blocked.at(i);
        else if (trace != nullptr)
            trace->blocked.push_back(blocked);
        query =
            layer.cross_norm(query + layer.cross(query + place, memories[i], additive(blocked, query.scalar_type())));
        const auto placed = query + place;
        query = layer.self_norm(query + layer.self(placed, layer.self.memory(placed, query), self_mask));
        query = layer.ffn_norm(query + layer.ffn(query));
    }
    return answer(heads(query), fine, 4);
}

}  // namespace ausm
