// SPDX-License-Identifier: MIT
// LibTorch's fused attention between four projections.
#include "nn/attention.h"

#include "ops/lanes.h"

#include <ATen/ATen.h>

namespace ausm {
namespace {

constexpr std::int64_t kSplitQueries = 64;  // fewer are not worth the lanes

}  // namespace

Attention::Attention(WeightMap& weights, const std::string& name, std::int64_t dim, std::int64_t heads)
    : query_(weights, name + ".q", dim, dim), key_(weights, name + ".k", dim, dim),
      value_(weights, name + ".v", dim, dim), output_(weights, name + ".o", dim, dim), heads_(heads) {}

at::Tensor Attention::split(const at::Tensor& x) const { return x.unflatten(-1, {heads_, -1}).transpose(1, 2); }

Attention::Memory Attention::memory(const at::Tensor& key, const at::Tensor& value) const {
    Memory memory;
    ops::run_pieces(2, [&](int i) {
        if (i == 0)
            memory.key = project_key(key);
        else
            memory.value = project_value(value);
    });
    return memory;
}

at::Tensor Attention::operator()(const at::Tensor& query, const Memory& memory, const at::Tensor& mask) const {
    const auto attend = [&](const at::Tensor& part) {
        const auto result =
            at::scaled_dot_product_attention(split(query_(part)), memory.key, memory.value,
                                             mask.defined() ? std::optional<at::Tensor>(mask) : std::nullopt);
        return result.transpose(1, 2).flatten(2);
    };
    if (mask.defined() || query.size(1) < kSplitQueries || ops::lane_count() == 1)
        return output_(attend(query));
    auto result = at::empty(query.sizes(), query.options());
    ops::split_range(query.size(1), kSplitQueries / 2, [&](std::int64_t begin, std::int64_t end) {
        result.narrow(1, begin, end - begin).copy_(output_(attend(query.narrow(1, begin, end - begin))));
    });
    return result;
}

}  // namespace ausm
