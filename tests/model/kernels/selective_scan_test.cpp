// SPDX-License-Identifier: MIT
// Selective scan: the CPU path against the reference in float and double, over odd sizes, gaps, extremes and splits.
#include "kernels/selective_scan.h"

#include "test_support.h"

namespace ausm {
namespace {

using test::normal_values;
using test::Rows;

struct Case {
    std::int64_t batch, time, pixels, channels, states;
    bool gate = true, skip = true, softplus = true, state = true;
    std::int64_t gap = 0;
    float decay = 1.0f;  // scale of a
    float input = 1.0f;  // scale of x, b and c
};

/// Owns the arrays of one case in one precision; every precision gets the same numbers.
template <class Scalar>
struct Problem {
    Rows<Scalar> x, dt, b, c, z, y;
    std::vector<Scalar> a, d, dt_bias, state_in, state_out;
    SelectiveScanParams<Scalar> params;

    explicit Problem(const Case& k)
        : x(k.batch, k.time, k.pixels, k.channels, k.gap), dt(x), b(k.batch, k.time, k.pixels, k.states, k.gap), c(b),
          z(x), y(x) {
        const std::int64_t rows = k.batch * k.time * k.pixels;
        x.set(normal_values(rows * k.channels, 1, k.input));
        z.set(normal_values(rows * k.channels, 2, 3.0f));
        b.set(normal_values(rows * k.states, 3, k.input));
        c.set(normal_values(rows * k.states, 4, k.input));
        std::vector<float> steps = normal_values(rows * k.channels, 5, 1.0f, k.softplus ? -2.0f : 0.0f);
        std::vector<float> decays = normal_values(k.states * k.channels, 6);
        for (float& v : steps)
            v = k.softplus ? v : std::fabs(v);
        for (float& v : decays)
            v = -k.decay * std::fabs(v);
        dt.set(steps);
        a = test::converted<Scalar>(decays);
        d = test::converted<Scalar>(normal_values(k.channels, 7));
        dt_bias = test::converted<Scalar>(normal_values(k.channels, 8));
        state_in = test::converted<Scalar>(normal_values(k.batch * k.pixels * k.states * k.channels, 9));
        state_out.assign(state_in.size(), std::numeric_limits<Scalar>::quiet_NaN());
        params = {k.batch,
                  k.time,
                  k.pixels,
                  k.channels,
                  k.states,
                  x.storage.data(),
                  dt.storage.data(),
                  b.storage.data(),
                  c.storage.data(),
                  k.gate ? z.storage.data() : nullptr,
                  y.storage.data(),
                  x.strides,
                  dt.strides,
                  b.strides,
                  c.strides,
                  z.strides,
                  y.strides,
                  a.data(),
                  k.skip ? d.data() : nullptr,
                  k.softplus ? dt_bias.data() : nullptr,
                  k.softplus,
                  k.state ? state_in.data() : nullptr,
                  state_out.data()};
    }

    [[nodiscard]] std::int64_t count() const { return params.batch * params.pixels; }
};

template <class Scalar>
void check(const Case& k) {
    Problem<double> exact(k);
    Problem<Scalar> naive(k);
    Problem<Scalar> fast(k);
    selective_scan_reference(exact.params, 0, exact.count());
    selective_scan_reference(naive.params, 0, naive.count());
    selective_scan_cpu(fast.params, 0, fast.count());
    test::expect_within_twice_naive(fast.y.get(), naive.y.get(), exact.y.get(), "scan y");
    test::expect_within_twice_naive(fast.state_out, naive.state_out,
                                    std::vector<double>(exact.state_out.begin(), exact.state_out.end()), "scan state");
    EXPECT_EQ(fast.y.untouched(), fast.y.gaps());
}

const Case kCases[] = {
    {1, 1, 1, 1, 1},
    {1, 1, 448, 192, 8},
    {2, 5, 3, 97, 8},
    {1, 16, 2, 257, 16},
    {2, 3, 3, 97, 3, true, true, true, true, 5},
    {1, 4, 3, 65, 8, false, true, true, true},
    {1, 4, 3, 65, 8, true, false, false, true},
    {1, 4, 3, 65, 8, false, false, false, false, 1},
    {1, 8, 3, 64, 8, true, true, false, true, 0, 1e4f},       // decays to nothing in one step
    {1, 8, 3, 64, 8, true, true, false, true, 0, 0.0f},       // never decays
    {1, 8, 3, 64, 8, true, true, true, true, 0, 1.0f, 0.0f},  // no input
    {1, 8, 3, 64, 8, true, true, true, true, 0, 1.0f, 1e6f},  // huge input
};

TEST(SelectiveScan, FloatStaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<float>(k);
}

TEST(SelectiveScan, DoubleStaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<double>(k);
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
