// SPDX-License-Identifier: MIT
// Parts of a stream, by hand.
#include "eval/stream_figures.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ausm::eval {
namespace {

/// J&F of frame i is `first` + i * `step`; J is 0.1 below it, F 0.1 above.
std::vector<DavisScore> rising(int frames, double first, double step) {
    std::vector<DavisScore> scores;
    for (int i = 0; i < frames; ++i)
        scores.push_back({first + step * i - 0.1, first + step * i + 0.1});
    return scores;
}

TEST(TenthFigures, ByHand) {
    // 23 frames: tenths of 2, 2, 2, 3, 2, 2, 3, 2, 2, 3.
    const auto figures = tenth_figures(rising(23, 0.2, 0.01));
    ASSERT_EQ(figures.size(), 10U);
    EXPECT_EQ(figures[0].key, "tenth-1");
    EXPECT_NEAR(figures[0].value, 20.5, 1e-9);  // frames 0 and 1
    EXPECT_NEAR(figures[3].value, 27, 1e-9);    // frames 6, 7 and 8
    EXPECT_NEAR(figures[9].value, 41, 1e-9);    // frames 20, 21 and 22
    EXPECT_TRUE(tenth_figures(rising(9, 0.2, 0)).empty());
    EXPECT_EQ(tenth_figures(rising(10, 0.2, 0)).size(), 10U);
}

TEST(TenthFigures, LastToFirst) {
    auto figures = tenth_figures(rising(10, 0.4, -0.02));
    add_last_to_first(figures);
    EXPECT_NEAR(find(figures, "last-to-first")->value, 0.55, 1e-9);
    figures = {percent("tenth-1", "", 0), percent("tenth-10", "", 0.5)};
    add_last_to_first(figures);
    EXPECT_EQ(find(figures, "last-to-first"), nullptr);
    Figures none;
    add_last_to_first(none);
    EXPECT_TRUE(none.empty());
}

TEST(AfterPrompt, TheFirstFifteenAgainstTheOthers) {
    const auto figures = after_prompt_figures(rising(20, 0.2, 0.01));
    ASSERT_EQ(figures.size(), 2U);
    EXPECT_EQ(figures[0].title, "15 after");
    EXPECT_NEAR(find(figures, "after-prompt")->value, 27, 1e-9);  // frames 0 to 14
    EXPECT_NEAR(find(figures, "later")->value, 37, 1e-9);         // frames 15 to 19
    EXPECT_EQ(after_prompt_figures(rising(15, 0.2, 0)).size(), 1U) << "nothing is later";
    EXPECT_NEAR(after_prompt_figures(rising(2, 0.2, 0.1))[0].value, 25, 1e-9);
    EXPECT_TRUE(after_prompt_figures({}).empty());
}

}  // namespace
}  // namespace ausm::eval
