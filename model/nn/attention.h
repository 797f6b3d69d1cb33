// SPDX-License-Identifier: MIT
// Multi-head attention.
#pragma once

#include "nn/layers.h"

namespace ausm {

/// softmax(q k^T / sqrt(D / heads) + mask) v with projections of q, k, v and of the result.
class Attention {
public:
    Attention(WeightMap& weights, const std::string& name, std::int64_t dim, std::int64_t heads);
    /// Keys and values that queries can look up, projected and split into heads: [B, heads, N, D / heads].
    struct Memory {
        at::Tensor key, value;
    };
    /// key, value: [B, N, D].
    [[nodiscard]] Memory memory(const at::Tensor& key, const at::Tensor& value) const;
    /// The halves of memory(), for callers that share them out over the lanes themselves.
    [[nodiscard]] at::Tensor project_key(const at::Tensor& key) const { return split(key_(key)); }
    [[nodiscard]] at::Tensor project_value(const at::Tensor& value) const { return split(value_(value)); }
    /// query: [B, Q, D]; mask: undefined, or added to the scores, broadcast to [B, 1, Q, N] -> [B, Q, D].
    at::Tensor operator()(const at::Tensor& query, const Memory& memory, const at::Tensor& mask = {}) const;

private:
    [[nodiscard]] at::Tensor split(const at::Tensor& x) const;

    Linear query_, key_, value_, output_;
    std::int64_t heads_;
};

}  // namespace ausm
