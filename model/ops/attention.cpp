// SPDX-License-Identifier: MIT
// Keys and values side by side, then LibTorch's fused attention for a range of the queries a worker.
#include "ops/attention.h"

#include "ops/attention_grad.h"
#include "ops/linear.h"
#include "ops/workers.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

namespace ausm::ops {
namespace {

constexpr std::int64_t kSplitQueries = 64;  // fewer are not worth the workers

at::Tensor project(const at::Tensor& x, const Projection& projection) {
    return linear(x, projection.weight, projection.bias);
}

/// [B, N, D] -> [B, heads, N, D / heads]; a view.
at::Tensor into_heads(const at::Tensor& x, std::int64_t heads) { return x.unflatten(-1, {heads, -1}).transpose(1, 2); }

bool wants_gradient(const at::Tensor& query, const AttentionMemory& memory) {
    return c10::GradMode::is_enabled() &&
           (query.requires_grad() || memory.key.requires_grad() || memory.value.requires_grad());
}

at::Tensor attend(const at::Tensor& query, const AttentionMemory& memory, const at::Tensor& mask) {
    if (query.is_cpu() && query.scalar_type() == at::kBFloat16 && wants_gradient(query, memory))
        return attention_with_gradient(query, memory.key, memory.value, mask);
    return at::scaled_dot_product_attention(query, memory.key, memory.value,
                                            mask.defined() ? std::optional<at::Tensor>(mask) : std::nullopt);
}

}  // namespace

std::vector<AttentionMemory> attention_memories(const std::vector<const AttentionWeights*>& weights,
                                                const at::Tensor& key, const at::Tensor& value) {
    std::vector<AttentionMemory> memories(weights.size());
    run_pieces(static_cast<int>(2 * weights.size()), [&](int piece) {
        const auto i = static_cast<std::size_t>(piece / 2);
        const auto& own = *weights[i];
        if (piece % 2 == 0)
            memories[i].key = into_heads(project(key, own.key), own.heads);
        else
            memories[i].value = into_heads(project(value, own.value), own.heads);
    });
    return memories;
}

at::Tensor attention(const at::Tensor& query, const AttentionMemory& memory, const at::Tensor& mask,
                     const AttentionWeights& weights) {
    const auto answer = [&](const at::Tensor& part) {
        const at::Tensor q = into_heads(project(part, weights.query), weights.heads);  // [B, heads, q, D / heads]
        const at::Tensor seen = attend(q, memory, mask);
        return project(seen.transpose(1, 2).flatten(2), weights.output);  // [B, q, D]
    };
    const bool same_for_all = !mask.defined() || mask.size(-2) == 1;  // each query has the same mask
    if (!same_for_all || query.size(1) < kSplitQueries || worker_count() == 1)
        return answer(query);
    const at::Tensor result = at::empty(query.sizes(), query.options());
    split_range(query.size(1), kSplitQueries / 2, [&](std::int64_t begin, std::int64_t end) {
        result.narrow(1, begin, end - begin).copy_(answer(query.narrow(1, begin, end - begin)));
    });
    return result;
}

}  // namespace ausm::ops
