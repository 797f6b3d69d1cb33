// SPDX-License-Identifier: MIT
// In float32 the bits of at::baddbmm; in bfloat16 its numbers, rounded once.
#include "ops/batch_product.h"
#include "reference.h"

#include <c10/core/GradMode.h>

namespace ausm::ops {
namespace {

struct Case {
    at::Tensor sum, a, b;

    explicit Case(std::int64_t batch, std::int64_t m = 20, std::int64_t n = 300, std::int64_t k = 24) {
        at::manual_seed(5);
        sum = at::randn({batch, m, 1}).expand({-1, -1, n});
        a = at::randn({batch, m, k});
        b = at::randn({batch, n, k}).transpose(1, 2);
    }
    [[nodiscard]] Case in(at::ScalarType dtype) const {
        auto other = *this;
        other.sum = sum.to(dtype), other.a = a.to(dtype), other.b = b.to(dtype);
        return other;
    }
};

at::Tensor into(const Case& c) {
    const auto out = at::full({c.a.size(0), c.a.size(1), c.b.size(2)}, NAN, c.a.options());
    batch_product_into(out, c.sum, c.a, c.b);
    return out;
}

TEST(BatchProduct, IsLibTorchsOwnInFloat32) {
    for (const std::int64_t batch : {0, 1, 3}) {
        const Case c(batch);
        const auto expected = at::baddbmm(c.sum, c.a, c.b);
        EXPECT_TRUE(batch_product(c.sum, c.a, c.b).equal(expected)) << batch;
        EXPECT_TRUE(into(c).equal(expected)) << batch;
    }
}

TEST(BatchProduct, IsTheRoundedProductInBfloat16) {
    for (const std::int64_t batch : {0, 1, 3}) {
        const auto c = Case(batch).in(at::kBFloat16), exact = c.in(at::kDouble);
        const auto expected = at::baddbmm(exact.sum, exact.a, exact.b);
        const auto made = batch_product(c.sum, c.a, c.b);
        ASSERT_EQ(made.sizes(), expected.sizes());
        EXPECT_TRUE(into(c).equal(made)) << batch;
        if (batch > 0) {
            EXPECT_CLOSE(made, expected, 0.01) << batch;
        }
    }
}

TEST(BatchProduct, PassesGradientsInBfloat16) {
    const c10::AutoGradMode enabled(true);
    const auto c = Case(2).in(at::kBFloat16);
    const auto a = c.a.detach().requires_grad_(true);
    batch_product(c.sum, a, c.b).sum().backward();
    EXPECT_CLOSE(a.grad(), c.b.sum(2).unsqueeze(1).expand_as(a), 0.02);
}

}  // namespace
}  // namespace ausm::ops
