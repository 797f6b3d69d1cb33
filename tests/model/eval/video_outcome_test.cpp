// SPDX-License-Identifier: MIT
// One video's figures, of tiny frames by hand.
#include "eval/video_outcome.h"

#include "tiny_frames.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ausm::eval {
namespace {

using test::counted;
using test::row;

TEST(VideoOutcome, PromptedLeavesOutTheFirstAndTheLastFrame) {
    TrackScores scores(2);
    scores.add({row({0, 0, 0, 0}), counted()}, row({1, 0, 2, 0}));
    scores.add({row({1, 1, 2, 0}), counted()}, row({1, 0, 2, 0}));
    scores.add({row({0, 0, 0, 0}), counted()}, row({1, 0, 2, 0}));
    const auto outcome = video_outcome("dog", 3, scores, {});
    EXPECT_EQ(outcome.name, "dog");
    EXPECT_EQ(outcome.seed, 3U);
    EXPECT_EQ(outcome.frames, 3);
    ASSERT_EQ(outcome.objects.size(), 2U);
    EXPECT_EQ(outcome.objects[0].score.frames, 1);
    EXPECT_DOUBLE_EQ(outcome.objects[0].score.mean.j, 0.5);
    EXPECT_DOUBLE_EQ(outcome.objects[1].score.mean.j, 1);
    EXPECT_EQ(outcome.objects[1].track, 2);
    EXPECT_TRUE(outcome.figures.empty());
}

TEST(VideoOutcome, AsksForPartsOfTheStream) {
    TrackScores scores(1);
    for (int i = 0; i < 19; ++i)  // 17 count; wrong from the seventeenth on
        scores.add({row({i < 16 ? std::uint8_t{1} : std::uint8_t{0}, 0}), counted()}, row({1, 0}));
    const auto outcome = video_outcome("dog", 0, scores, {.tenths = true, .after_prompt = true});
    const auto& figures = outcome.objects[0].figures;
    EXPECT_EQ(figures.size(), 12U);
    EXPECT_DOUBLE_EQ(find(figures, "after-prompt")->value, 100);
    EXPECT_DOUBLE_EQ(find(figures, "later")->value, 0);
    EXPECT_DOUBLE_EQ(find(figures, "tenth-10")->value, 0);
    EXPECT_TRUE(video_outcome("dog", 0, scores, {}).objects[0].figures.empty());
}

TEST(VideoOutcome, DiscoveryCountsAllFramesAndTracks) {
    TrackScores scores(1);
    scores.add({row({2, 0, 1, 0}), counted()}, row({1, 0, 0, 0}));
    scores.add({row({2, 0, 0, 0}), counted()}, row({1, 0, 0, 0}));
    const auto outcome = video_outcome("dog", 0, scores, {.discovery = true});
    ASSERT_EQ(outcome.objects.size(), 1U);
    EXPECT_EQ(outcome.objects[0].track, 2);
    EXPECT_EQ(outcome.objects[0].score.frames, 2);
    EXPECT_DOUBLE_EQ(find(outcome.figures, "tracks")->value, 2);
    EXPECT_DOUBLE_EQ(find(outcome.figures, "objects-per-frame")->value, 1.5);
    EXPECT_DOUBLE_EQ(find(outcome.objects[0].figures, "fragments")->value, 1);
    EXPECT_DOUBLE_EQ(find(outcome.figures, "strays")->value, 1);
}

TEST(VideoOutcome, ALiveStreamStandsBesideIt) {
    VideoOutcome outcome, live;
    outcome.objects.resize(2);
    live.objects.resize(2);
    live.objects[0].score.mean = {0.5, 0.7};
    live.objects[1].score.mean = {0.1, 0.2};
    add_live(outcome, live, 0.25, 0.09);
    EXPECT_DOUBLE_EQ(find(outcome.objects[0].figures, "clock-J&F")->value, 60);
    EXPECT_DOUBLE_EQ(find(outcome.objects[1].figures, "clock-F")->value, 20);
    EXPECT_DOUBLE_EQ(find(outcome.figures, "segmented")->value, 25);
    EXPECT_DOUBLE_EQ(find(outcome.figures, "frame-time")->value, 90);
    live.objects.pop_back();
    EXPECT_THROW(add_live(outcome, live, 1, 0), std::invalid_argument);
}

TEST(VideoOutcome, ThereMustBeAFrameThatCounts) {
    TrackScores scores(1);
    scores.add({row({1}), counted()}, row({1}));
    EXPECT_THROW((void)video_outcome("dog", 0, scores, {}), std::invalid_argument);
}

}  // namespace
}  // namespace ausm::eval
