// SPDX-License-Identifier: MIT
// selective_scan, causal_conv1d and mamba_step as ops: views of a wider projection, and shapes that are refused.
#include "ops/causal_conv1d.h"
#include "ops/mamba_step.h"
#include "ops/selective_scan.h"
#include "reference.h"

namespace ausm::ops {
namespace {

/// The recurrence in LibTorch's own words.
SelectiveScanOutputs loop(const SelectiveScanInputs& in) {
    auto state = in.state;
    std::vector<at::Tensor> frames;
    const auto dt = at::softplus(in.dt + in.dt_bias) + in.dt_min;
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
            .state = random({2, 7, 8, 24}),
            .dt_min = 0.05};
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

TEST(CausalConv1dOp, ByOperatorsEqualsTheKernel) {
    at::manual_seed(7);
    const auto weight = at::randn({4, 8}), bias = at::randn({8}), tail = at::randn({2, 3, 3, 8});
    for (const std::int64_t frames : {1, 2, 5}) {
        const auto u = at::randn({2, frames, 3, 16}).narrow(-1, 4, 8);
        const auto kernel = causal_conv1d(u, weight, bias, tail);
        const auto operators = causal_conv1d_by_operators(u, weight, bias, tail);
        EXPECT_CLOSE(operators.y, kernel.y, 1e-5);
        EXPECT_TRUE(at::equal(operators.tail, kernel.tail)) << frames;
    }
}

/// One frame of Mamba from the single ops.
MambaStepOutputs by_parts(const MambaStepInputs& in) {
    const auto channels = in.conv_bias.size(0), rank = in.dt_weight.size(0), states = in.a.size(0);
    const auto projected = in.projected.to(at::kFloat).unsqueeze(1);
    const auto conv = causal_conv1d(projected.narrow(-1, 0, channels), in.conv_weight, in.conv_bias, in.tail);
    const auto steer = at::linear(conv.y, in.x_weight);
    const auto scan = selective_scan({.x = conv.y,
                                      .dt = at::matmul(steer.narrow(-1, 0, rank), in.dt_weight),
                                      .b = steer.narrow(-1, rank, states),
                                      .c = steer.narrow(-1, rank + states, states),
                                      .z = projected.narrow(-1, channels, channels),
                                      .a = in.a,
                                      .d = in.d,
                                      .dt_bias = in.dt_bias,
                                      .state = in.state,
                                      .dt_min = in.dt_min});
    return {scan.y.squeeze(1), conv.tail, scan.state};
}

TEST(MambaStepOp, EqualsItsParts) {
    at::manual_seed(8);
    constexpr std::int64_t kBatch = 2, kTokens = 7, kChannels = 24, kStates = 8, kRank = 3, kTaps = 4;
    MambaStepInputs in{.projected = at::randn({kBatch, kTokens, 2 * kChannels}),
                       .conv_weight = at::randn({kTaps, kChannels}),
                       .conv_bias = at::randn({kChannels}),
                       .x_weight = at::randn({kRank + 2 * kStates, kChannels}),
                       .dt_weight = at::randn({kRank, kChannels}),
                       .dt_bias = at::randn({kChannels}),
                       .a = -at::randn({kStates, kChannels}).exp(),
                       .d = at::randn({kChannels}),
                       .tail = at::randn({kBatch, kTaps - 1, kTokens, kChannels}),
                       .state = at::randn({kBatch, kTokens, kStates, kChannels}),
                       .dt_min = 0.05};
    const auto expected = by_parts(in), actual = mamba_step(in);
    EXPECT_CLOSE(actual.y, expected.y, 1e-5);
    EXPECT_CLOSE(actual.state, expected.state, 1e-5);
    EXPECT_TRUE(at::equal(actual.tail, expected.tail));
    in.projected = in.projected.to(at::kBFloat16);
    const auto rounded = by_parts(in), half = mamba_step(in);
    EXPECT_EQ(half.y.scalar_type(), at::kBFloat16);
    EXPECT_CLOSE(half.y, rounded.y, 1.0 / 128);
    EXPECT_CLOSE(half.state, rounded.state, 1e-5);
}

// Each row of the batch keeps its memory in tensors of its own, in any order.
TEST(MambaStepOp, RowsApartGiveTheBitsOfRowsSideBySide) {
    at::manual_seed(9);
    constexpr std::int64_t kBatch = 3, kTokens = 5, kChannels = 24, kStates = 8, kRank = 3, kTaps = 4;
    MambaStepInputs in{.projected = at::randn({kBatch, kTokens, 2 * kChannels}),
                       .conv_weight = at::randn({kTaps, kChannels}),
                       .conv_bias = at::randn({kChannels}),
                       .x_weight = at::randn({kRank + 2 * kStates, kChannels}),
                       .dt_weight = at::randn({kRank, kChannels}),
                       .dt_bias = at::randn({kChannels}),
                       .a = -at::randn({kStates, kChannels}).exp(),
                       .d = at::randn({kChannels}),
                       .tail = at::randn({kBatch, kTaps - 1, kTokens, kChannels}),
                       .state = at::randn({kBatch, kTokens, kStates, kChannels})};
    const auto expected = mamba_step(in);
    std::vector<at::Tensor> tails(kBatch), states(kBatch), new_tails(kBatch), new_states(kBatch);
    in.rows = at::empty({kBatch, 4}, at::kLong);
    auto* address = in.rows.mutable_data_ptr<std::int64_t>();
    for (std::size_t row = 0; row < kBatch; ++row) {
        const auto b = static_cast<std::int64_t>(row);
        tails[row] = in.tail[b].clone(), states[row] = in.state[b].clone();
        new_tails[row] = at::empty_like(tails[row]), new_states[row] = at::empty_like(states[row]);
        for (const auto& memory : {tails[row], new_tails[row], states[row], new_states[row]})
            *address++ = reinterpret_cast<std::int64_t>(memory.const_data_ptr());
    }
    in.tail = in.state = at::Tensor();
    const auto apart = mamba_step(in);
    EXPECT_TRUE(at::equal(apart.y, expected.y));
    EXPECT_FALSE(apart.state.defined());
    EXPECT_TRUE(at::equal(at::stack(new_states), expected.state));
    EXPECT_TRUE(at::equal(at::stack(new_tails), expected.tail));
    in.rows = in.rows.narrow(1, 0, 3);
    EXPECT_THROW(mamba_step(in), c10::Error);
}

TEST(MambaStepOp, WrongInputsAreRefused) {
    const auto projected = at::randn({1, 3, 8});
    const MambaStepInputs in{.projected = projected,
                             .conv_weight = at::randn({4, 4}),
                             .conv_bias = at::randn({4}),
                             .x_weight = at::randn({5, 4}),
                             .dt_weight = at::randn({1, 4}),
                             .dt_bias = at::randn({4}),
                             .a = at::randn({2, 4}),
                             .d = at::randn({4}),
                             .tail = at::randn({1, 3, 3, 4}),
                             .state = at::randn({1, 3, 2, 4})};
    EXPECT_NO_THROW(mamba_step(in));
    const auto refused = [&](const std::function<void(MambaStepInputs&)>& change) {
        auto wrong = in;
        change(wrong);
        EXPECT_THROW(mamba_step(wrong), c10::Error);
    };
    refused([](auto& wrong) { wrong.projected = wrong.projected.to(at::kDouble); });
    refused([](auto& wrong) { wrong.projected = wrong.projected.transpose(1, 2); });
    refused([](auto& wrong) { wrong.dt_weight = wrong.dt_weight.t(); });
    refused([](auto& wrong) { wrong.x_weight = wrong.x_weight.narrow(0, 0, 4); });
    refused([](auto& wrong) { wrong.tail = wrong.tail.to(at::kBFloat16); });
    refused([](auto& wrong) { wrong.state = wrong.state.narrow(1, 0, 2); });
}

}  // namespace
}  // namespace ausm::ops
