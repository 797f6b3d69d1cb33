// SPDX-License-Identifier: MIT
// Rows shared by workers give what one product gives.
#include "ops/linear.h"
#include "ops/workers.h"
#include "reference.h"

#include <c10/core/InferenceMode.h>

namespace ausm::ops {
namespace {

TEST(Linear, SharedRowsEqualOneProduct) {
    at::manual_seed(3);
    const c10::InferenceMode inference;
    const auto weight = at::randn({24, 20}), bias = at::randn({24});
    for (const int count : {1, 2, 3}) {
        Workers workers(count);
        const LeadWorkers lead(workers);
        for (const std::int64_t rows : {1, 63, 127, 128, 129, 448, 1000})
            for (const auto& b : {bias, at::Tensor()}) {
                const auto x = at::randn({1, rows, 20});
                const auto expected = at::matmul(x, weight.t()) + (b.defined() ? b : at::zeros({24}));
                EXPECT_CLOSE(linear(x, weight, b), expected, 1e-5) << rows << " rows, " << count << " workers";
            }
        const auto turned = at::randn({20, 300}).t();
        EXPECT_CLOSE(linear(turned, weight, bias), at::matmul(turned, weight.t()) + bias, 1e-5) << "not contiguous";
    }
}

}  // namespace
}  // namespace ausm::ops
