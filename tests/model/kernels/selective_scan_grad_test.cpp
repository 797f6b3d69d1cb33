// SPDX-License-Identifier: MIT
// Gradients of the selective scan: the reference against finite differences and a case on paper, the CPU path against
// the reference, over odd sizes, gaps, extremes and splits.
#include "selective_scan_grad_cases.h"

#include "test_support.h"

namespace ausm {
namespace {

using test::selective_scan::Case;
using test::selective_scan::GradCase;
using test::selective_scan::GradProblem;
using test::selective_scan::kGradCases;

// The loss whose gradients with respect to y and state_out are the problem's.
double loss(GradProblem<double>& problem) {
    auto& forward = problem.forward;
    selective_scan_reference(forward.params, 0, problem.count());
    const auto y = forward.y.get(), y_grad = problem.y_grad.get();
    double sum = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i)
        sum += y[i] * y_grad[i];
    for (std::size_t i = 0; i < forward.state_out.size(); ++i)
        sum += forward.state_out[i] * problem.state_out_grad[i];
    return sum;
}

// By central differences: their error is of the order of 1e-10, step squared as well as rounding over step.
void check_by_differences(GradProblem<double>& problem, std::vector<double>& input, const std::vector<double>& gradient,
                          const char* name) {
    ASSERT_EQ(input.size(), gradient.size()) << name;
    ASSERT_GT(input.size(), 0u) << name;
    for (std::size_t i = 0; i < input.size(); ++i) {
        constexpr double kStep = 1e-5;
        const double value = input[i];
        input[i] = value + kStep;
        const double above = loss(problem);
        input[i] = value - kStep;
        const double below = loss(problem);
        input[i] = value;
        const double difference = (above - below) / (2.0 * kStep);
        EXPECT_NEAR(gradient[i], difference, 1e-7 * (1.0 + std::fabs(difference))) << name << " [" << i << "]";
    }
}

void check_all_by_differences(const Case& k) {
    GradProblem<double> problem(GradCase{k});
    auto& in = problem.forward;
    selective_scan_grad_reference(problem.params, 0, problem.count());
    check_by_differences(problem, in.x.storage, problem.x_grad.get(), "x");
    check_by_differences(problem, in.dt.storage, problem.dt_grad.get(), "dt");
    check_by_differences(problem, in.b.storage, problem.b_grad.get(), "b");
    check_by_differences(problem, in.c.storage, problem.c_grad.get(), "c");
    check_by_differences(problem, in.a, problem.a_grad, "a");
    if (k.gate)
        check_by_differences(problem, in.z.storage, problem.z_grad.get(), "z");
    if (k.skip)
        check_by_differences(problem, in.d, problem.d_grad, "d");
    if (k.softplus)
        check_by_differences(problem, in.dt_bias, problem.dt_bias_grad, "dt_bias");
    if (k.state)
        check_by_differences(problem, in.state_in, problem.state_in_grad, "state_in");
}

TEST(SelectiveScanGrad, ReferenceAgreesWithFiniteDifferences) {
    check_all_by_differences({2, 4, 2, 3, 2});
    check_all_by_differences({1, 3, 1, 2, 1, false, true, true, true});
    check_all_by_differences({1, 2, 2, 2, 3, true, false, false, true});
    check_all_by_differences({1, 3, 1, 2, 2, true, true, true, false});
}

// The two steps of SelectiveScan.HandComputedSteps, with 1 as the gradient of both y and of the last state.
TEST(SelectiveScanGrad, HandComputedSteps) {
    const double x[] = {3.0, 5.0}, dt[] = {1.0, 1.0}, b[] = {2.0, 1.0}, c[] = {1.0, 10.0};
    const double a[] = {-std::log(2.0)}, d[] = {100.0}, state_in[] = {4.0}, y_grad[] = {1.0, 1.0}, state_grad[] = {1.0};
    double x_grad[2], dt_grad[2], b_grad[2], c_grad[2], a_grad[1], d_grad[1], dt_bias_grad[1], state_in_grad[1];
    const RowStrides strides = contiguous_rows(2, 1, 1);
    const SelectiveScanParams<double> scan{1,       2,       1,       1,       1,       x,        dt,      b,
                                           c,       nullptr, nullptr, strides, strides, strides,  strides, strides,
                                           strides, a,       d,       nullptr, false,   state_in, nullptr};
    const SelectiveScanGradParams<double> params{scan,    y_grad,  state_grad, x_grad,  dt_grad,      b_grad,
                                                 c_grad,  nullptr, strides,    strides, strides,      strides,
                                                 strides, strides, a_grad,     d_grad,  dt_bias_grad, state_in_grad};
    const double last = 1.0 + 10.0, first = 1.0 + 0.5 * last;  // gradients of the states 9 and 8
    const auto check = [&] {
        EXPECT_DOUBLE_EQ(x_grad[0], 100.0 + first * 2.0);
        EXPECT_DOUBLE_EQ(x_grad[1], 100.0 + last * 1.0);
        EXPECT_DOUBLE_EQ(dt_grad[0], first * (a[0] * 2.0 + 2.0 * 3.0));
        EXPECT_DOUBLE_EQ(dt_grad[1], last * (a[0] * 4.0 + 1.0 * 5.0));
        EXPECT_DOUBLE_EQ(b_grad[0], first * 3.0);
        EXPECT_DOUBLE_EQ(b_grad[1], last * 5.0);
        EXPECT_DOUBLE_EQ(c_grad[0], 8.0);
        EXPECT_DOUBLE_EQ(c_grad[1], 9.0);
        EXPECT_DOUBLE_EQ(a_grad[0], first * 2.0 + last * 4.0);
        EXPECT_DOUBLE_EQ(d_grad[0], 3.0 + 5.0);
        EXPECT_DOUBLE_EQ(dt_bias_grad[0], 0.0);
        EXPECT_DOUBLE_EQ(state_in_grad[0], 0.5 * first);
    };
    selective_scan_grad_reference(params, 0, 1);
    check();
    selective_scan_grad_cpu(params, 0, 1);
    check();
}

template <class Scalar>
void expect_within_bound(const std::vector<Scalar>& fast, const std::vector<Scalar>& naive,
                         const std::vector<double>& exact, const char* what) {
    const test::ErrorBound result = test::selective_scan::gradient_error(fast, naive, exact);
    EXPECT_LE(result.error, result.bound) << what << ", largest value " << result.magnitude;
    if (result.bound > 0.0)
        std::printf("%s: %.0f %% of the bound %.2g used\n", what, 100.0 * result.error / result.bound, result.bound);
}

template <class Scalar>
void check(const GradCase& k) {
    GradProblem<double> exact(k);
    GradProblem<Scalar> naive(k), fast(k);
    selective_scan_grad_reference(exact.params, 0, exact.count());
    selective_scan_grad_reference(naive.params, 0, naive.count());
    selective_scan_grad_cpu(fast.params, 0, fast.count());
    test::selective_scan::compare_gradients(
        fast, naive, exact, [](const char* name, const auto& values, const auto& of_naive, const auto& of_exact) {
            expect_within_bound(values, of_naive, of_exact, name);
        });
    EXPECT_TRUE(fast.gaps_untouched());
    EXPECT_TRUE(naive.gaps_untouched());
}

TEST(SelectiveScanGrad, FloatStaysWithinTwiceTheNaiveError) {
    for (const GradCase& k : kGradCases)
        check<float>(k);
}

TEST(SelectiveScanGrad, DoubleStaysWithinTwiceTheNaiveError) {
    for (const GradCase& k : kGradCases)
        check<double>(k);
}

template <class Value>
std::vector<Value> sum(std::vector<Value> a, const std::vector<Value>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] += b[i];
    return a;
}

TEST(SelectiveScanGrad, RangesTouchOnlyTheirPixelsAndAddUpToTheWhole) {
    const GradCase k{{2, 5, 5, 70, 4}};
    GradProblem<float> whole(k), parts(k), rest(k);
    GradProblem<double> exact(k);
    selective_scan_grad_reference(exact.params, 0, exact.count());
    selective_scan_grad_cpu(whole.params, 0, whole.count());
    selective_scan_grad_cpu(parts.params, 3, 7);
    EXPECT_EQ(parts.x_grad.untouched(), (k.scan.batch * k.scan.pixels - 4) * k.scan.time * k.scan.channels);
    EXPECT_EQ(parts.c_grad.untouched(), (k.scan.batch * k.scan.pixels - 4) * k.scan.time * k.scan.states);
    std::vector<float> a = parts.a_grad, d = parts.d_grad, dt_bias = parts.dt_bias_grad;
    for (const auto& [begin, end] : {std::pair{7, 10}, std::pair{0, 3}, std::pair{5, 5}}) {
        selective_scan_grad_cpu(parts.params, begin, end);
        a = sum(a, parts.a_grad);
        d = sum(d, parts.d_grad);
        dt_bias = sum(dt_bias, parts.dt_bias_grad);
    }
    EXPECT_EQ(whole.x_grad.get(), parts.x_grad.get());
    EXPECT_EQ(whole.dt_grad.get(), parts.dt_grad.get());
    EXPECT_EQ(whole.b_grad.get(), parts.b_grad.get());
    EXPECT_EQ(whole.c_grad.get(), parts.c_grad.get());
    EXPECT_EQ(whole.z_grad.get(), parts.z_grad.get());
    EXPECT_EQ(whole.state_in_grad, parts.state_in_grad);
    expect_within_bound(a, whole.a_grad, exact.a_grad, "a gradient");
    expect_within_bound(d, whole.d_grad, exact.d_grad, "d gradient");
    expect_within_bound(dt_bias, whole.dt_bias_grad, exact.dt_bias_grad, "dt_bias gradient");
}

TEST(SelectiveScanGrad, EachGradientAloneIsTheSame) {
    const GradCase k{{2, 5, 3, 70, 4}};
    GradProblem<float> all(k);
    selective_scan_grad_cpu(all.params, 0, all.count());
    const auto alone = [&](auto member, auto array) {
        GradProblem<float> one(k);
        SelectiveScanGradParams<float> params = one.params;
        params.x_grad = params.dt_grad = params.b_grad = params.c_grad = params.z_grad = nullptr;
        params.a_grad = params.d_grad = params.dt_bias_grad = params.state_in_grad = nullptr;
        params.*member = one.params.*member;
        selective_scan_grad_cpu(params, 0, one.count());
        return array(one) == array(all);
    };
    using Params = SelectiveScanGradParams<float>;
    using Arrays = const GradProblem<float>&;
    EXPECT_TRUE(alone(&Params::x_grad, [](Arrays p) { return p.x_grad.get(); }));
    EXPECT_TRUE(alone(&Params::dt_grad, [](Arrays p) { return p.dt_grad.get(); }));
    EXPECT_TRUE(alone(&Params::b_grad, [](Arrays p) { return p.b_grad.get(); }));
    EXPECT_TRUE(alone(&Params::c_grad, [](Arrays p) { return p.c_grad.get(); }));
    EXPECT_TRUE(alone(&Params::z_grad, [](Arrays p) { return p.z_grad.get(); }));
    EXPECT_TRUE(alone(&Params::a_grad, [](Arrays p) { return p.a_grad; }));
    EXPECT_TRUE(alone(&Params::d_grad, [](Arrays p) { return p.d_grad; }));
    EXPECT_TRUE(alone(&Params::dt_bias_grad, [](Arrays p) { return p.dt_bias_grad; }));
    EXPECT_TRUE(alone(&Params::state_in_grad, [](Arrays p) { return p.state_in_grad; }));
}

TEST(SelectiveScanGrad, TheStatesGradientMayBeUpdatedInPlace) {
    const GradCase k{{2, 5, 3, 70, 4}};
    GradProblem<float> separate(k), in_place(k);
    in_place.params.state_in_grad = in_place.state_out_grad.data();
    selective_scan_grad_cpu(separate.params, 0, separate.count());
    selective_scan_grad_cpu(in_place.params, 0, in_place.count());
    EXPECT_EQ(separate.state_in_grad, in_place.state_out_grad);
    EXPECT_EQ(separate.x_grad.get(), in_place.x_grad.get());
}

// What the first half of a clip gets from the second comes through the state's gradient alone.
TEST(SelectiveScanGrad, AClipInTwoHalvesHasTheSameGradients) {
    const GradCase k{{1, 8, 3, 70, 4}};
    GradProblem<double> whole(k), halves(k);
    auto& forward = halves.forward;
    selective_scan_grad_reference(whole.params, 0, whole.count());
    SelectiveScanGradParams<double> second = halves.params, first = halves.params;
    first.scan.time = second.scan.time = 4;
    auto scan = forward.params;
    scan.time = 4;
    selective_scan_reference(scan, 0, halves.count());
    second.scan.state_in = forward.state_out.data();
    for (const double** row : {&second.scan.x, &second.scan.dt, &second.scan.z, &second.y_grad})
        *row += 4 * forward.x.strides.time;
    for (double** row : {&second.x_grad, &second.dt_grad, &second.z_grad})
        *row += 4 * forward.x.strides.time;
    second.scan.b += 4 * forward.b.strides.time;
    second.scan.c += 4 * forward.b.strides.time;
    second.b_grad += 4 * forward.b.strides.time;
    second.c_grad += 4 * forward.b.strides.time;
    selective_scan_grad_cpu(second, 0, halves.count());
    const std::vector<double> a_of_second = halves.a_grad;
    std::vector<double> between = halves.state_in_grad;
    first.state_out_grad = between.data();
    selective_scan_grad_cpu(first, 0, halves.count());
    halves.a_grad = sum(halves.a_grad, a_of_second);
    const auto near = [](const std::vector<double>& a, const std::vector<double>& b, const char* name) {
        ASSERT_EQ(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i)
            ASSERT_NEAR(a[i], b[i], 1e-12 * (1.0 + std::fabs(b[i]))) << name << " [" << i << "]";
    };
    near(halves.x_grad.get(), whole.x_grad.get(), "x");
    near(halves.dt_grad.get(), whole.dt_grad.get(), "dt");
    near(halves.b_grad.get(), whole.b_grad.get(), "b");
    near(halves.c_grad.get(), whole.c_grad.get(), "c");
    near(halves.z_grad.get(), whole.z_grad.get(), "z");
    near(halves.a_grad, whole.a_grad, "a");
    near(halves.state_in_grad, whole.state_in_grad, "state_in");
}

}  // namespace
}  // namespace ausm
