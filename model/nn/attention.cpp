// SPDX-License-Identifier: MIT
// LibTorch's fused attention between four projections.
#include "nn/attention.h"

#include <ATen/ATen.h>

namespace ausm {

Attention::Attention(WeightMap& weights, const std::string& name, std::int64_t dim, std::int64_t heads)
    : query_(weights, name + ".q", dim, dim), key_(weights, name + ".k", dim, dim),
      value_(weights, name + ".v", dim, dim), output_(weights, name + ".o", dim, dim), heads_(heads) {}

at::Tensor Attention::operator()(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                                 const at::Tensor& mask) const {
    const auto split = [&](const at::Tensor& x) { return x.unflatten(-1, {heads_, -1}).transpose(1, 2); };
    const auto result =
        at::scaled_dot_product_attention(split(query_(query)), split(key_(key)), split(value_(value)),
                                         mask.defined() ? std::optional<at::Tensor>(mask) : std::nullopt);
    return output_(result.transpose(1, 2).flatten(2));
}

}  // namespace ausm
