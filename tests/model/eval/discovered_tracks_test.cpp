// SPDX-License-Identifier: MIT
// Tracks of objects and of nothing, by hand.
#include "eval/discovered_tracks.h"

#include "tiny_frames.h"

#include <gtest/gtest.h>

namespace ausm::eval {
namespace {

using test::counted;
using test::row;
using Fragments = std::vector<int>;

TEST(DiscoveredTracks, FragmentsAndStrays) {
    const auto found = discovered_tracks(
        2, {{1, 3, {{0.5, 0.6, 0}, {0.2, 0.1, 0.9}}},        // object 1 on two of three frames
            {2, 2, {{0.1, 0.3}, {0, 0}}},                    // object 1
            {3, 1, {{0}, {0.8}}},                            // object 2
            {4, 4, {{0, 0, 0.5, 0}, {0, 0, 0, 0.5}}},        // nobody's: medians of 0
            {5, 2, {{0.09, 0.09}, {0.09, 0.05}}},            // nobody's: too little
            {6, 4, {{0.5, 0.4, 0, 0}, {0, 0, 0.5, 0.6}}}});  // half of each: neither an object's nor a stray
    EXPECT_EQ(found.fragments, (Fragments{2, 1}));
    EXPECT_EQ(found.strays, 2);
}

TEST(DiscoveredTracks, NothingIsFound) {
    const auto found = discovered_tracks(2, {});
    EXPECT_EQ(found.fragments, (Fragments{0, 0}));
    EXPECT_EQ(found.strays, 0);
}

TEST(DiscoveredTracks, OverlapsAreThoseOfTheFramesWithPixels) {
    TrackScores scores(2);
    scores.add({row({0, 0, 0, 0, 3, 3}), counted()}, row({1, 1, 2, 2, 0, 0}));
    scores.add({row({1, 1, 0, 0, 3, 3}), counted()}, row({1, 1, 2, 2, 0, 0}));
    scores.add({row({0, 0, 0, 0, 3, 3}), counted()}, row({1, 1, 2, 2, 0, 0}));
    scores.add({row({0, 1, 1, 0, 0, 0}), counted()}, row({1, 1, 2, 2, 0, 0}));
    const auto tracks = scores.overlaps();
    ASSERT_EQ(tracks.size(), 2U);
    EXPECT_EQ(tracks[0].track, 1);
    EXPECT_EQ(tracks[0].frames, 2U);
    EXPECT_EQ(tracks[0].j, (std::vector<std::vector<double>>{{1, 1. / 3}, {0, 1. / 3}}));
    EXPECT_EQ(tracks[1].frames, 3U);
    const auto found = discovered_tracks(2, tracks);
    EXPECT_EQ(found.fragments, (Fragments{1, 0}));
    EXPECT_EQ(found.strays, 1);
}

}  // namespace
}  // namespace ausm::eval
