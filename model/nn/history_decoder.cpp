// SPDX-License-Identifier: MIT
// Queries are the current frame's features, keys and values the history's.
#include "nn/history_decoder.h"

#include <ATen/ATen.h>

namespace ausm {

HistoryDecoder::Layer::Layer(WeightMap& weights, const std::string& name, const NetConfig& config)
    : query_norm(weights, name + ".n1", config.dim), ffn_norm(weights, name + ".n2", config.dim),
      history_norm(weights, name + ".nk", config.dim), attention(weights, name + ".attn", config.dim, config.heads),
      ffn(weights, name + ".ffn", config.dim, config.ffn_dim) {}

HistoryDecoder::HistoryDecoder(WeightMap& weights, const NetConfig& config)
    : position_(weights, "gpos", config.dim, config.dim, false) {
    for (int i = 0; i < config.history_decoder_layers; ++i)
        layers_.emplace_back(weights, "dec." + std::to_string(i), config);
}

at::Tensor HistoryDecoder::operator()(at::Tensor features, const at::Tensor& history, const at::Tensor& code,
                                      const at::Tensor& place, Grid grid) const {
    for (const auto& layer : layers_) {
        const auto normed = layer.history_norm(history);
        features = features +
                   layer.attention(layer.query_norm(features) + code, layer.attention.memory(normed + code, normed));
        features = layer.ffn(layer.ffn_norm(features), grid, features);
    }
    return features + place;
}

}  // namespace ausm
