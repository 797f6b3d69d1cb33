// SPDX-License-Identifier: MIT
// The weights of ops::attention, by name.
#include "nn/attention.h"

namespace ausm {
namespace {

ops::Projection take_projection(WeightMap& weights, const std::string& name, std::int64_t dim) {
    return {weights.take(name + ".weight", {dim, dim}), weights.take(name + ".bias", {dim})};
}

}  // namespace

Attention::Attention(WeightMap& weights, const std::string& name, std::int64_t dim, std::int64_t heads)
    : weights_{take_projection(weights, name + ".q", dim), take_projection(weights, name + ".k", dim),
               take_projection(weights, name + ".v", dim), take_projection(weights, name + ".o", dim), heads} {}

Attention::Memory Attention::memory(const at::Tensor& key, const at::Tensor& value) const {
    return memories({this}, key, value).front();
}

std::vector<Attention::Memory> Attention::memories(const std::vector<const Attention*>& attentions,
                                                   const at::Tensor& key, const at::Tensor& value) {
    std::vector<const ops::AttentionWeights*> weights;
    for (const auto* attention : attentions)
        weights.push_back(&attention->weights_);
    return ops::attention_memories(weights, key, value);
}

at::Tensor Attention::operator()(const at::Tensor& query, const Memory& memory, const at::Tensor& mask) const {
    return ops::attention(query, memory, mask, weights_);
}

}  // namespace ausm
