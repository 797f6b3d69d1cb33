// SPDX-License-Identifier: MIT
// Attention against its formula, with and without workers.
#include "ops/attention.h"
#include "ops/attention_grad.h"
#include "ops/workers.h"
#include "reference.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

namespace ausm::ops {
namespace {

constexpr std::int64_t kDim = 24, kHeads = 3, kWidth = kDim / kHeads;

Projection projection() { return {at::randn({kDim, kDim}, at::kDouble) * 0.3, at::randn({kDim}, at::kDouble)}; }

AttentionWeights some_weights() { return {projection(), projection(), projection(), projection(), kHeads}; }

at::Tensor project(const at::Tensor& x, const Projection& p) { return at::matmul(x, p.weight.t()) + p.bias; }

/// Head by head, as the formula is written.
at::Tensor by_formula(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const at::Tensor& mask,
                      const AttentionWeights& w) {
    const auto q = project(query, w.query), k = project(key, w.key), v = project(value, w.value);
    std::vector<at::Tensor> heads;
    for (std::int64_t head = 0; head < kHeads; ++head) {
        const auto of = [&](const at::Tensor& x) { return x.narrow(2, head * kWidth, kWidth); };
        auto scores = at::matmul(of(q), of(k).transpose(1, 2)) / std::sqrt(static_cast<double>(kWidth));
        if (mask.defined())
            scores = scores + mask.squeeze(1);
        heads.push_back(at::matmul(scores.softmax(-1), of(v)));
    }
    return project(at::cat(heads, 2), w.output);
}

TEST(Attention, IsItsFormulaOnAnyNumberOfWorkers) {
    const c10::InferenceMode inference;
    at::manual_seed(5);
    const auto first = some_weights(), second = some_weights();
    const auto key = at::randn({2, 19, kDim}, at::kDouble), value = at::randn({2, 19, kDim}, at::kDouble);
    for (const int count : {1, 2, 3, 4}) {
        Workers workers(count);
        const LeadWorkers lead(workers);
        const auto memories = attention_memories({&first, &second}, key, value);
        ASSERT_EQ(memories.size(), 2U);
        EXPECT_EQ(memories[0].key.sizes(), at::IntArrayRef({2, kHeads, 19, kWidth}));
        for (const std::int64_t queries : {1, 5, 63, 64, 65, 200}) {
            const auto query = at::randn({2, queries, kDim}, at::kDouble);
            const auto mask = at::randn({2, 1, queries, 19}, at::kDouble);
            EXPECT_CLOSE(attention(query, memories[0], {}, first), by_formula(query, key, value, {}, first), 1e-12)
                << queries << " queries, " << count << " workers";
            EXPECT_CLOSE(attention(query, memories[1], mask, second), by_formula(query, key, value, mask, second),
                         1e-12)
                << queries << " queries with a mask, " << count << " workers";
            const auto same = mask.narrow(2, 0, 1);
            EXPECT_CLOSE(attention(query, memories[1], same, second), by_formula(query, key, value, same, second),
                         1e-12)
                << queries << " queries with one mask, " << count << " workers";
        }
    }
}

/// In bfloat16, with the mask of one row for all queries, or of each query, or none.
TEST(Attention, ItsGradientInBfloat16IsTheRoundedOne) {
    const c10::AutoGradMode enabled(true);
    at::manual_seed(6);
    const auto heads = [](std::int64_t count) {
        return at::randn({2, count, kHeads, kWidth}).to(at::kBFloat16).transpose(1, 2).detach().requires_grad_(true);
    };
    const auto q = heads(70), k = heads(90), v = heads(90);
    const auto dy = at::randn({2, kHeads, 70, kWidth}).to(at::kBFloat16);
    const auto hidden = at::zeros({2, 1, 70, 90}).masked_fill(at::rand({2, 1, 70, 90}) < 0.3, -1e4);
    for (const auto& mask : {at::Tensor(), hidden.narrow(2, 0, 1), hidden}) {
        const auto exact = [](const at::Tensor& x) { return x.detach().to(at::kDouble).requires_grad_(true); };
        const auto q64 = exact(q), k64 = exact(k), v64 = exact(v);
        auto scores = at::matmul(q64, k64.transpose(2, 3)) / std::sqrt(static_cast<double>(kWidth));
        if (mask.defined())
            scores = scores + mask;
        const auto expected = at::matmul(scores.softmax(-1), v64);
        const auto made = attention_with_gradient(q, k, v, mask.defined() ? mask.to(at::kBFloat16) : at::Tensor());
        EXPECT_EQ(made.scalar_type(), at::kBFloat16);
        EXPECT_CLOSE(made, expected, 0.02);
        const auto expected_grads = torch::autograd::grad({expected}, {q64, k64, v64}, {dy.to(at::kDouble)});
        const auto grads = torch::autograd::grad({made}, {q, k, v}, {dy});
        for (std::size_t i = 0; i < grads.size(); ++i)
            EXPECT_CLOSE(grads[i], expected_grads[i], 0.03) << i;
    }
}

}  // namespace
}  // namespace ausm::ops
