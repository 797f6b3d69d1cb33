// SPDX-License-Identifier: MIT
// selective_scan and causal_conv1d as ops: views of a wider projection, and shapes that are refused.
#include "ops/causal_conv1d.h"
#include "ops/selective_scan.h"
#include "reference.h"

namespace ausm::ops {
namespace {

/// The recurrence in LibTorch's own words.
SelectiveScanOutputs loop(const SelectiveScanInputs& in) {
    auto state = in.state;
    std::vector<at::Tensor> frames;
    const auto dt = at::softplus(in.dt + in.dt_bias);
    for (std::int64_t t = 0; t < in.x.size(1); ++t) {
        const auto d = dt.select(1, t).unsqueeze(2), x = in.x.select(1, t).unsqueeze(2);
        state = (d * in.a).exp() * state + d * x * in.b.select(1, t).unsqueeze(-1);
        const auto y = (in.c.select(1, t).unsqueeze(-1) * state).sum(2) + in.d * in.x.select(1, t);
        frames.push_back(y * at::silu(in.z.select(1, t)));
    }
    return {at::stack(frames, 1), state};
}

SelectiveScanInputs inputs(at::ScalarType dtype) {
    at::manual_seed(5);
    const auto random = [&](at::IntArrayRef sizes) { return at::randn(sizes, dtype); };
    const auto wide = random({2, 4, 7, 3 * 24}), narrow = random({2, 4, 7, 20});
    return {.x = wide.narrow(-1, 0, 24),
            .dt = wide.narrow(-1, 24, 24),
            .b = narrow.narrow(-1, 4, 8),
            .c = narrow.narrow(-1, 12, 8),
            .z = wide.narrow(-1, 48, 24),
            .a = -random({8, 24}).exp(),
            .d = random({24}),
            .dt_bias = random({24}),
            .state = random({2, 7, 8, 24})};
}

TEST(SelectiveScanOp, EqualsTheLoopOnViews) {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
        const auto in = inputs(dtype);
        const auto actual = selective_scan(in), expected = loop(in);
        EXPECT_CLOSE(actual.y, expected.y, dtype == at::kFloat ? 1e-5 : 1e-12);
        EXPECT_CLOSE(actual.state, expected.state, dtype == at::kFloat ? 1e-5 : 1e-12);
    }
}

TEST(SelectiveScanOp, WrongInputsAreRefused) {
    const auto refused = [](const std::function<void(SelectiveScanInputs&)>& change) {
        auto in = inputs(at::kFloat);
        change(in);
        EXPECT_THROW(selective_scan(in), c10::Error);
    };
    refused([](auto& in) { in.dt = in.dt.narrow(1, 0, 3); });
    refused([](auto& in) { in.b = in.b.to(at::kDouble); });
    refused([](auto& in) { in.a = in.a.t(); });
    refused([](auto& in) { in.state = in.state.narrow(0, 0, 1); });
    refused([](auto& in) { in.x = in.x.to(at::kBFloat16); });
    refused([](auto& in) { in.z = in.z.transpose(2, 3).contiguous().transpose(2, 3); });
}

TEST(CausalConv1dOp, EqualsTheSumOfShiftedFrames) {
    at::manual_seed(6);
    const auto u = at::randn({2, 5, 3, 16}).narrow(-1, 4, 8), weight = at::randn({4, 8}), bias = at::randn({8});
    const auto tail = at::randn({2, 3, 3, 8});
    const auto out = causal_conv1d(u, weight, bias, tail);
    const auto all = at::cat({tail, u}, 1);
    auto sum = bias.expand({2, 5, 3, 8}).clone();
    for (std::int64_t k = 0; k < 4; ++k)
        sum += all.narrow(1, k, 5) * weight[k];
    EXPECT_CLOSE(out.y, at::silu(sum), 1e-5);
    EXPECT_TRUE(at::equal(out.tail, all.narrow(1, 5, 3)));
    EXPECT_THROW(causal_conv1d(u, weight, bias, tail.narrow(1, 0, 2)), c10::Error);
    EXPECT_THROW(causal_conv1d(u, weight.to(at::kDouble), bias, tail), c10::Error);
}

}  // namespace
}  // namespace ausm::ops
