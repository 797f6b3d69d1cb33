// SPDX-License-Identifier: MIT
// The best one-to-one assignment of objects to tracks.
#pragma once

#include <vector>

namespace ausm::math {

/// The column of every row, each column at most once, so that the sum of gain[row][column] is largest (H. W. Kuhn, The
/// Hungarian method for the assignment problem, 1955; shortest augmenting paths, O(rows^2 columns)). Throws
/// std::invalid_argument when rows differ in length, there are fewer columns than rows, or a gain is not finite.
[[nodiscard]] std::vector<int> best_assignment(const std::vector<std::vector<double>>& gain);

}  // namespace ausm::math
