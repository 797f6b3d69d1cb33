// SPDX-License-Identifier: MIT
// Multi-scale deformable attention backward: against finite differences and a case by hand, then the CPU path against
// the reference.
#include "ms_deform_attn_cases.h"

#include "test_support.h"

namespace ausm {
namespace {

using test::ms_deform_attn::Case;
using test::ms_deform_attn::kCases;
using test::ms_deform_attn::Places;
using test::ms_deform_attn::Problem;

template <class Scalar>
void check() {
    constexpr bool kCoarse = std::is_same_v<Scalar, BFloat16>;
    for (const Case& k : kCases) {
        Problem<double> exact(k, kCoarse);
        Problem<Scalar> naive(k, kCoarse), fast(k, kCoarse);
        ms_deform_attn_grad_reference(exact.grad, 0, exact.head_count());
        ms_deform_attn_grad_reference(naive.grad, 0, naive.head_count());
        ms_deform_attn_grad_cpu(fast.grad, 0, fast.head_count());
        test::expect_within_twice_naive(fast.grad_value, naive.grad_value, exact.grad_value, "gradient of value");
        test::expect_within_twice_naive(fast.grad_locations, naive.grad_locations, exact.grad_locations,
                                        "gradient of locations");
        test::expect_within_twice_naive(fast.grad_weights, naive.grad_weights, exact.grad_weights,
                                        "gradient of weights");
    }
}

TEST(MsDeformAttnGrad, FloatStaysWithinTwiceTheNaiveError) { check<float>(); }
TEST(MsDeformAttnGrad, DoubleStaysWithinTwiceTheNaiveError) { check<double>(); }
TEST(MsDeformAttnGrad, BFloat16StaysWithinTwiceTheNaiveError) { check<BFloat16>(); }

double loss(Problem<double>& problem) {
    ms_deform_attn_reference(problem.params, 0, problem.rows());
    double sum = 0;
    for (std::size_t i = 0; i < problem.out.size(); ++i)
        sum += problem.out[i] * problem.grad_out[i];
    return sum;
}

/// Every input in turn; between pixels the loss is linear in each, so that the differences are exact but for rounding.
void expect_differences(Problem<double>& problem, std::vector<double>& inputs, const std::vector<double>& gradient) {
    ASSERT_EQ(inputs.size(), gradient.size());
    double largest = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        constexpr double kStep = 1e-4;
        const double input = inputs[i];
        inputs[i] = input + kStep;
        const double above = loss(problem);
        inputs[i] = input - kStep;
        const double below = loss(problem);
        inputs[i] = input;
        EXPECT_NEAR(gradient[i], (above - below) / (2 * kStep), 1e-9) << i;
        largest = std::max(largest, std::fabs(gradient[i]));
    }
    EXPECT_GT(largest, 0.1);
}

class FiniteDifferences : public testing::TestWithParam<bool> {
protected:
    FiniteDifferences() : problem({2, 5, 2, 3, 2, {{3, 4}, {2, 1}}}) {
        if (GetParam())
            ms_deform_attn_grad_cpu(problem.grad, 0, problem.head_count());
        else
            ms_deform_attn_grad_reference(problem.grad, 0, problem.head_count());
    }
    Problem<double> problem;
};

TEST_P(FiniteDifferences, OfValue) { expect_differences(problem, problem.value.storage, problem.grad_value); }
TEST_P(FiniteDifferences, OfLocations) { expect_differences(problem, problem.locations, problem.grad_locations); }
TEST_P(FiniteDifferences, OfWeights) { expect_differences(problem, problem.weights, problem.grad_weights); }

INSTANTIATE_TEST_SUITE_P(MsDeformAttnGrad, FiniteDifferences, testing::Bool(),
                         [](const auto& run) { return run.param ? "cpu" : "reference"; });

// One channel on a level [1 2; 4 8], the sample on the first pixel: the location's gradient is that of the cell to the
// right and below, 2 pixels wide: 0.5 * 3 * 2 * (2 - 1) and 0.5 * 3 * 2 * (4 - 1).
TEST(MsDeformAttnGrad, OnAPixelTheCellToTheRightAndBelowCounts) {
    const double value[] = {1, 2, 4, 8}, locations[] = {0.25, 0.25}, weight = 0.5, grad_out = 3;
    for (const bool fast : {false, true}) {
        SCOPED_TRACE(fast);
        double grad_value[4], grad_locations[2], grad_weight;
        const MsDeformAttnGradParams<double> params{{1, 1, 1, 1, 1, 1, {2}, {2}, 4, 1},
                                                    value,
                                                    locations,
                                                    &weight,
                                                    &grad_out,
                                                    grad_value,
                                                    grad_locations,
                                                    &grad_weight,
                                                    false,
                                                    nullptr};
        if (fast)
            ms_deform_attn_grad_cpu(params, 0, 1);
        else
            ms_deform_attn_grad_reference(params, 0, 1);
        EXPECT_EQ(std::vector<double>(grad_value, grad_value + 4), (std::vector<double>{1.5, 0, 0, 0}));
        EXPECT_DOUBLE_EQ(grad_locations[0], 3);
        EXPECT_DOUBLE_EQ(grad_locations[1], 9);
        EXPECT_DOUBLE_EQ(grad_weight, 3);
    }
}

TEST(MsDeformAttnGrad, OutsideThereIsNone) {
    Problem<float> problem({2, 3, 2, 5, 2, {{3, 3}, {2, 4}}, Places::kOutside});
    ms_deform_attn_grad_cpu(problem.grad, 0, problem.head_count());
    for (const auto* gradient : {&problem.grad_value, &problem.grad_locations, &problem.grad_weights})
        EXPECT_EQ(*gradient, std::vector<float>(gradient->size(), 0.0f));
}

TEST(MsDeformAttnGrad, RangesTouchOnlyTheirHeadsAndJoinToTheWhole) {
    const Case k{2, 9, 3, 33, 2, {{3, 5}, {2, 2}}};
    Problem<float> whole(k), parts(k);
    ms_deform_attn_grad_cpu(whole.grad, 0, whole.head_count());
    ms_deform_attn_grad_cpu(parts.grad, 2, 4);
    const auto untouched = [](const std::vector<float>& values) {
        return static_cast<std::size_t>(
            std::count_if(values.begin(), values.end(), [](float v) { return std::isnan(v); }));
    };
    EXPECT_EQ(untouched(parts.grad_value), parts.grad_value.size() * 4 / 6);
    EXPECT_EQ(untouched(parts.grad_locations), parts.grad_locations.size() * 4 / 6);
    EXPECT_EQ(untouched(parts.grad_weights), parts.grad_weights.size() * 4 / 6);
    ms_deform_attn_grad_cpu(parts.grad, 4, 6);
    ms_deform_attn_grad_cpu(parts.grad, 0, 2);
    EXPECT_EQ(whole.grad_value, parts.grad_value);
    EXPECT_EQ(whole.grad_locations, parts.grad_locations);
    EXPECT_EQ(whole.grad_weights, parts.grad_weights);
}

TEST(MsDeformAttnGrad, WorkspaceIsForDeterministicSumsAlone) {
    const MsDeformAttnShape shape{2, 9, 3, 5, 2, 1, {3, 2}, {4, 1}, 0, 0};
    EXPECT_EQ(ms_deform_attn_grad_workspace_bytes(shape, false), 0U);
    EXPECT_EQ(ms_deform_attn_grad_workspace_bytes(shape, true), 8U * (2 * 14 * 3 * 5 + 1));
}

}  // namespace
}  // namespace ausm
