// SPDX-License-Identifier: MIT
// History marker: the CPU path against the reference, over odd sizes, gaps, sparse, empty and saturated masks.
#include "history_marker_cases.h"

#include "test_support.h"

namespace ausm {
namespace {

using test::history_marker::Case;
using test::history_marker::kCases;
using test::history_marker::Problem;

template <class Scalar>
void check(const Case& k) {
    Problem<double> exact(k);
    Problem<Scalar> naive(k);
    Problem<Scalar> fast(k);
    history_marker_reference(exact.params, 0, exact.count());
    history_marker_reference(naive.params, 0, naive.count());
    history_marker_cpu(fast.params, 0, fast.count());
    test::expect_within_twice_naive(fast.out.get(), naive.out.get(), exact.out.get(), "marker");
    EXPECT_EQ(fast.out.untouched(), fast.out.gaps());
}

TEST(HistoryMarker, FloatStaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<float>(k);
}

TEST(HistoryMarker, DoubleStaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<double>(k);
}

TEST(HistoryMarker, Bfloat16StaysWithinTwiceTheNaiveError) {
    for (const Case& k : kCases)
        check<BFloat16>(k);
}

// Two objects, one cell of 2 x 2: a weak mark stays weak, an overlap is averaged.
TEST(HistoryMarker, HandComputedMarks) {
    const double weak[] = {1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    const double overlap[] = {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0};
    const double vectors[] = {3.0, 6.0};
    double out = -1.0;
    HistoryMarkerParams<double> params{1, 2, 1, 1, 1, 2, weak, 8, 4, 2, vectors, 2, 1, &out, 1, 1};
    history_marker_cpu(params, 0, 1);
    EXPECT_DOUBLE_EQ(out, 0.25 * 3.0);
    params.masks = overlap;
    history_marker_cpu(params, 0, 1);
    EXPECT_DOUBLE_EQ(out, (1.0 * 3.0 + 0.5 * 6.0) / 1.5);
}

TEST(HistoryMarker, RangesTouchOnlyTheirCellsAndJoinToTheWhole) {
    const Case k{2, 3, 3, 5, 33, 4};
    Problem<float> whole(k);
    Problem<float> parts(k);
    history_marker_cpu(whole.params, 0, whole.count());
    history_marker_cpu(parts.params, 7, 19);
    EXPECT_EQ(parts.out.untouched(), (parts.count() - 12) * k.channels);
    history_marker_cpu(parts.params, 0, 7);
    history_marker_cpu(parts.params, 19, 30);
    EXPECT_EQ(whole.out.get(), parts.out.get());
}

}  // namespace
}  // namespace ausm
