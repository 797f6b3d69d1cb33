// SPDX-License-Identifier: MIT
// Absence, return and swaps on rows of 10,000 pixels: 5 are few, 10 are visible.
#include "eval/clip_scores.h"

#include "tiny_frames.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace ausm::eval {
namespace {

struct Span {
    int value, begin, end;
};

io::IndexPicture picture(const std::vector<Span>& spans) {
    std::vector<std::uint8_t> values(10'000);
    for (const auto& span : spans)
        std::fill(values.begin() + span.begin, values.begin() + span.end, static_cast<std::uint8_t>(span.value));
    return test::row(std::move(values));
}

/// One frame after the first.
ClipScores after_first(int objects) {
    ClipScores scores(objects);
    scores.add({picture({}), test::counted()}, picture({{1, 0, 100}}));
    return scores;
}

void add(ClipScores& scores, const std::vector<Span>& mask, const std::vector<Span>& truth) {
    scores.add({picture(mask), test::counted()}, picture(truth));
}

double value(const ClipCounts& counts, const std::string& key) {
    const auto figures = clip_figures(counts);
    const auto* figure = find(figures, key);
    if (figure == nullptr)
        ADD_FAILURE() << key;
    return figure == nullptr ? -1 : figure->value;
}

TEST(ClipScores, FalseMasksAreThoseOfAbsentObjects) {
    auto scores = after_first(1);
    add(scores, {{1, 0, 200}}, {});           // false, 2 % of the picture
    add(scores, {{1, 0, 6}}, {});             // false, 0.06 %
    add(scores, {{1, 0, 5}}, {});             // few pixels are none
    add(scores, {}, {});                      // right
    add(scores, {{1, 0, 200}}, {{1, 0, 9}});  // neither absent nor visible
    const auto counts = scores.counts();
    EXPECT_EQ(counts.absent, 4);
    EXPECT_EQ(counts.false_masks, 2);
    EXPECT_EQ(counts.visible, 0);
    EXPECT_DOUBLE_EQ(value(counts, "false-masks"), 50);
    EXPECT_DOUBLE_EQ(value(counts, "false-mask-area"), 1.03);
    EXPECT_EQ(find(clip_figures(counts), "false-absences"), nullptr) << "it is never visible";
}

TEST(ClipScores, FalseAbsencesAreThoseOfVisibleObjects) {
    auto scores = after_first(1);
    add(scores, {}, {{1, 0, 100}});               // none
    add(scores, {{1, 500, 600}}, {{1, 0, 100}});  // elsewhere
    add(scores, {{1, 0, 9}}, {{1, 0, 100}});      // IoU 0.09
    add(scores, {{1, 0, 10}}, {{1, 0, 100}});     // IoU 0.1 is enough
    add(scores, {{1, 0, 80}}, {{1, 0, 100}});
    add(scores, {{1, 0, 5}}, {{1, 0, 10}});  // IoU 0.5, but few pixels
    const auto counts = scores.counts();
    EXPECT_EQ(counts.visible, 6);
    EXPECT_EQ(counts.false_absences, 4);
    EXPECT_NEAR(value(counts, "J-visible"), 100 * (0.09 + 0.1 + 0.8 + 0.5) / 6, 1e-9);
    EXPECT_EQ(counts.returns, 0) << "it was never away";
}

TEST(ClipScores, RecoveryIsCountedFromTheReturn) {
    auto scores = after_first(1);
    const std::vector<Span> there{{1, 0, 100}}, half{{1, 0, 50}}, most{{1, 0, 51}};
    add(scores, {}, {});
    add(scores, half, there);  // back; J of 0.5 is not above one half
    add(scores, half, there);
    add(scores, most, there);  // after two frames
    add(scores, half, there);  // it was followed: this is no return
    add(scores, {}, {});
    add(scores, most, there);  // at once
    add(scores, {}, {});
    add(scores, half, there);  // leaves again before it is followed
    add(scores, {}, {});
    add(scores, half, there);  // the clip ends
    const auto counts = scores.counts();
    EXPECT_EQ(counts.returns, 4);
    EXPECT_EQ(counts.recovered, 2);
    EXPECT_DOUBLE_EQ(value(counts, "recovered"), 50);
    EXPECT_DOUBLE_EQ(value(counts, "recovery-frames"), 1);
}

TEST(ClipScores, AMaskOnAnotherObjectIsASwap) {
    auto scores = after_first(3);
    const std::vector<Span> truth{{1, 0, 100}, {2, 200, 300}, {3, 400, 500}};
    add(scores, {{1, 0, 100}, {2, 200, 300}}, truth);
    add(scores, {{1, 200, 300}, {2, 0, 100}}, truth);                // both, a switch each
    add(scores, {{1, 200, 300}, {2, 0, 100}}, truth);                // still
    add(scores, {{1, 400, 500}, {2, 200, 300}}, truth);              // 1 goes on to 3, 2 comes back
    add(scores, {{1, 0, 60}, {1, 200, 250}, {2, 290, 296}}, truth);  // more on its own
    add(scores, {{2, 0, 5}, {3, 600, 700}}, truth);                  // few pixels are no mask; nobody's ground
    const auto counts = scores.counts();
    EXPECT_EQ(counts.masks, 11);
    EXPECT_EQ(counts.swapped, 5);
    EXPECT_EQ(counts.switches, 3);
    EXPECT_EQ(counts.several, 1);
    EXPECT_EQ(counts.without_swap, 0);
}

TEST(ClipScores, AMaskOfAnAbsentObjectOnAnotherIsASwapToo) {
    auto scores = after_first(2);
    add(scores, {{1, 200, 300}}, {{2, 200, 300}});
    EXPECT_EQ(scores.counts().swapped, 1);
    EXPECT_EQ(scores.counts().false_masks, 1);
    EXPECT_EQ(scores.counts().false_absences, 1) << "of object 2";
}

TEST(ClipScores, OneObjectCannotBeSwapped) {
    auto scores = after_first(1);
    add(scores, {{1, 200, 300}}, {{1, 0, 100}});
    EXPECT_EQ(scores.counts().masks, 0);
    EXPECT_EQ(find(clip_figures(scores.counts()), "clips-without-swap"), nullptr);
}

TEST(ClipScores, ClipsAreAddedUp) {
    auto one = after_first(2), other = after_first(2);
    add(one, {{1, 0, 100}}, {{1, 0, 100}});
    add(other, {{1, 200, 300}}, {{1, 0, 100}, {2, 200, 300}});
    auto sum = one.counts();
    sum += other.counts();
    EXPECT_EQ(sum.clips, 2);
    EXPECT_DOUBLE_EQ(value(sum, "clips-without-swap"), 50);
    EXPECT_DOUBLE_EQ(value(sum, "switches"), 0.5);
    EXPECT_DOUBLE_EQ(value(sum, "swapped-frames"), 50);
    EXPECT_EQ(value(sum, "visible-frames"), 3);
}

TEST(ClipScores, RefusesAnotherSize) {
    ClipScores scores(1);
    EXPECT_THROW(scores.add({test::row({1, 0}), test::counted()}, test::row({1})), std::invalid_argument);
}

}  // namespace
}  // namespace ausm::eval
