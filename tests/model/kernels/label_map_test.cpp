// SPDX-License-Identifier: MIT
// Label map: the CPU path against the reference, known small maps, ties, statistics and splits.
#include "label_map_cases.h"

#include "test_support.h"

namespace ausm {
namespace {

using test::label_map::Case;
using test::label_map::kUntouched;
using test::label_map::Problem;

void compare(const Case& k) {
    Problem exact(k);
    Problem fast(k);
    label_map_reference(exact.params, 0, k.height);
    label_map_cpu(fast.params, 0, k.height);
    const auto result = test::label_map::difference(fast, exact);
    EXPECT_LE(result.pixels, k.width * k.height / 10'000) << text_of(k);
    EXPECT_LT(result.widest_margin, test::label_map::kTooClose) << text_of(k);
    EXPECT_LE(result.confidence, 1) << text_of(k);
    EXPECT_TRUE(result.stats_equal_or_excused) << text_of(k);
    EXPECT_TRUE(fast.gaps_untouched()) << text_of(k);
}

TEST(LabelMap, CpuEqualsTheReferenceExceptWhereRoundingDecides) {
    for (const Case& k : test::label_map::kCases)
        compare(k);
    compare({10, 64, 112, 1280, 720});
    compare({300, 5, 5, 33, 33});
}

TEST(LabelMap, NoObjectsGiveAnEmptyMap) {
    Problem problem({0, 4, 4, 9, 3});
    label_map_cpu(problem.params, 0, 3);
    for (std::int64_t i = 0; i < 27; ++i)
        EXPECT_EQ(problem.at(i / 9, i % 9), 0);
    EXPECT_EQ(problem.map[9], kUntouched);  // between the rows
    EXPECT_EQ(problem.confidence[0], 0);
}

// One row of two cells at +3 and -3 on 8 pixels: the centres are at pixel 1.5 and 5.5, zero lies at the edge 4.
TEST(LabelMap, HandComputedBoundaryBoxAndConfidence) {
    Problem problem({1, 1, 2, 8, 2});
    problem.logits.set({3.0f, -3.0f});
    problem.values[0] = 42;
    label_map_cpu(problem.params, 0, 2);
    for (std::int64_t x = 0; x < 8; ++x)
        EXPECT_EQ(problem.at(1, x), x < 4 ? 42 : 0) << x;
    EXPECT_TRUE(problem.stats[0] == (LabelStats{8, 0, 0, 4, 2}));
    EXPECT_EQ(problem.confidence[0], std::lround(255.0 / (1.0 + std::exp(-3.0))));
    EXPECT_EQ(problem.confidence[3], std::lround(255.0 / (1.0 + std::exp(-0.75))));
    EXPECT_EQ(problem.confidence[4], 0);
}

TEST(LabelMap, TiesGoToTheFirstAndTheThresholdItselfLoses) {
    Problem problem({3, 2, 3, 7, 5});
    problem.logits.set(std::vector<float>(18, 0.7f));
    label_map_cpu(problem.params, 0, 5);
    EXPECT_TRUE(problem.stats[0] == (LabelStats{35, 0, 0, 7, 5}));
    EXPECT_TRUE(problem.stats[1] == LabelStats{});
    problem.params.threshold = 0.7f;
    label_map_cpu(problem.params, 0, 5);
    EXPECT_TRUE(problem.stats[0] == LabelStats{});
    EXPECT_EQ(problem.at(2, 3), 0);
}

TEST(LabelMap, NanNeverWins) {
    Problem problem({2, 2, 2, 5, 5});
    std::vector<float> logits(8, 1.0f);
    std::fill_n(logits.begin(), 4, std::numeric_limits<float>::quiet_NaN());
    problem.logits.set(logits);
    label_map_cpu(problem.params, 0, 5);
    EXPECT_TRUE(problem.stats[0] == LabelStats{});
    EXPECT_EQ(problem.stats[1].area, 25);
}

TEST(LabelMap, RangesTouchOnlyTheirRowsAndTheirStatisticsMergeToTheWhole) {
    const Case k{7, 16, 28, 97, 57};
    Problem whole(k);
    Problem parts(k);
    label_map_cpu(whole.params, 0, 57);
    label_map_cpu(parts.params, 20, 30);
    EXPECT_EQ(parts.at(19, 0), kUntouched);
    EXPECT_EQ(parts.at(30, 0), kUntouched);
    std::vector<LabelStats> total = parts.stats;
    for (const auto& [begin, end] : {std::pair{0, 20}, std::pair{30, 57}, std::pair{57, 57}}) {
        label_map_cpu(parts.params, begin, end);
        for (std::size_t i = 0; i < total.size(); ++i)
            merge_label_stats(total[i], parts.stats[i]);
    }
    EXPECT_EQ(whole.map, parts.map);
    EXPECT_EQ(whole.confidence, parts.confidence);
    for (std::size_t i = 0; i < total.size(); ++i)
        EXPECT_TRUE(total[i] == whole.stats[i]) << i;
}

TEST(LabelMap, ConfidenceIsOptional) {
    const Case k{3, 5, 5, 33, 17};
    Problem with(k);
    Problem without(k);
    without.params.confidence = nullptr;
    label_map_cpu(with.params, 0, 17);
    label_map_cpu(without.params, 0, 17);
    EXPECT_EQ(with.map, without.map);
}

}  // namespace
}  // namespace ausm
