// SPDX-License-Identifier: MIT
// Masked attention: a query looks only where the mask that it has so far is positive.
#include "nn/mask_decoder.h"

#include "ops/lanes.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace ausm {
namespace {

constexpr double kBlocked = -1e4;  // added to a score: zero weight, and finite in half precision too

/// Additive mask [B, 1, Q, N] of blocked [B, Q, N].
at::Tensor additive(const at::Tensor& blocked, at::ScalarType dtype) {
    return at::zeros(blocked.sizes(), blocked.options().dtype(dtype)).masked_fill_(blocked, kBlocked).unsqueeze(1);
}

constexpr std::int64_t kQueries = 16;  // fewer a lane cost more than they save

}  // namespace

/// Queries [Q] in parts for the lanes. All of a layer but its self-attention treats every query alone.
class MaskDecoder::QueryRows {
public:
    QueryRows(std::int64_t queries, int lanes)
        : queries_(queries), count_(std::clamp<std::int64_t>(queries / kQueries, 1, lanes)) {}
    [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>(count_); }
    void each(const std::function<void(std::size_t)>& body) const {
        ops::run_pieces(static_cast<int>(count_), [&](int i) { body(static_cast<std::size_t>(i)); });
    }
    /// Part `i` of [B, Q, ...].
    [[nodiscard]] at::Tensor of(const at::Tensor& all, std::size_t i) const {
        const auto begin = start(static_cast<std::int64_t>(i)), end = start(static_cast<std::int64_t>(i) + 1);
        return count_ == 1 ? all : all.narrow(1, begin, end - begin);
    }
    [[nodiscard]] at::Tensor joined(const std::vector<at::Tensor>& parts, std::int64_t dim) const {
        return count_ == 1 ? parts.front() : at::cat(parts, dim);
    }

private:
    [[nodiscard]] std::int64_t start(std::int64_t i) const { return queries_ * i / count_; }

    std::int64_t queries_, count_;
};

MaskDecoder::Layer::Layer(WeightMap& weights, const std::string& name, const NetConfig& config)
    : cross(weights, name + ".ca", config.dim, config.heads), self(weights, name + ".sa", config.dim, config.heads),
      ffn(weights, name + ".ffn", config.dim, config.ffn_dim), cross_norm(weights, name + ".n1", config.dim),
      self_norm(weights, name + ".n2", config.dim), ffn_norm(weights, name + ".n3", config.dim) {}

at::Tensor MaskDecoder::Layer::look(const at::Tensor& query, const at::Tensor& place, const Attention::Memory& memory,
                                    const at::Tensor& mask) const {
    return cross_norm(query + cross(query + place, memory, mask));
}

at::Tensor MaskDecoder::Layer::relate(const at::Tensor& query, const at::Tensor& place, const Attention::Memory& memory,
                                      const at::Tensor& mask) const {
    const auto related = self_norm(query + self(query + place, memory, mask));
    return ffn_norm(related + ffn(related));
}

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

at::Tensor MaskDecoder::blocked(const Heads& head, const at::Tensor& coarse) {
    const auto dark = mask_logits({{}, head.embedding.detach(), head.bias.detach()}, coarse.detach()) < 0;
    return dark.logical_and(dark.all(-1, /*keepdim=*/true).logical_not());  // nothing left: look everywhere
}

Prediction MaskDecoder::answer(const Heads& head, const at::Tensor& features, Grid grid, std::int64_t scale) const {
    return {presence_(head.normed).squeeze(-1),
            mask_logits(head, features).unflatten(-1, {scale * grid.rows, scale * grid.columns})};
}

/// The same, a few queries a lane.
Prediction MaskDecoder::answer(const QueryRows& rows, const at::Tensor& query, const at::Tensor& fine,
                               Grid grid) const {
    if (rows.count() == 1)
        return answer(heads(query), fine, grid, 4);
    const auto logits = at::empty({query.size(0), query.size(1), fine.size(2)}, query.options());
    std::vector<at::Tensor> presence(rows.count());
    rows.each([&](std::size_t i) {
        const auto head = heads(rows.of(query, i));
        presence[i] = presence_(head.normed).squeeze(-1);
        auto part = rows.of(logits, i);
        at::baddbmm_out(part, head.bias.expand({-1, -1, fine.size(2)}), head.embedding, fine);
    });
    return {at::cat(presence, 1), logits.unflatten(-1, {4 * grid.rows, 4 * grid.columns})};
}

Prediction MaskDecoder::operator()(const at::Tensor& tracked, const at::Tensor& read, const at::Tensor& code,
                                   const at::Tensor& features, Grid grid, const at::Tensor& valid,
                                   AttentionTrace* trace, Intermediate* intermediate) const {
    const auto place = queries(tracked);  // the first query is also the position part of every later one
    const auto coarse = to_tokens(at::avg_pool2d(features, {4, 4})).transpose(1, 2);  // [B, C, N]
    at::Tensor middle;                                                                // [B, C, 4 N]
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
    const QueryRows rows(place.size(1), trace != nullptr || intermediate != nullptr ? 1 : ops::lane_count());
    auto query = place;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const auto& layer = layers_[i];
        std::vector<at::Tensor> looked(rows.count()), keys(rows.count()), values(rows.count());
        rows.each([&](std::size_t part) {
            const auto own = rows.of(query, part), own_place = rows.of(place, part);
            const auto head = heads(own);
            if (intermediate != nullptr)
                intermediate->push_back(answer(head, middle, grid, 2));
            auto off = blocked(head, coarse);
            if (trace != nullptr && trace->given)
                off = trace->blocked.at(i);
            else if (trace != nullptr)
                trace->blocked.push_back(off);
            looked[part] = layer.look(own, own_place, memories[i], additive(off, own.scalar_type()));
            keys[part] = layer.self.project_key(looked[part] + own_place);
            values[part] = layer.self.project_value(looked[part]);
        });
        const auto all = rows.joined(looked, 1);
        const Attention::Memory memory{rows.joined(keys, 2), rows.joined(values, 2)};
        std::vector<at::Tensor> related(rows.count());
        rows.each([&](std::size_t part) {
            related[part] = layer.relate(rows.of(all, part), rows.of(place, part), memory, self_mask);
        });
        query = rows.joined(related, 1);
    }
    return answer(rows, query, to_tokens(features).transpose(1, 2), grid);
}

}  // namespace ausm
