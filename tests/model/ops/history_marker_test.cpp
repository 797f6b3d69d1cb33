// SPDX-License-Identifier: MIT
// The op against its formula in LibTorch's own words; the kernel has its own test.
#include "ops/history_marker.h"
#include "reference.h"

namespace ausm::ops {
namespace {

at::Tensor formula(const at::Tensor& masks, const at::Tensor& vectors) {
    const auto m = at::avg_pool2d(masks, {4, 4}).flatten(2);  // [B, K, N]
    return at::einsum("bkn,bkd->bnd", {m, vectors}) / m.sum(1).clamp_min(1).unsqueeze(-1);
}

TEST(HistoryMarkerOp, EqualsTheFormula) {
    at::manual_seed(3);
    for (const auto dtype : {at::kFloat, at::kDouble}) {
        const auto masks = at::rand({3, 5, 12, 20}, dtype), vectors = at::randn({3, 5, 24}, dtype);
        EXPECT_CLOSE(history_marker(masks, vectors, 3, 5), formula(masks, vectors), dtype == at::kFloat ? 1e-5 : 1e-12);
        const auto view = masks.transpose(0, 1).contiguous().transpose(0, 1);
        EXPECT_CLOSE(history_marker(view, vectors, 3, 5), formula(masks, vectors), 1e-5);
    }
    EXPECT_EQ(history_marker(at::rand({1, 0, 8, 8}), at::rand({1, 0, 16}), 2, 2).abs().sum().item<float>(), 0);
}

TEST(HistoryMarkerOp, Bfloat16IsComputedInFloat32) {
    const auto masks = at::rand({1, 2, 8, 8}).to(at::kBFloat16), vectors = at::randn({1, 2, 16}).to(at::kBFloat16);
    const auto out = history_marker(masks, vectors, 2, 2);
    EXPECT_EQ(out.scalar_type(), at::kBFloat16);
    EXPECT_CLOSE(out, formula(masks.to(at::kFloat), vectors.to(at::kFloat)).to(at::kBFloat16), 1e-2);
}

TEST(HistoryMarkerOp, GradientsEqualTheFormulas) {
    at::manual_seed(4);
    for (const auto dtype : {at::kFloat, at::kDouble}) {
        const auto masks = at::rand({3, 5, 12, 20}, dtype), vectors = at::randn({3, 5, 24}, dtype);
        const auto weight = at::randn({3, 15, 24}, dtype);
        const auto gradients = [&](const auto& marker, bool of_masks) {
            const auto m = masks.clone().requires_grad_(of_masks), v = vectors.clone().requires_grad_();
            (marker(m, v) * weight).sum().backward();
            return std::pair{m.grad(), v.grad()};
        };
        const auto ours = [](const at::Tensor& m, const at::Tensor& v) { return history_marker(m, v, 3, 5); };
        const double bound = dtype == at::kFloat ? 1e-5 : 1e-12;
        const auto [masks_grad, vectors_grad] = gradients(ours, true);
        const auto [expected_masks, expected_vectors] = gradients(formula, true);
        EXPECT_CLOSE(masks_grad, expected_masks, bound);
        EXPECT_CLOSE(vectors_grad, expected_vectors, bound);
        const auto [none, alone] = gradients(ours, false);
        EXPECT_FALSE(none.defined());
        EXPECT_TRUE(at::equal(alone, vectors_grad));
    }
}

TEST(HistoryMarkerOp, WrongShapesAreRefused) {
    EXPECT_THROW(history_marker(at::rand({1, 2, 9, 8}), at::rand({1, 2, 4}), 2, 2), c10::Error);
    EXPECT_THROW(history_marker(at::rand({1, 2, 8, 8}), at::rand({1, 3, 4}), 2, 2), c10::Error);
    EXPECT_THROW(history_marker(at::rand({1, 2, 8, 4}), at::rand({1, 2, 4}), 2, 2), c10::Error);
    EXPECT_THROW(history_marker(at::rand({2, 8, 8}), at::rand({1, 2, 4}), 2, 2), c10::Error);
}

}  // namespace
}  // namespace ausm::ops
