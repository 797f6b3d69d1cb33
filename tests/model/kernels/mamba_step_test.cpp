// SPDX-License-Identifier: MIT
// One frame of Mamba: the CPU path against the reference in every precision, and both against the three kernels and
// products that it joins.
#include "mamba_step_cases.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "kernels/causal_conv1d.h"
#include "kernels/selective_scan.h"
#include "test_support.h"

namespace ausm {
namespace {

using test::mamba_step::Case;
using test::mamba_step::kCases;
using test::mamba_step::Problem;

template <class Scalar>
void check() {
    for (const Case& k : kCases) {
        SCOPED_TRACE(test::mamba_step::text_of(k));
        Problem<double> exact(k);
        Problem<Scalar> naive(k), fast(k);
        mamba_step_reference(exact.params, 0, exact.count());
        mamba_step_reference(naive.params, 0, naive.count());
        mamba_step_cpu(fast.params, 0, fast.count());
        test::expect_within_twice_naive(fast.y.get(), naive.y.get(), exact.y.get(), "step y");
        test::expect_within_twice_naive(fast.state_out, naive.state_out, exact.state_out, "step state");
        test::expect_within_twice_naive(fast.tail_out, naive.tail_out, exact.tail_out, "step tail");
        EXPECT_EQ(test::largest_error(fast.tail_out, exact.tail_out), 0.0) << "the tail is copied";
        EXPECT_EQ(fast.y.untouched(), fast.y.gaps());
    }
}

TEST(MambaStep, FloatStaysWithinTwiceTheNaiveError) { check<float>(); }
TEST(MambaStep, Bfloat16StaysWithinTwiceTheNaiveError) { check<BFloat16>(); }
TEST(MambaStep, DoubleStaysWithinTwiceTheNaiveError) { check<double>(); }

// One channel, two taps, two states, rank 1. SiLU(z) = z sigmoid(z); sigmoid(ln 3) = 3 / 4, so SiLU(ln 3) = 3/4 ln 3.
TEST(MambaStep, HandComputedFrame) {
    const double ln3 = std::log(3.0), x = 0.75 * ln3;
    const double u[] = {ln3 / 2.0}, z[] = {-ln3};  // the tail gives the other half of ln 3, the bias cancels
    double y[1], tail[] = {ln3 / 8.0}, state[] = {5.0, 7.0};
    const double conv_weight[] = {4.0, 2.0}, conv_bias[] = {-ln3 / 2.0};  // 4 / 8 + 2 / 2 - 1 / 2 = 1
    const double x_weight[] = {1.0, 2.0, 3.0, 10.0, 100.0};               // dt_low = x, B = 2 x, 3 x, C = 10 x, 100 x
    // softplus(0) = ln 2, so that a = -1 halves and a = -2 quarters the state.
    const double dt_weight[] = {-2.0}, dt_bias[] = {1.5 * ln3}, a[] = {-1.0, -2.0}, d[] = {1000.0};
    const RowStrides rows = contiguous_rows(1, 1, 1);
    const MambaStepParams<double> params{1,       1,    1,    2,    2,           1,         u,        z,
                                         y,       rows, rows, rows, conv_weight, conv_bias, x_weight, dt_weight,
                                         dt_bias, a,    d,    tail, tail,        state,     state};
    mamba_step_cpu(params, 0, 1);
    const double delta = std::log(2.0);
    const double h0 = 2.5 + delta * 2.0 * x * x, h1 = 1.75 + delta * 3.0 * x * x;
    EXPECT_DOUBLE_EQ(state[0], h0);
    EXPECT_DOUBLE_EQ(state[1], h1);
    EXPECT_DOUBLE_EQ(tail[0], ln3 / 2.0);
    EXPECT_DOUBLE_EQ(y[0], (10.0 * x * h0 + 100.0 * x * h1 + 1000.0 * x) * -0.25 * ln3);  // sigmoid(-ln 3) = 1 / 4
}

/// The same frame by the kernels that the step joins, with plain products between them.
template <class Scalar>
struct Parts {
    std::vector<Scalar> tail_out, state_out;
    test::Rows<Scalar> y;

    explicit Parts(const Problem<Scalar>& problem) : y(problem.y) {
        const auto& p = problem.params;
        const std::int64_t rows = p.batch * p.pixels, outputs = p.rank + 2 * p.states;
        tail_out.resize(problem.tail_out.size());
        state_out.resize(problem.state_out.size());
        std::vector<Scalar> x(static_cast<std::size_t>(rows * p.channels)), dt(x);
        const RowStrides wide = contiguous_rows(1, p.pixels, p.channels);
        causal_conv1d_cpu({p.batch, 1, p.pixels, p.channels, p.taps, p.u, x.data(), p.u_strides, wide, p.conv_weight,
                           p.conv_bias, p.memory.tail_in, tail_out.data()},
                          0, rows);
        const auto steer = product(x, p.channels, problem.x_weight, outputs);
        std::vector<Scalar> dt_low, b, c, dt_weight;  // dt_weight: [C, R], as the product takes it
        for (std::int64_t row = 0; row < rows; ++row) {
            const Scalar* from = steer.data() + row * outputs;
            dt_low.insert(dt_low.end(), from, from + p.rank);
            b.insert(b.end(), from + p.rank, from + p.rank + p.states);
            c.insert(c.end(), from + p.rank + p.states, from + outputs);
        }
        for (std::int64_t channel = 0; channel < p.channels; ++channel)
            for (std::int64_t r = 0; r < p.rank; ++r)
                dt_weight.push_back(p.dt_weight[r * p.channels + channel]);
        dt = product(dt_low, p.rank, dt_weight, p.channels);
        const RowStrides narrow = contiguous_rows(1, p.pixels, p.states);
        selective_scan_cpu({p.batch,
                            1,
                            p.pixels,
                            p.channels,
                            p.states,
                            x.data(),
                            dt.data(),
                            b.data(),
                            c.data(),
                            p.z,
                            y.storage.data(),
                            wide,
                            wide,
                            narrow,
                            narrow,
                            p.z_strides,
                            y.strides,
                            p.a,
                            p.d,
                            p.dt_bias,
                            true,
                            p.memory.state_in,
                            state_out.data()},
                           0, rows);
    }

private:
    /// x: [rows, in], weight: [out, in] -> [rows, out]
    static std::vector<Scalar> product(const std::vector<Scalar>& x, std::int64_t in, const std::vector<Scalar>& weight,
                                       std::int64_t out) {
        std::vector<Scalar> result;
        for (auto row = x.begin(); row != x.end(); row += in)
            for (std::int64_t o = 0; o < out; ++o)
                result.push_back(std::inner_product(row, row + in, weight.begin() + o * in, Scalar(0)));
        return result;
    }
};

TEST(MambaStep, EqualsTheKernelsThatItJoins) {
    const Case k{2, 7, 192, 4, 8, 12, true, 3};
    Problem<double> exact(k);
    Problem<float> step(k);
    const Parts<float> parts(step);
    mamba_step_reference(exact.params, 0, exact.count());
    mamba_step_cpu(step.params, 0, step.count());
    test::expect_within_twice_naive(step.y.get(), parts.y.get(), exact.y.get(), "step against parts, y");
    test::expect_within_twice_naive(step.state_out, parts.state_out, exact.state_out, "step against parts, state");
    EXPECT_EQ(step.tail_out, parts.tail_out);
}

template <class Scalar>
void check_in_place() {
    const Case k{2, 3, 97, 4, 8, 5};
    Problem<Scalar> separate(k), in_place(k);
    in_place.params.memory.state_out = in_place.state_in.data();
    in_place.params.memory.tail_out = in_place.tail_in.data();
    mamba_step_cpu(separate.params, 0, separate.count());
    mamba_step_cpu(in_place.params, 0, in_place.count());
    const auto same = [](const auto& left, const auto& right) {
        return left.size() == right.size() && std::memcmp(left.data(), right.data(), sizeof left[0] * left.size()) == 0;
    };
    EXPECT_TRUE(same(separate.y.get(), in_place.y.get()));
    EXPECT_TRUE(same(separate.state_out, in_place.state_in));
    EXPECT_TRUE(same(separate.tail_out, in_place.tail_in));
}

TEST(MambaStep, MemoryMayBeUpdatedInPlace) {
    check_in_place<float>();
    check_in_place<BFloat16>();
}

TEST(MambaStep, ReferenceUpdatesMemoryInPlace) {
    const Case k{2, 3, 97, 4, 8, 5};
    Problem<float> separate(k), in_place(k);
    in_place.params.memory.state_out = in_place.state_in.data();
    in_place.params.memory.tail_out = in_place.tail_in.data();
    mamba_step_reference(separate.params, 0, separate.count());
    mamba_step_reference(in_place.params, 0, in_place.count());
    EXPECT_EQ(separate.y.get(), in_place.y.get());
    EXPECT_EQ(separate.state_out, in_place.state_in);
    EXPECT_EQ(separate.tail_out, in_place.tail_in);
}

TEST(MambaStep, RowsMayLieAnywhere) {
    using Step = void (*)(const MambaStepParams<float>&, std::int64_t, std::int64_t);
    const Case k{2, 5, 33, 4, 4, 3};
    for (const Step step : {Step(mamba_step_cpu), Step(mamba_step_reference<float>)}) {
        Problem<float> together(k), apart(k);
        std::vector<MambaMemory<float>> rows{memory_of(apart.params, 0), memory_of(apart.params, 1)};
        std::swap(rows[0].state_out, rows[1].state_out);
        std::swap(rows[0].tail_out, rows[1].tail_out);
        apart.params.rows = rows.data();
        apart.params.memory = {};
        step(together.params, 0, together.count());
        step(apart.params, 0, apart.count());
        const auto turned = [](std::vector<float> values) {
            std::rotate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
            return values;
        };
        EXPECT_EQ(apart.y.get(), together.y.get());
        EXPECT_EQ(turned(apart.state_out), together.state_out);
        EXPECT_EQ(turned(apart.tail_out), together.tail_out);
    }
}

TEST(MambaStep, RangesTouchOnlyTheirPixelsAndJoinToTheWhole) {
    const Case k{2, 5, 33, 4, 4, 3};
    Problem<float> whole(k), parts(k);
    mamba_step_cpu(whole.params, 0, whole.count());
    mamba_step_cpu(parts.params, 3, 8);
    EXPECT_EQ(parts.y.untouched(), 5 * k.channels);
    mamba_step_cpu(parts.params, 8, 10);
    mamba_step_cpu(parts.params, 0, 3);
    EXPECT_EQ(whole.y.get(), parts.y.get());
    EXPECT_EQ(whole.state_out, parts.state_out);
    EXPECT_EQ(whole.tail_out, parts.tail_out);
}

TEST(MambaStep, EmptyBatch) {
    Problem<float> problem(Case{0, 3, 5, 4, 4, 2});
    mamba_step_cpu(problem.params, 0, 0);
    mamba_step_reference(problem.params, 0, 0);
    EXPECT_EQ(problem.count(), 0);
}

}  // namespace
}  // namespace ausm
