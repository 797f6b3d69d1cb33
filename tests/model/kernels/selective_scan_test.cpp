// SPDX-License-Identifier: MIT
// Selective scan: the CPU path against the reference in float and double, over odd sizes, gaps, extremes and splits.
#include "selective_scan_cases.h"

#include <type_traits>

#include "test_support.h"

namespace ausm {
namespace {

using test::selective_scan::Case;
using test::selective_scan::kCases;
using test::selective_scan::Problem;

template <class Scalar>
void check(const Case& k) {
    Problem<double> exact(k);
    Problem<Scalar> naive(k);
    Problem<Scalar> fast(k);
    selective_scan_reference(exact.params, 0, exact.count());
    selective_scan_reference(naive.params, 0, naive.count());
    selective_scan_cpu(fast.params, 0, fast.count());
    test::expect_within_twice_naive(fast.y.get(), naive.y.get(), exact.y.get(), "scan y");
    test::expect_within_twice_naive(fast.state_out, naive.state_out, exact.state_out, "scan state");
    EXPECT_EQ(fast.y.untouched(), fast.y.gaps());
}

TEST(SelectiveScan, FloatStaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<float>(k);
}

TEST(SelectiveScan, DoubleStaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<double>(k);
}

// From -60, where e^v is 8.8e-27, up: the step is the input's only way into the state, so its error is all there is.
template <class Scalar>
void check_tiny_steps() {
    for (const double v : {-60.0, -30.0, -10.0, -1.0, 0.0, 1.0, 25.0}) {
        const Scalar one = 1, dt = static_cast<Scalar>(v);
        const Scalar a = 0;
        Scalar state_out = 0, y = 1;
        const RowStrides strides = contiguous_rows(1, 1, 1);
        const SelectiveScanParams<Scalar> params{
            1,       1,       1,       1,       1,       &one, &dt,     &one,    &one, nullptr, &y,        strides,
            strides, strides, strides, strides, strides, &a,   nullptr, nullptr, true, nullptr, &state_out};
        const double expected = std::log1p(std::exp(v));
        const double relative = std::is_same_v<Scalar, double> ? 1e-15 : 1e-6;  // 1e-6: see fast_exp and fast_softplus
        selective_scan_reference(params, 0, 1);
        EXPECT_NEAR(state_out, expected, relative * expected) << "reference, dt " << v;
        selective_scan_cpu(params, 0, 1);
        EXPECT_NEAR(state_out, expected, relative * expected) << "dt " << v;
    }
}

TEST(SelectiveScan, TheSoftplusKeepsItsRelativeErrorOverItsWholeRange) {
    check_tiny_steps<float>();
    check_tiny_steps<double>();
}

// Two steps of one channel worked out on paper: a = -ln 2, dt = 1 halves the state each step.
TEST(SelectiveScan, HandComputedSteps) {
    const double x[] = {3.0, 5.0}, dt[] = {1.0, 1.0}, b[] = {2.0, 1.0}, c[] = {1.0, 10.0};
    const double a[] = {-std::log(2.0)}, d[] = {100.0}, state_in[] = {4.0};
    double y[2], state_out[1];
    const RowStrides strides = contiguous_rows(2, 1, 1);
    const SelectiveScanParams<double> params{1,       2,       1, 1,       1,       x,        dt,       b,
                                             c,       nullptr, y, strides, strides, strides,  strides,  strides,
                                             strides, a,       d, nullptr, false,   state_in, state_out};
    selective_scan_cpu(params, 0, 1);
    EXPECT_DOUBLE_EQ(y[0], 1.0 * (0.5 * 4.0 + 2.0 * 3.0) + 300.0);  // state 8
    EXPECT_DOUBLE_EQ(y[1], 10.0 * (0.5 * 8.0 + 1.0 * 5.0) + 500.0);
    EXPECT_DOUBLE_EQ(state_out[0], 9.0);
}

TEST(SelectiveScan, StateMayBeUpdatedInPlace) {
    const Case k{2, 3, 3, 97, 8};
    Problem<float> separate(k);
    Problem<float> in_place(k);
    in_place.params.state_out = in_place.state_in.data();
    selective_scan_cpu(separate.params, 0, separate.count());
    selective_scan_cpu(in_place.params, 0, in_place.count());
    EXPECT_EQ(separate.y.get(), in_place.y.get());
    EXPECT_EQ(separate.state_out, in_place.state_in);
}

TEST(SelectiveScan, AClipEqualsItsStepsBitByBit) {
    const Case k{1, 7, 3, 97, 8};
    Problem<float> clip(k);
    Problem<float> steps(k);
    selective_scan_cpu(clip.params, 0, clip.count());
    steps.params.state_out = steps.state_in.data();
    steps.params.time = 1;
    for (std::int64_t t = 0; t < k.time; ++t) {
        selective_scan_cpu(steps.params, 0, steps.count());
        for (const float** row : {&steps.params.x, &steps.params.dt, &steps.params.z})
            *row += steps.x.strides.time;
        steps.params.b += steps.b.strides.time;
        steps.params.c += steps.c.strides.time;
        steps.params.y += steps.y.strides.time;
    }
    EXPECT_EQ(clip.y.get(), steps.y.get());
    EXPECT_EQ(clip.state_out, steps.state_in);
}

TEST(SelectiveScan, RangesTouchOnlyTheirPixelsAndJoinToTheWhole) {
    const Case k{2, 2, 5, 33, 4};
    Problem<float> whole(k);
    Problem<float> parts(k);
    selective_scan_cpu(whole.params, 0, whole.count());
    selective_scan_cpu(parts.params, 3, 7);
    EXPECT_EQ(parts.y.untouched(), (k.batch * k.pixels - 4) * k.time * k.channels);
    selective_scan_cpu(parts.params, 7, 10);
    selective_scan_cpu(parts.params, 0, 3);
    EXPECT_EQ(whole.y.get(), parts.y.get());
    EXPECT_EQ(whole.state_out, parts.state_out);
}

TEST(SelectiveScan, EmptyBatchAndEmptyClip) {
    Problem<float> empty_batch(Case{0, 2, 3, 5, 4});
    selective_scan_cpu(empty_batch.params, 0, 0);
    Problem<float> empty_clip(Case{1, 0, 3, 5, 4});
    selective_scan_cpu(empty_clip.params, 0, empty_clip.count());
    EXPECT_EQ(empty_clip.state_out, empty_clip.state_in);
}

}  // namespace
}  // namespace ausm
