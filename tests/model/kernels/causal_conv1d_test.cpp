// SPDX-License-Identifier: MIT
// Causal convolution with SiLU: the CPU path against the reference, over odd sizes, gaps, extremes and splits.
#include "kernels/causal_conv1d.h"

#include "test_support.h"

namespace ausm {
namespace {

using test::normal_values;
using test::Rows;

struct Case {
    std::int64_t batch, time, pixels, channels, taps;
    bool bias = true, tail = true;
    std::int64_t gap = 0;
    float scale = 1.0f;
};

template <class Scalar>
struct Problem {
    Rows<Scalar> u, out;
    std::vector<Scalar> weight, bias, tail_in, tail_out;
    CausalConv1dParams<Scalar> params;

    explicit Problem(const Case& k) : u(k.batch, k.time, k.pixels, k.channels, k.gap), out(u) {
        u.set(normal_values(k.batch * k.time * k.pixels * k.channels, 1, k.scale));
        weight = test::converted<Scalar>(normal_values(k.taps * k.channels, 2));
        bias = test::converted<Scalar>(normal_values(k.channels, 3));
        const std::int64_t tail = k.batch * (k.taps - 1) * k.pixels * k.channels;
        tail_in = test::converted<Scalar>(normal_values(tail, 4, k.scale));
        tail_out.assign(tail_in.size(), std::numeric_limits<Scalar>::quiet_NaN());
        params = {k.batch,
                  k.time,
                  k.pixels,
                  k.channels,
                  k.taps,
                  u.storage.data(),
                  out.storage.data(),
                  u.strides,
                  out.strides,
                  weight.data(),
                  k.bias ? bias.data() : nullptr,
                  k.tail ? tail_in.data() : nullptr,
                  tail_out.data()};
    }

    [[nodiscard]] std::int64_t count() const { return params.batch * params.pixels; }
};

template <class Scalar>
void check(const Case& k) {
    Problem<double> exact(k);
    Problem<Scalar> naive(k);
    Problem<Scalar> fast(k);
    causal_conv1d_reference(exact.params, 0, exact.count());
    causal_conv1d_reference(naive.params, 0, naive.count());
    causal_conv1d_cpu(fast.params, 0, fast.count());
    test::expect_within_twice_naive(fast.out.get(), naive.out.get(), exact.out.get(), "conv out");
    EXPECT_EQ(fast.tail_out, naive.tail_out);
    EXPECT_EQ(fast.out.untouched(), fast.out.gaps());
}

const Case kCases[] = {
    {1, 1, 1, 1, 4},
    {1, 1, 448, 192, 4},
    {2, 2, 3, 97, 4},
    {1, 3, 3, 257, 4},
    {2, 9, 3, 65, 4},
    {1, 4, 3, 33, 1},
    {1, 4, 3, 33, 2},
    {2, 5, 3, 97, 4, false, false, 7},
    {1, 1, 3, 97, 4, true, false},
    {1, 4, 3, 64, 4, true, true, 0, 0.0f},
    {1, 4, 3, 64, 4, true, true, 3, 1e6f},
};

TEST(CausalConv1d, FloatStaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<float>(k);
}

TEST(CausalConv1d, DoubleStaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<double>(k);
}

TEST(CausalConv1d, HandComputedFramesAndTail) {
    const double u[] = {10.0, 20.0}, weight[] = {1.0, 2.0, 4.0}, bias[] = {0.5}, tail_in[] = {-3.0, 5.0};
    double out[2], tail_out[2];
    const RowStrides strides = contiguous_rows(2, 1, 1);
    const CausalConv1dParams<double> params{1, 2, 1, 1, 3, u, out, strides, strides, weight, bias, tail_in, tail_out};
    causal_conv1d_cpu(params, 0, 1);
    const double first = 0.5 - 3.0 + 2.0 * 5.0 + 4.0 * 10.0;
    const double second = 0.5 + 5.0 + 2.0 * 10.0 + 4.0 * 20.0;
    EXPECT_DOUBLE_EQ(out[0], first / (1.0 + std::exp(-first)));
    EXPECT_DOUBLE_EQ(out[1], second / (1.0 + std::exp(-second)));
    EXPECT_EQ(tail_out[0], 10.0);
    EXPECT_EQ(tail_out[1], 20.0);
}

TEST(CausalConv1d, AClipEqualsItsStepsWithTheTailInPlace) {
    for (const std::int64_t time : {1, 2, 3, 7}) {
        const Case k{2, time, 3, 97, 4};
        Problem<float> clip(k);
        Problem<float> steps(k);
        causal_conv1d_cpu(clip.params, 0, clip.count());
        steps.params.tail_out = steps.tail_in.data();
        steps.params.time = 1;
        for (std::int64_t t = 0; t < time; ++t) {
            causal_conv1d_cpu(steps.params, 0, steps.count());
            steps.params.u += steps.u.strides.time;
            steps.params.out += steps.out.strides.time;
        }
        EXPECT_EQ(clip.out.get(), steps.out.get()) << time;
        EXPECT_EQ(clip.tail_out, steps.tail_in) << time;
    }
}

TEST(CausalConv1d, RangesTouchOnlyTheirPixelsAndJoinToTheWhole) {
    const Case k{2, 2, 5, 33, 4};
    Problem<float> whole(k);
    Problem<float> parts(k);
    causal_conv1d_cpu(whole.params, 0, whole.count());
    causal_conv1d_cpu(parts.params, 3, 7);
    EXPECT_EQ(parts.out.untouched(), (k.batch * k.pixels - 4) * k.time * k.channels);
    causal_conv1d_cpu(parts.params, 7, 10);
    causal_conv1d_cpu(parts.params, 0, 3);
    EXPECT_EQ(whole.out.get(), parts.out.get());
    EXPECT_EQ(whole.tail_out, parts.tail_out);
}

TEST(CausalConv1d, EmptyBatchAndEmptyClip) {
    Problem<float> empty_batch(Case{0, 2, 3, 5, 4});
    causal_conv1d_cpu(empty_batch.params, 0, 0);
    Problem<float> empty_clip(Case{1, 0, 3, 5, 4});
    causal_conv1d_cpu(empty_clip.params, 0, empty_clip.count());
    EXPECT_EQ(empty_clip.tail_out, empty_clip.tail_in);
}

}  // namespace
}  // namespace ausm
