// SPDX-License-Identifier: MIT
// Named numbers: the columns of a report's table and the members of its JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace ausm::eval {

struct Figure {
    std::string key;    ///< in JSON
    std::string title;  ///< of its column; empty: in JSON alone
    double value = 0;   ///< as it is read: percent, frames, ...
    int digits = 2;     ///< after the point, in the table; 0: a whole number, in JSON too
};
using Figures = std::vector<Figure>;

/// A share of 0 to 1 as percent.
[[nodiscard]] Figure percent(std::string key, std::string title, double share);

/// null: there is none of this key.
[[nodiscard]] const Figure* find(const Figures& figures, const std::string& key);

/// The mean of each figure over the sets that have it, in the order in which they come first.
[[nodiscard]] Figures mean_of(const std::vector<Figures>& sets);

/// One line of a table.
struct FigureRow {
    std::string name;
    Figures figures;
};

/// A line of titles with `head` over the names, and a line for each row; "-" where a row lacks a figure that another
/// one has.
[[nodiscard]] std::string figure_table(const std::string& head, const std::vector<FigureRow>& rows);

[[nodiscard]] nlohmann::ordered_json figures_json(const Figures& figures);

}  // namespace ausm::eval
