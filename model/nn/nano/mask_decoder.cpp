// SPDX-License-Identifier: MIT
// A query looks only where the mask that it has so far is positive.
#include "nn/nano/mask_decoder.h"

#include "ops/mask_logits.h"
#include "ops/row_bands.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

namespace ausm::nano {
namespace {

using ops::RowBand;

constexpr double kBlocked = -1e4;  // added to a score: zero weight, and finite in half precision too

/// Additive mask [B, 1, Q, N] of blocked [B, Q, N].
at::Tensor additive(const at::Tensor& blocked, at::ScalarType dtype) {
    return at::zeros(blocked.sizes(), blocked.options().dtype(dtype)).masked_fill_(blocked, kBlocked).unsqueeze(1);
}

}  // namespace

MaskDecoder::Layer::Layer(WeightMap& weights, const std::string& name, std::int64_t dim, const HeadConfig& config)
    : cross(weights, name + ".ca", dim, config.heads), self(weights, name + ".sa", dim, config.heads),
      ffn(weights, name + ".ffn", dim, config.ffn), cross_norm(weights, name + ".n1", dim),
      self_norm(weights, name + ".n2", dim), ffn_norm(weights, name + ".n3", dim) {}

at::Tensor MaskDecoder::Layer::operator()(const at::Tensor& query, const at::Tensor& position,
                                          const Attention::Memory& memory, const at::Tensor& blocked,
                                          const at::Tensor& absent) const {
    const std::int64_t count = query.size(1);
    const at::Tensor looked = ops::each_query_band(count, [&](const RowBand& band) {  // [B, Q, D]
        const at::Tensor own = band.of(query), mask = additive(band.of(blocked), query.scalar_type());
        return cross_norm(own + cross(own + band.of(position), memory, mask));
    });
    const Attention::Memory others = self.memory(looked + position, looked);
    return ops::each_query_band(count, [&](const RowBand& band) {  // [B, Q, D]
        const at::Tensor own = band.of(looked);
        const at::Tensor related = self_norm(own + self(own + band.of(position), others, absent));
        return ffn_norm(related + ffn(related));
    });
}

MaskDecoder::MaskDecoder(WeightMap& weights, std::int64_t dim, const HeadConfig& config)
    : detections_(weights.take("det", {config.detections, dim})), query_types_(weights.take("qtype", {2, dim})),
      query_norm_(weights, "qn", dim), head_norm_(weights, "pn", dim), embed0_(weights, "emb.0", dim, dim),
      embed1_(weights, "emb.2", dim, dim), embed2_(weights, "emb.4", dim, config.mask_dim),
      embed_skip_(weights, "embs", dim, config.mask_dim), presence_(weights, "fg", dim, 1),
      bias_(weights, "mb", dim, 1) {
    for (int i = 0; i < config.layers; ++i)
        layers_.emplace_back(weights, "pix." + std::to_string(i), dim, config);
}

/// [B, K, D] -> [B, K + N_det, D].
at::Tensor MaskDecoder::queries(const at::Tensor& tracked) const {
    const at::Tensor found = (detections_ + query_types_[1]).expand({tracked.size(0), -1, -1});
    return query_norm_(at::cat({tracked + query_types_[0], found}, 1));
}

MaskDecoder::Heads MaskDecoder::heads(const at::Tensor& query) const {
    const at::Tensor normed = head_norm_(query);
    return {normed, embed2_(embed1_(embed0_(normed).relu()).relu()) + embed_skip_(normed), bias_(normed)};
}

/// coarse: mask features as [B, C, N] -> [B, Q, N] bool: where the masks so far are dark. Without a gradient.
at::Tensor MaskDecoder::blocked(const at::Tensor& query, const at::Tensor& coarse) const {
    const c10::NoGradGuard no_grad;
    return ops::each_query_band(query.size(1), [&](const RowBand& band) {
        const Heads head = heads(band.of(query));
        const at::Tensor dark = ops::mask_logits(head.embedding, head.bias, coarse) < 0;
        return dark.logical_and(dark.all(-1, /*keepdim=*/true).logical_not());  // nothing left: look everywhere
    });
}

/// features: [B, C, rows, columns], the resolution of the masks.
Prediction MaskDecoder::answer(const at::Tensor& query, const at::Tensor& features) const {
    const auto said = ops::each_query_band(query.size(1), [&](const RowBand& band) -> std::vector<at::Tensor> {
        const Heads head = heads(band.of(query));
        return {head.embedding, head.bias, presence_(head.normed)};
    });
    const at::Tensor masks = ops::mask_logits(said[0], said[1], to_tokens(features).transpose(1, 2));  // [B, Q, P]
    return {said[2].squeeze(-1), masks.unflatten(-1, {features.size(2), features.size(3)})};
}

Prediction MaskDecoder::operator()(const at::Tensor& tracked, const at::Tensor& read, const at::Tensor& code,
                                   const at::Tensor& features, const at::Tensor& valid, HeadObserver* observer) const {
    const at::Tensor position = queries(tracked);  // [B, Q, D]: also the first query
    const at::Tensor coarse = to_tokens(at::avg_pool2d(features, {4, 4})).transpose(1, 2);  // [B, C, N]
    const at::Tensor middle = observer != nullptr ? at::avg_pool2d(features, {2, 2}) : at::Tensor();
    at::Tensor absent;
    if (valid.defined()) {
        const at::Tensor not_there =
            at::cat({valid.logical_not(), valid.new_zeros({valid.size(0), detections_.size(0)})}, 1);  // [B, Q]
        absent = additive(not_there.unsqueeze(1), position.scalar_type());
    }
    std::vector<const Attention*> looks;
    for (const auto& layer : layers_)
        looks.push_back(&layer.cross);
    const auto memories = Attention::memories(looks, read + code, read);
    at::Tensor query = position;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        at::Tensor dark = blocked(query, coarse);
        if (observer != nullptr) {
            observer->before_layer([&] { return answer(query, middle); });
            dark = observer->blocked(dark);
        }
        query = layers_[i](query, position, memories[i], dark, absent);
    }
    return answer(query, features);
}

}  // namespace ausm::nano
