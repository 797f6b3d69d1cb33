// SPDX-License-Identifier: MIT
// Multi-head attention between its four projections, shared by the workers.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace ausm::ops {

/// y = x W^T + b: weight [D, D], bias [D].
struct Projection {
    at::Tensor weight, bias;
};

struct AttentionWeights {
    Projection query, key, value, output;
    std::int64_t heads = 1;
};

/// Keys and values that queries can look up, projected and split into heads: [B, heads, N, D / heads].
struct AttentionMemory {
    at::Tensor key, value;
};

/// What several attentions make of the same keys and values, both [B, N, D].
[[nodiscard]] std::vector<AttentionMemory> attention_memories(const std::vector<const AttentionWeights*>& weights,
                                                              const at::Tensor& key, const at::Tensor& value);

/// softmax(q k^T / sqrt(D / heads) + mask) v with projections of q and of the result. query: [B, Q, D]; mask:
/// undefined, or added to the scores, broadcast to [B, 1, Q, N] -> [B, Q, D]. Differentiable.
[[nodiscard]] at::Tensor attention(const at::Tensor& query, const AttentionMemory& memory, const at::Tensor& mask,
                                   const AttentionWeights& weights);

}  // namespace ausm::ops
