// SPDX-License-Identifier: MIT
// Gradients of the history marker: the reference against finite differences, the CPU path against the reference.
#include "history_marker_grad_cases.h"

#include "kernels/history_marker_cell.h"
#include "test_support.h"

namespace ausm {
namespace {

using test::history_marker_grad::Case;
using test::history_marker_grad::kCases;
using test::history_marker_grad::Problem;

template <class Scalar>
void run_cpu(Problem<Scalar>& problem) {
    history_marker_grad_masks_cpu(problem.params, 0, problem.cells());
    history_marker_grad_vectors_cpu(problem.params, 0, problem.objects());
}

template <class Scalar>
void check(const Case& k) {
    Problem<double> exact(k);
    Problem<Scalar> naive(k);
    Problem<Scalar> fast(k);
    history_marker_grad_reference(exact.params, 0, k.batch);
    history_marker_grad_reference(naive.params, 0, k.batch);
    run_cpu(fast);
    test::expect_within_twice_naive(fast.masks_grad.get(), naive.masks_grad.get(), exact.masks_grad.get(), "masks");
    test::expect_within_twice_naive(fast.vectors_grad.get(), naive.vectors_grad.get(), exact.vectors_grad.get(),
                                    "vectors");
    EXPECT_EQ(fast.masks_grad.untouched(), fast.masks_grad.gaps());
    EXPECT_EQ(fast.vectors_grad.untouched(), fast.vectors_grad.gaps());
}

TEST(HistoryMarkerGrad, FloatStaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<float>(k);
}

TEST(HistoryMarkerGrad, DoubleStaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<double>(k);
}

TEST(HistoryMarkerGrad, Bfloat16StaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<BFloat16>(k);
}

/// sum(out * out_grad), whose gradients are asked for.
double loss(Problem<double>& problem) {
    history_marker_reference(problem.forward.params, 0, problem.cells());
    const auto out = problem.forward.out.get(), grad = problem.out_grad.get();
    double sum = 0.0;
    for (std::size_t i = 0; i < out.size(); ++i)
        sum += out[i] * grad[i];
    return sum;
}

/// Central differences of the loss along every value of `input`, in the order of its storage without gaps.
std::vector<double> differences(Problem<double>& problem, std::vector<double>& input) {
    constexpr double kStep = 1e-6;
    std::vector<double> result;
    for (double& value : input) {
        const double before = value;
        value = before + kStep;
        const double above = loss(problem);
        value = before - kStep;
        const double below = loss(problem);
        value = before;
        result.push_back((above - below) / (2.0 * kStep));
    }
    return result;
}

void expect_near(const std::vector<double>& gradient, const std::vector<double>& expected, const char* name) {
    ASSERT_EQ(gradient.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_NEAR(gradient[i], expected[i], 1e-8) << name << "[" << i << "]";
}

/// Cells whose masks add up to more than 1; none may be so near to 1 that a step of the differences crosses it.
std::int64_t saturated_cells(const Problem<double>& problem) {
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < problem.cells(); ++i) {
        double sum = 0.0;
        for (std::int64_t k = 0; k < problem.params.forward.objects; ++k)
            sum += marker_mean(problem.params.forward, marker_cell(problem.params.forward, i), k);
        EXPECT_GT(std::fabs(sum - 1.0), 1e-3);
        count += sum > 1.0 ? 1 : 0;
    }
    return count;
}

TEST(HistoryMarkerGrad, ReferenceEqualsFiniteDifferences) {
    std::int64_t cells = 0, saturated = 0;
    for (const Case& k : {Case{2, 3, 2, 3, 4, 2}, Case{1, 1, 2, 2, 3, 1}, Case{1, 6, 1, 2, 5, 3}}) {
        Problem<double> problem(k);
        auto& masks = problem.forward.masks.storage;
        for (double& v : masks)
            v = 0.1 + 0.6 * v;
        cells += problem.cells();
        saturated += saturated_cells(problem);
        history_marker_grad_reference(problem.params, 0, k.batch);
        expect_near(problem.masks_grad.get(), differences(problem, masks), "masks");
        expect_near(problem.vectors_grad.get(), differences(problem, problem.forward.vectors.storage), "vectors");
    }
    EXPECT_GT(saturated, 0);
    EXPECT_LT(saturated, cells);
}

// One cell of one mask, one channel: masks 0.5 and 1, vectors 3 and 6, gradient 2. S = 1.5, out = 5.
TEST(HistoryMarkerGrad, HandComputedGradients) {
    const double masks[] = {0.5, 1.0}, vectors[] = {3.0, 6.0}, out_grad = 2.0;
    double masks_grad[2], vectors_grad[2], workspace[4];
    HistoryMarkerGradParams<double> params{{1, 2, 1, 1, 1, 1, masks, 2, 1, 1, vectors, 2, 1, nullptr, 1, 1},
                                           &out_grad,
                                           1,
                                           1,
                                           masks_grad,
                                           2,
                                           1,
                                           1,
                                           vectors_grad,
                                           2,
                                           1,
                                           workspace};
    ASSERT_LE(history_marker_grad_workspace(params), 4);
    history_marker_grad_masks_cpu(params, 0, 1);
    history_marker_grad_vectors_cpu(params, 0, 2);
    EXPECT_DOUBLE_EQ(masks_grad[0], 2.0 * (3.0 - 5.0) / 1.5);
    EXPECT_DOUBLE_EQ(masks_grad[1], 2.0 * (6.0 - 5.0) / 1.5);
    EXPECT_DOUBLE_EQ(vectors_grad[0], 2.0 * 0.5 / 1.5);
    EXPECT_DOUBLE_EQ(vectors_grad[1], 2.0 * 1.0 / 1.5);
}

TEST(HistoryMarkerGrad, AFullMarkOfOneObjectHasNoMaskGradient) {
    Problem<double> problem(Case{1, 1, 2, 3, 5, 4, test::history_marker_grad::Masks::kFull});
    history_marker_grad_reference(problem.params, 0, 1);
    for (const double gradient : problem.masks_grad.get())
        EXPECT_NEAR(gradient, 0.0, 1e-15);
}

TEST(HistoryMarkerGrad, EachGradientAlone) {
    const Case k{2, 3, 3, 5, 33, 4};
    Problem<float> both(k), masks(k), vectors(k), reference(k);
    run_cpu(both);
    masks.params.vectors_grad = nullptr;
    run_cpu(masks);
    EXPECT_EQ(both.masks_grad.get(), masks.masks_grad.get());
    vectors.params.masks_grad = nullptr;
    run_cpu(vectors);
    EXPECT_EQ(both.vectors_grad.get(), vectors.vectors_grad.get());
    reference.params.masks_grad = reference.params.vectors_grad = nullptr;
    history_marker_grad_reference(reference.params, 0, k.batch);
    EXPECT_EQ(reference.masks_grad.untouched(), static_cast<std::int64_t>(reference.masks_grad.storage.size()));
}

TEST(HistoryMarkerGrad, RangesTouchOnlyTheirOwnAndJoinToTheWhole) {
    const Case k{2, 3, 3, 5, 33, 4};
    Problem<float> whole(k), parts(k);
    run_cpu(whole);
    history_marker_grad_masks_cpu(parts.params, 7, 19);
    EXPECT_EQ(parts.masks_grad.untouched() - parts.masks_grad.gaps(), (parts.cells() - 12) * k.objects * 16);
    history_marker_grad_masks_cpu(parts.params, 0, 7);
    history_marker_grad_masks_cpu(parts.params, 19, 30);
    history_marker_grad_vectors_cpu(parts.params, 2, 5);
    EXPECT_EQ(parts.vectors_grad.untouched() - parts.vectors_grad.gaps(), 3 * k.channels);
    history_marker_grad_vectors_cpu(parts.params, 0, 2);
    history_marker_grad_vectors_cpu(parts.params, 5, 6);
    EXPECT_EQ(whole.masks_grad.get(), parts.masks_grad.get());
    EXPECT_EQ(whole.vectors_grad.get(), parts.vectors_grad.get());
}

}  // namespace
}  // namespace ausm
