// SPDX-License-Identifier: MIT
// Queries are the current frame's features, keys and values the history's.
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

at::Tensor HistoryDecoder::operator()(at::Tensor features, const at::Tensor& history,
                                      const Positions& positions) const {
    const at::Tensor& code = positions.code;
    for (const auto& layer : layers_) {
        const at::Tensor past = layer.history_norm(history);  // [B, N, D]
        features =
            features + layer.attention(layer.query_norm(features) + code, layer.attention.memory(past + code, past));
        features = layer.ffn(layer.ffn_norm(features), positions.grid, features);
    }
    return features + positions.read;
}

}  // namespace ausm
