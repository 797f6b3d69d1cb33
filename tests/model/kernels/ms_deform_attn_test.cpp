// SPDX-License-Identifier: MIT
// Multi-scale deformable attention: cases by hand, the CPU path against the reference.
#include "ms_deform_attn_cases.h"

#include "test_support.h"

namespace ausm {
namespace {

using test::ms_deform_attn::Case;
using test::ms_deform_attn::kCases;
using test::ms_deform_attn::Problem;

template <class Scalar>
void check() {
    constexpr bool kCoarse = std::is_same_v<Scalar, BFloat16>;
    for (const Case& k : kCases) {
        Problem<double> exact(k, kCoarse);
        Problem<Scalar> naive(k, kCoarse), fast(k, kCoarse);
        ms_deform_attn_reference(exact.params, 0, exact.rows());
        ms_deform_attn_reference(naive.params, 0, naive.rows());
        ms_deform_attn_cpu(fast.params, 0, fast.rows());
        test::expect_within_twice_naive(fast.out, naive.out, exact.out, "deformable attention");
    }
}

TEST(MsDeformAttn, FloatStaysWithinTwiceTheNaiveError) { check<float>(); }
TEST(MsDeformAttn, DoubleStaysWithinTwiceTheNaiveError) { check<double>(); }
TEST(MsDeformAttn, BFloat16StaysWithinTwiceTheNaiveError) { check<BFloat16>(); }

/// One query, one head, one channel on a level [1 2; 4 8] and one of a single pixel, 100; a sample on each.
double attend(double x, double y, double weight, double x1, double y1, double weight1, bool fast) {
    const double value[] = {1, 2, 4, 8, 100}, locations[] = {x, y, x1, y1}, weights[] = {weight, weight1};
    double out = std::nan("");
    const MsDeformAttnParams<double> params{{1, 1, 1, 1, 2, 1, {2, 1}, {2, 1}, 5, 1}, value, locations, weights, &out};
    if (fast)
        ms_deform_attn_cpu(params, 0, 1);
    else
        ms_deform_attn_reference(params, 0, 1);
    return out;
}

TEST(MsDeformAttn, CasesByHand) {
    for (const bool fast : {false, true}) {
        SCOPED_TRACE(fast);
        EXPECT_DOUBLE_EQ(attend(0.25, 0.25, 1, 0, 0, 0, fast), 1);          // the first pixel's centre
        EXPECT_DOUBLE_EQ(attend(0.75, 0.25, 1, 0, 0, 0, fast), 2);          // x goes along a row
        EXPECT_DOUBLE_EQ(attend(0.25, 0.75, 1, 0, 0, 0, fast), 4);          // y down
        EXPECT_DOUBLE_EQ(attend(0.5, 0.5, 1, 0, 0, 0, fast), 3.75);         // the mean of the four
        EXPECT_DOUBLE_EQ(attend(0.375, 0.25, 1, 0, 0, 0, fast), 1.25);      // a quarter of the way
        EXPECT_DOUBLE_EQ(attend(0, 0, 1, 0, 0, 0, fast), 0.25);             // the corner: three of four are outside
        EXPECT_DOUBLE_EQ(attend(1, 0.75, 1, 0, 0, 0, fast), 4);             // the right border: half of 8
        EXPECT_DOUBLE_EQ(attend(1.25, 0.75, 1, 0.5, 0.5, 0.5, fast), 50);   // a pixel outside, and the other level
        EXPECT_DOUBLE_EQ(attend(0.5, 0.5, 0.2, 0, 0.5, 0.8, fast), 40.75);  // 0.2 * 3.75 + 0.8 * 100 / 2
        EXPECT_DOUBLE_EQ(attend(std::nan(""), 0.5, 1, 1e300, 0.5, 1, fast), 0);
    }
}

TEST(MsDeformAttn, RangesTouchOnlyTheirRowsAndJoinToTheWhole) {
    const Case k{2, 5, 3, 33, 2, {{3, 5}, {2, 2}}};
    Problem<float> whole(k), parts(k);
    ms_deform_attn_cpu(whole.params, 0, whole.rows());
    ms_deform_attn_cpu(parts.params, 3, 7);
    const auto untouched = std::count_if(parts.out.begin(), parts.out.end(), [](float v) { return std::isnan(v); });
    EXPECT_EQ(untouched, (parts.rows() - 4) * k.heads * k.channels);
    ms_deform_attn_cpu(parts.params, 7, 10);
    ms_deform_attn_cpu(parts.params, 0, 3);
    EXPECT_EQ(whole.out, parts.out);
}

TEST(MsDeformAttn, WhatLiesOutsideIsNotRead) {
    const Case k{1, 2, 1, 40, 1, {{2, 2}}};
    Problem<float> problem(k);
    std::fill(problem.locations.begin(), problem.locations.end(), 1.0f);  // half of the lower right pixel's half
    std::fill(problem.value.storage.begin(), problem.value.storage.end(), test::not_a_number<float>());
    std::fill(problem.value.storage.end() - 40, problem.value.storage.end(), 8.0f);
    ms_deform_attn_cpu(problem.params, 0, 2);
    EXPECT_EQ(problem.out, std::vector<float>(80, 2.0f));
}

}  // namespace
}  // namespace ausm
