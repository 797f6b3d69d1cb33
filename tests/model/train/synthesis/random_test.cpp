// SPDX-License-Identifier: MIT
// Draws are the same everywhere, and distributed as they say.
#include "train/synthesis/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace ausm::train::test {
namespace {

TEST(Random, IsFixedBySeedAndIndex) {
    // Seeds by SplitMix64, words by MT19937-64, both from their definitions in another language.
    Random random(7, 3);
    EXPECT_EQ(random.bits(), 13776946831629096123ULL);
    EXPECT_EQ(random.bits(), 12599800970598005534ULL);
    EXPECT_NE(Random(7, 4).bits(), Random(7, 3).bits());
    EXPECT_NE(Random(3, 7).bits(), Random(7, 3).bits());
}

TEST(Random, HasTheMomentsOfItsDistributions) {
    Random random(1, 1);
    const int count = 20000;
    double sum = 0, squares = 0, even = 0;
    for (int i = 0; i < count; ++i) {
        const double normal = random.normal(2);
        sum += normal;
        squares += normal * normal;
        even += random.uniform(1, 3);
    }
    EXPECT_NEAR(sum / count, 0, 0.06);
    EXPECT_NEAR(squares / count, 4, 0.2);
    EXPECT_NEAR(even / count, 2, 0.02);
}

TEST(Random, WholeNumbersReachBothEnds) {
    Random random(1, 2);
    std::set<std::int64_t> seen;
    for (int i = 0; i < 200; ++i)
        seen.insert(random.whole({-1, 3}));
    EXPECT_EQ(seen, (std::set<std::int64_t>{-1, 0, 1, 2, 3}));
}

TEST(Random, WeightsAreProbabilities) {
    Random random(1, 3);
    std::vector<int> counts(4);
    for (int i = 0; i < 8000; ++i)
        ++counts[random.weighted({1, 0, 3, 0})];
    EXPECT_NEAR(counts[0], 2000, 200);
    EXPECT_NEAR(counts[2], 6000, 200);
    EXPECT_EQ(counts[1] + counts[3], 0);
}

TEST(Random, PermutationsHaveEveryNumberOnce) {
    Random random(1, 4);
    auto order = random.permutation(6, 6);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
    std::set<std::int64_t> first;
    for (int i = 0; i < 200; ++i)
        first.insert(random.permutation(6, 1).at(0));
    EXPECT_EQ(first.size(), 6U);
}

}  // namespace
}  // namespace ausm::train::test
