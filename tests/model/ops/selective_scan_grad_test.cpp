// SPDX-License-Identifier: MIT
// The scan's gradient against LibTorch's own, of the recurrence written in LibTorch's operators.
#include "ops/selective_scan.h"
#include "reference.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

namespace ausm {
namespace {

constexpr std::int64_t kBatch = 2, kTime = 5, kPixels = 37, kChannels = 12, kStates = 4;

using Inputs = ops::SelectiveScanInputs;
constexpr std::array kFields{&Inputs::x, &Inputs::dt, &Inputs::b,       &Inputs::c,    &Inputs::z,
                             &Inputs::a, &Inputs::d,  &Inputs::dt_bias, &Inputs::state};
constexpr std::array kNames{"x", "dt", "b", "c", "z", "a", "d", "dt_bias", "state"};

Inputs random_inputs(at::ScalarType dtype) {
    at::manual_seed(7);
    const auto rows = [&](std::int64_t last) { return at::randn({kBatch, kTime, kPixels, last}, at::kDouble); };
    Inputs in{.x = rows(kChannels),
              .dt = rows(kChannels),
              .b = rows(kStates),
              .c = rows(kStates),
              .z = rows(kChannels),
              .a = -at::rand({kStates, kChannels}, at::kDouble) * 4,
              .d = at::randn({kChannels}, at::kDouble),
              .dt_bias = at::randn({kChannels}, at::kDouble),
              .state = at::randn({kBatch, kPixels, kStates, kChannels}, at::kDouble),
              .dt_min = 0.05};
    for (const auto field : kFields)
        in.*field = (in.*field).to(dtype).requires_grad_();
    return in;
}

/// arXiv 2312.00752, Alg. 2, one step after the other.
ops::SelectiveScanOutputs by_operators(const Inputs& in) {
    auto state = in.state;
    std::vector<at::Tensor> y;
    for (std::int64_t t = 0; t < in.x.size(1); ++t) {
        const auto dt = at::softplus(in.dt.select(1, t) + in.dt_bias).unsqueeze(2) + in.dt_min;  // [B, N, 1, C]
        const auto x = in.x.select(1, t).unsqueeze(2);
        state = at::exp(dt * in.a) * state + dt * in.b.select(1, t).unsqueeze(3) * x;
        const auto sum = (in.c.select(1, t).unsqueeze(3) * state).sum(2) + in.d * in.x.select(1, t);
        y.push_back(sum * at::silu(in.z.select(1, t)));
    }
    return {at::stack(y, 1), state};
}

void check(at::ScalarType dtype, bool with_y, bool with_state, double bound) {
    const auto ours = random_inputs(dtype), theirs = random_inputs(at::kDouble);
    const auto y_weight = at::randn_like(theirs.x.detach()), state_weight = at::randn_like(theirs.state.detach());
    const auto backward = [&](const ops::SelectiveScanOutputs& out) {
        auto sum = at::zeros({}, out.y.options());
        if (with_y)
            sum = sum + (out.y * y_weight.to(out.y.scalar_type())).sum();
        if (with_state)
            sum = sum + (out.state * state_weight.to(out.y.scalar_type())).sum();
        sum.backward();
    };
    backward(ops::selective_scan(ours));
    backward(by_operators(theirs));
    for (std::size_t i = 0; i < kFields.size(); ++i) {
        const auto expected = (theirs.*kFields[i]).grad(), got = (ours.*kFields[i]).grad();
        ASSERT_TRUE(got.defined()) << kNames[i];
        if (!expected.defined()) {  // c, d and z do not reach the state
            EXPECT_EQ(got.abs().max().item<double>(), 0) << kNames[i];
            continue;
        }
        const auto error = (got.to(at::kDouble) - expected).abs().max().item<double>();
        EXPECT_LE(error, bound * expected.abs().max().item<double>()) << kNames[i];
    }
}

TEST(SelectiveScanGrad, Float64) { check(at::kDouble, true, true, 1e-12); }
TEST(SelectiveScanGrad, Float32) { check(at::kFloat, true, true, 2e-5); }
TEST(SelectiveScanGrad, OfTheResultsAlone) { check(at::kDouble, true, false, 1e-12); }
TEST(SelectiveScanGrad, OfTheLastStateAlone) { check(at::kDouble, false, true, 1e-12); }

TEST(SelectiveScanGrad, SlicesOfAProjection) {
    const auto whole = at::randn({1, 3, 5, 2 * kChannels}, at::kDouble).requires_grad_();
    auto in = random_inputs(at::kDouble);
    const auto cut = [](const at::Tensor& all) { return all.narrow(0, 0, 1).narrow(1, 0, 3).narrow(2, 0, 5); };
    in.dt = cut(in.dt).contiguous();
    in.b = cut(in.b).contiguous();
    in.c = cut(in.c).contiguous();
    in.state = in.state.narrow(0, 0, 1).narrow(1, 0, 5).contiguous();
    in.x = whole.narrow(3, 0, kChannels);
    in.z = whole.narrow(3, kChannels, kChannels);
    ops::selective_scan(in).y.sum().backward();
    const auto got = whole.grad().clone();
    whole.mutable_grad().zero_();
    by_operators(in).y.sum().backward();
    EXPECT_LE((got - whole.grad()).abs().max().item<double>(), 1e-12);
}

TEST(SelectiveScanGrad, SameBitsWithAnyNumberOfThreads) {
    const auto run = [](int threads) {
        at::set_num_threads(threads);
        const auto in = random_inputs(at::kFloat);
        ops::selective_scan(in).y.square().sum().backward();
        return in.a.grad().clone();
    };
    const auto before = at::get_num_threads();
    const auto one = run(1), two = run(2);
    at::set_num_threads(before);
    EXPECT_TRUE(at::equal(one, two));
}

}  // namespace
}  // namespace ausm
