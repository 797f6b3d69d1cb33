// SPDX-License-Identifier: MIT
// Means of what is there, a table with gaps, JSON.
#include "eval/figures.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ausm::eval {
namespace {

TEST(Figures, MeansAreOverTheSetsThatHaveOne) {
    const auto means = mean_of({{{"a", "A", 1}}, {{"a", "A", 2}, {"b", "B", 5, 1}}, {{"a", "A", 6}, {"b", "B", 7, 1}}});
    ASSERT_EQ(means.size(), 2U);
    EXPECT_DOUBLE_EQ(find(means, "a")->value, 3);
    EXPECT_DOUBLE_EQ(find(means, "b")->value, 6);
    EXPECT_EQ(find(means, "b")->digits, 1);
    EXPECT_EQ(find(means, "c"), nullptr);
    EXPECT_TRUE(mean_of({}).empty());
    EXPECT_TRUE(mean_of({{}, {}}).empty());
}

TEST(Figures, TableWithGapsAndWideTitles) {
    const auto text = figure_table(
        "what", {{"one", {{"a", "A", 1.005}, {"hidden", "", 3}}},
                 {"a name of more than twenty letters", {{"b", "quite wide", 12, 0}, percent("a", "A", 0.5)}}});
    EXPECT_EQ(text,
              "what                       A quite wide\n"
              "one                     1.00          -\n"
              "a name of more than    50.00         12\n");
}

TEST(Figures, JsonHasWholeNumbersWhereTheFigureIsOne) {
    const auto json = figures_json({{"count", "", 3, 0}, percent("share", "s", 0.25)});
    EXPECT_EQ(json.dump(), R"({"count":3,"share":25.0})");
}

}  // namespace
}  // namespace ausm::eval
