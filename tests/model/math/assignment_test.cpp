// SPDX-License-Identifier: MIT
// Best assignments worked out by hand, and against all permutations.
#include "math/assignment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>

namespace ausm::math {
namespace {

using Table = std::vector<std::vector<double>>;

TEST(BestAssignment, TheGreedyChoiceIsNotTheBest) {
    // Greedy: 0.9 + 0.1 = 1.0; best: 0.8 + 0.7 = 1.5.
    EXPECT_EQ(best_assignment({{0.9, 0.8}, {0.7, 0.1}}), (std::vector<int>{1, 0}));
}

TEST(BestAssignment, MoreColumnsThanRows) {
    EXPECT_EQ(best_assignment({{0.1, 0.2, 0.9}}), (std::vector<int>{2}));
    EXPECT_EQ(best_assignment({{0.5, 0.9, 0.0, 0.0}, {0.0, 0.8, 0.1, 0.0}}), (std::vector<int>{0, 1}));
}

TEST(BestAssignment, NegativeAndEqualGains) {
    EXPECT_EQ(best_assignment({{-5, -1}, {-2, -9}}), (std::vector<int>{1, 0}));
    const auto columns = best_assignment({{1, 1, 1}, {1, 1, 1}, {1, 1, 1}});
    EXPECT_TRUE(std::is_permutation(columns.begin(), columns.end(), std::vector<int>{0, 1, 2}.begin()));
}

TEST(BestAssignment, NothingToAssign) { EXPECT_TRUE(best_assignment({}).empty()); }

TEST(BestAssignment, RefusesWhatIsNoTable) {
    EXPECT_THROW((void)best_assignment({{1}, {2}}), std::invalid_argument);
    EXPECT_THROW((void)best_assignment({{1, 2}, {3}}), std::invalid_argument);
    EXPECT_THROW((void)best_assignment({{std::numeric_limits<double>::quiet_NaN()}}), std::invalid_argument);
}

double sum(const Table& gain, const std::vector<int>& columns) {
    double total = 0;
    for (std::size_t row = 0; row < gain.size(); ++row)
        total += gain[row][static_cast<std::size_t>(columns[row])];
    return total;
}

TEST(BestAssignment, AgreesWithAllPermutations) {
    std::mt19937 random(3);
    for (int round = 0; round < 200; ++round) {
        const std::size_t rows = 1 + random() % 4, columns = rows + random() % 3;
        Table gain(rows, std::vector<double>(columns));
        for (auto& row : gain)
            for (auto& value : row)
                value = static_cast<double>(random() % 8);  // ties are frequent
        std::vector<int> order(columns);
        std::iota(order.begin(), order.end(), 0);
        double best = 0;
        do
            best = std::max(best, sum(gain, order));
        while (std::next_permutation(order.begin(), order.end()));
        const auto found = best_assignment(gain);
        EXPECT_EQ(sum(gain, found), best);
        auto sorted = found;
        std::sort(sorted.begin(), sorted.end());
        EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end()), sorted.end()) << "a column is used twice";
    }
}

}  // namespace
}  // namespace ausm::math
