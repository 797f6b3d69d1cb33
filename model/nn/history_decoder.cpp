// SPDX-License-Identifier: MIT
// Queries are the current frame's features, keys and values the history's and the anchors'.
#include "nn/history_decoder.h"

#include <ATen/ATen.h>

namespace ausm {

HistoryDecoder::Layer::Layer(WeightMap& weights, const std::string& name, std::int64_t dim, const HistoryConfig& config)
    : query_norm(weights, name + ".n1", dim), ffn_norm(weights, name + ".n2", dim),
      history_norm(weights, name + ".nk", dim), attention(weights, name + ".attn", dim, config.heads),
      ffn(weights, name + ".ffn", dim, config.ffn) {}

HistoryDecoder::HistoryDecoder(WeightMap& weights, std::int64_t dim, const HistoryConfig& config)
    : position_(weights, "gpos", dim, dim, false) {
    for (int i = 0; i < config.decoder_layers; ++i)
        layers_.emplace_back(weights, "dec." + std::to_string(i), dim, config);
}

Attention::Memory HistoryDecoder::Layer::memory(const at::Tensor& past, const at::Tensor& code) const {
    const at::Tensor value = history_norm(past);
    const at::Tensor key = value + code.unsqueeze(1);
    return attention.memory(key.flatten(1, 2), value.flatten(1, 2));
}

std::vector<ops::AttentionMemory> HistoryDecoder::memories(const at::Tensor& tokens, const Positions& positions) const {
    std::vector<ops::AttentionMemory> all;
    for (const auto& layer : layers_)
        all.push_back(layer.memory(tokens, positions.code));
    return all;
}

at::Tensor HistoryDecoder::operator()(at::Tensor features, const at::Tensor& history, const Positions& positions,
                                      const Anchors& anchors) const {
    const at::Tensor &code = positions.code, mask = anchors.mask(features.scalar_type());
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const auto& layer = layers_[i];
        auto memory = layer.memory(history.unsqueeze(1), code);
        if (anchors.places() > 0) {
            const auto kept = anchors.memories.empty() ? layer.memory(anchors.tokens, code) : anchors.memories[i];
            memory = {at::cat({memory.key, kept.key}, 2), at::cat({memory.value, kept.value}, 2)};
        }
        features = features + layer.attention(layer.query_norm(features) + code, memory, mask);
        features = layer.ffn(layer.ffn_norm(features), positions.grid, features);
    }
    return features + positions.read;
}

}  // namespace ausm
