// SPDX-License-Identifier: MIT
// Tracks against objects on tiny frames, by hand.
#include "eval/track_scores.h"

#include "tiny_frames.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ausm::eval {
namespace {

using test::counted;
using test::row;

std::vector<double> js(const ObjectTrack& object) {
    std::vector<double> values;
    for (const auto& frame : object.frames)
        values.push_back(frame.j);
    return values;
}

using Values = std::vector<double>;

TEST(TrackScores, ByNumber) {
    TrackScores scores(2);
    scores.add({row({1, 1, 0, 2, 0, 0}), counted()}, row({1, 1, 0, 2, 2, 2}));
    scores.add({row({1, 0, 0, 0, 0, 0}), counted()},
               row({1, 1, 0, 0, 0, 0}));  // object 2 is not there, nor is its track
    scores.add({row({0, 0, 0, 2, 2, 0}), counted()}, row({0, 0, 0, 0, 0, 0}));
    const auto objects = scores.by_number();
    ASSERT_EQ(objects.size(), 2U);
    EXPECT_EQ(objects[0].track, 1);
    EXPECT_EQ(js(objects[0]), (Values{1, 0.5, 1}));
    EXPECT_EQ(objects[1].track, 2);
    EXPECT_EQ(js(objects[1]), (Values{1.0 / 3, 1, 0}));
    EXPECT_EQ(objects[1].frames[1].f, 1);  // two empty masks
    EXPECT_EQ(scores.frames(), 3);
    EXPECT_EQ(scores.tracks(), 2U);
    EXPECT_DOUBLE_EQ(scores.tracks_per_frame(), 4.0 / 3);
}

TEST(TrackScores, ANumberWithoutATrackHasEmptyMasks) {
    TrackScores scores(2);
    scores.add({row({1, 1, 0}), counted()}, row({1, 1, 2}));
    scores.add({row({1, 1, 0}), counted()}, row({1, 1, 0}));
    const auto second = scores.by_number()[1];
    EXPECT_EQ(second.track, 0);
    EXPECT_EQ(js(second), (Values{0, 1}));
}

TEST(TrackScores, BestAssignsEachTrackOnce) {
    TrackScores scores(2);
    // Track 7 is object 2 and a part of object 1; track 8 is the rest of object 1.
    scores.add({row({1, 1, 2, 0, 1, 1}), counted(7)}, row({1, 1, 1, 0, 2, 2}));
    scores.add({row({2, 2, 2, 0, 1, 1}), counted(7)}, row({1, 1, 1, 0, 2, 2}));
    const auto objects = scores.best();
    EXPECT_EQ(objects[0].track, 8);
    EXPECT_EQ(js(objects[0]), (Values{1.0 / 3, 1}));
    EXPECT_EQ(objects[1].track, 7);
    EXPECT_EQ(js(objects[1]), (Values{0.5, 1}));
}

TEST(TrackScores, ATrackThatComesLateOrLeavesIsEmptyElsewhere) {
    TrackScores scores(1);
    scores.add({row({0, 0, 0}), counted()}, row({1, 1, 0}));
    scores.add({row({1, 1, 0}), counted()}, row({1, 1, 0}));
    scores.add({row({0, 0, 0}), counted()}, row({0, 0, 0}));
    EXPECT_EQ(js(scores.best()[0]), (Values{0, 1, 1}));
}

TEST(TrackScores, FewerTracksThanObjects) {
    TrackScores scores(3);
    scores.add({row({0, 0, 1, 1, 0}), counted(5)}, row({1, 0, 2, 2, 3}));
    const auto objects = scores.best();
    EXPECT_EQ(objects[0].track, 0);
    EXPECT_EQ(objects[1].track, 5);
    EXPECT_EQ(objects[2].track, 0);
    EXPECT_EQ(js(objects[2]), (Values{0}));
    TrackScores none(1);
    none.add({row({0, 0}), counted()}, row({1, 0}));
    EXPECT_EQ(none.best()[0].track, 0);
}

TEST(TrackScores, ProposalsAreTheTwentyLargestTracks) {
    std::vector<std::uint8_t> values;
    for (std::uint8_t track = 1; track <= 22; ++track)
        values.insert(values.end(), track == 3 || track == 9 ? 1 : 2, track);
    TrackScores scores(1);
    scores.add({row(values), counted()}, row(std::vector<std::uint8_t>(values.size(), 1)));
    const auto proposals = scores.proposals();
    ASSERT_EQ(proposals.size(), TrackScores::kMaxProposals);
    EXPECT_EQ(std::vector(proposals.begin(), proposals.begin() + 4), (std::vector<std::int64_t>{1, 2, 4, 5}));
    EXPECT_EQ(proposals.back(), 22);
}

TEST(TrackScores, AValueCanChangeItsTrack) {
    TrackScores scores(1);
    scores.add({row({1, 0}), counted(1)}, row({1, 0}));
    scores.add({row({1, 0}), counted(9)}, row({1, 0}));
    EXPECT_EQ(scores.tracks(), 2U);
    EXPECT_EQ(js(scores.best()[0]), (Values{1, 0}));  // of equal ones the older
}

TEST(TrackScores, RefusesAnotherSize) {
    TrackScores scores(1);
    EXPECT_THROW(scores.add({row({1, 0}), counted()}, row({1, 0, 0})), std::invalid_argument);
    EXPECT_EQ(scores.frames(), 0);
}

}  // namespace
}  // namespace ausm::eval
