// SPDX-License-Identifier: MIT
// Multi-head attention.
#pragma once

#include "nn/layers.h"

namespace ausm {

/// softmax(q k^T / sqrt(D / heads) + mask) v with projections of q, k, v and of the result.
class Attention {
public:
    Attention(WeightMap& weights, const std::string& name, std::int64_t dim, std::int64_t heads);
    /// query: [B, Q, D]; key, value: [B, N, D]; mask: undefined, or added to the scores, broadcast to [B, 1, Q, N].
    at::Tensor operator()(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                          const at::Tensor& mask = {}) const;

private:
    Linear query_, key_, value_, output_;
    std::int64_t heads_;
};

}  // namespace ausm
