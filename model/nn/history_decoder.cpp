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

at::Tensor HistoryDecoder::operator()(at::Tensor features, const at::Tensor& history, const Positions& positions,
                                      const Anchors& anchors) const {
    const at::Tensor &code = positions.code, read = anchors.beside(history),
                     mask = anchors.mask(features.scalar_type());
    const auto placed = [&](const at::Tensor& past) {
        return anchors.places() == 0 ? past + code
                                     : (past.unflatten(1, {-1, code.size(1)}) + code.unsqueeze(1)).flatten(1, 2);
    };
    for (const auto& layer : layers_) {
        const at::Tensor past = layer.history_norm(read);  // [B, (1 + A) N, D]
        features = features +
                   layer.attention(layer.query_norm(features) + code, layer.attention.memory(placed(past), past), mask);
        features = layer.ffn(layer.ffn_norm(features), positions.grid, features);
    }
    return features + positions.read;
}

}  // namespace ausm
