// SPDX-License-Identifier: MIT
// Multi-head attention.
#pragma once

#include "nn/weight_map.h"
#include "ops/attention.h"

namespace ausm {

/// softmax(q k^T / sqrt(D / heads) + mask) v with projections of q, k, v and of the result.
class Attention {
public:
    Attention(WeightMap& weights, const std::string& name, std::int64_t dim, std::int64_t heads);
    /// Keys and values that queries can look up: [B, heads, N, D / heads].
    using Memory = ops::AttentionMemory;
    /// key, value: [B, N, D].
    [[nodiscard]] Memory memory(const at::Tensor& key, const at::Tensor& value) const;
    /// One memory for each of `attentions`, of the same keys and values.
    [[nodiscard]] static std::vector<Memory> memories(const std::vector<const Attention*>& attentions,
                                                      const at::Tensor& key, const at::Tensor& value);
    /// query: [B, Q, D]; mask: undefined, or added to the scores, broadcast to [B, 1, Q, N] -> [B, Q, D].
    at::Tensor operator()(const at::Tensor& query, const Memory& memory, const at::Tensor& mask = {}) const;

private:
    ops::AttentionWeights weights_;
};

}  // namespace ausm
