// SPDX-License-Identifier: MIT
// Rows join one by one; each finds the cheapest alternating path to a free column under the prices so far.
#include "math/assignment.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace ausm::math {
namespace {

void check(const std::vector<std::vector<double>>& gain) {
    for (const auto& row : gain) {
        if (row.size() != gain.front().size() || row.size() < gain.size())
            throw std::invalid_argument("an assignment needs a full table with at least as many columns as rows");
        if (!std::all_of(row.begin(), row.end(), [](double value) { return std::isfinite(value); }))
            throw std::invalid_argument("a gain is not finite");
    }
}

/// Costs are -gain + offsets; a matched pair has cost 0, every other pair at least 0.
class Matching {
public:
    explicit Matching(const std::vector<std::vector<double>>& gain)
        : gain_(gain), columns_(static_cast<int>(gain.front().size())), row_price_(gain.size()),
          column_price_(gain.front().size()), row_of_(gain.front().size(), -1) {}

    void add(int row) {
        std::vector<double> distance(row_of_.size(), std::numeric_limits<double>::infinity());
        std::vector<int> previous(row_of_.size(), -1);  // the column before on the cheapest path; -1: from `row`
        std::vector<bool> done(row_of_.size());
        int from = -1, at = row;
        double length = 0;
        for (;;) {
            int next = -1;
            for (int column = 0; column < columns_; ++column) {
                const auto c = static_cast<std::size_t>(column);
                if (done[c])
                    continue;
                if (const double reached = length + cost(at, column); reached < distance[c]) {
                    distance[c] = reached;
                    previous[c] = from;
                }
                if (next < 0 || distance[c] < distance[static_cast<std::size_t>(next)])
                    next = column;
            }
            length = distance[static_cast<std::size_t>(next)];
            done[static_cast<std::size_t>(next)] = true;
            from = next;
            at = row_of_[static_cast<std::size_t>(next)];
            if (at < 0)
                break;
        }
        move_prices(row, distance, done, length);
        for (int column = from; column >= 0;) {
            const auto c = static_cast<std::size_t>(column);
            row_of_[c] = previous[c] < 0 ? row : row_of_[static_cast<std::size_t>(previous[c])];
            column = previous[c];
        }
    }
    [[nodiscard]] std::vector<int> column_of() const {
        std::vector<int> result(gain_.size(), -1);
        for (int column = 0; column < columns_; ++column)
            if (const int row = row_of_[static_cast<std::size_t>(column)]; row >= 0)
                result[static_cast<std::size_t>(row)] = column;
        return result;
    }

private:
    [[nodiscard]] double cost(int row, int column) const {
        const auto r = static_cast<std::size_t>(row), c = static_cast<std::size_t>(column);
        return -gain_[r][c] - row_price_[r] - column_price_[c];
    }
    /// Keeps all costs at 0 or above and makes those along the path 0. The matching is still the one before `row`.
    void move_prices(int row, const std::vector<double>& distance, const std::vector<bool>& done, double length) {
        row_price_[static_cast<std::size_t>(row)] += length;
        for (std::size_t c = 0; c < done.size(); ++c) {
            if (!done[c])
                continue;
            const double spare = length - distance[c];
            column_price_[c] -= spare;
            if (row_of_[c] >= 0)
                row_price_[static_cast<std::size_t>(row_of_[c])] += spare;
        }
    }

    const std::vector<std::vector<double>>& gain_;
    int columns_;
    std::vector<double> row_price_, column_price_;
    std::vector<int> row_of_;  // of each column; -1: free
};

}  // namespace

std::vector<int> best_assignment(const std::vector<std::vector<double>>& gain) {
    if (gain.empty())
        return {};
    check(gain);
    Matching matching(gain);
    for (int row = 0; row < static_cast<int>(gain.size()); ++row)
        matching.add(row);
    return matching.column_of();
}

}  // namespace ausm::math
