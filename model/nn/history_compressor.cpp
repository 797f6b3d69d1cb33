// SPDX-License-Identifier: MIT
// Time runs only inside Mamba; attention and feed-forward see B * T frames side by side.
#include "nn/history_compressor.h"

#include <ATen/ATen.h>

namespace ausm {

CompressorLayer::CompressorLayer(WeightMap& weights, const std::string& name, std::int64_t dim,
                                 const HistoryConfig& config)
    : mamba_norm_(weights, name + ".n1", dim), attention_norm_(weights, name + ".n2", dim),
      ffn_norm_(weights, name + ".n3", dim), mamba_(weights, name + ".mamba", dim, config),
      attention_(weights, name + ".attn", dim, config.heads), ffn_(weights, name + ".ffn", dim, config.ffn),
      pool_(config.compressor_pool) {}

at::Tensor CompressorLayer::scan(const at::Tensor& x, const Positions& positions, LayerState& state) const {
    const Grid grid = positions.grid;
    at::Tensor tokens = (x + mamba_.scan(mamba_norm_(x), state)).flatten(0, 1);  // [B * T, N, D]
    const at::Tensor normed = attention_norm_(tokens), placed = normed + positions.code;
    const auto pooled = [&](const at::Tensor& y) {  // [B * T, ceil(h / pool) * ceil(w / pool), D]
        return pool_ == 1 ? y
                          : to_tokens(at::avg_pool2d(to_picture(y, grid), {pool_, pool_}, {}, {0, 0},
                                                     /*ceil_mode=*/true));
    };
    tokens = tokens + attention_(placed, attention_.memory(pooled(placed), pooled(normed)));
    tokens = ffn_(ffn_norm_(tokens), grid, tokens);
    return tokens.unflatten(0, {x.size(0), x.size(1)});
}

HistoryCompressor::HistoryCompressor(WeightMap& weights, std::int64_t dim, const HistoryConfig& config) {
    for (int i = 0; i < config.compressor_layers; ++i)
        layers_.emplace_back(weights, "comp." + std::to_string(i), dim, config);
}

at::Tensor HistoryCompressor::scan(at::Tensor marked, const Positions& positions,
                                   std::vector<LayerState>& states) const {
    for (std::size_t i = 0; i < layers_.size(); ++i)
        marked = layers_[i].scan(marked, positions, states.at(i));
    return marked;
}

std::vector<LayerState> HistoryCompressor::initial_states(std::int64_t batch, std::int64_t tokens) const {
    std::vector<LayerState> states;
    for (const auto& layer : layers_)
        states.push_back(layer.mamba().initial_state(batch, tokens));
    return states;
}

}  // namespace ausm
