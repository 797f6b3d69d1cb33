// SPDX-License-Identifier: MIT
// What frames take, from scripted times: no clock runs here.
#include "session/step_clock.h"

#include <gtest/gtest.h>

#include <array>

namespace ausm {
namespace {

constexpr InputSize kSmall{256, 128}, kLarge{512, 256};  // a quarter of the pixels
constexpr std::int64_t kPixels = 640 * 360;

void add(StepClock& clock, InputSize size, int frames, double seconds, int streams = 1, int objects = 0) {
    for (int i = 0; i < frames; ++i)
        clock.add_batch({size, streams, objects}, seconds);
}

/// A clock that has seen enough frames of one size, one at a time.
void know(StepClock& clock, InputSize size, double seconds) {
    add(clock, size, StepClock::kWarmUp, 100 * seconds);
    add(clock, size, LatestTimes::kEnough, seconds);
}

double one(const StepClock& clock, InputSize size) { return clock.typical_seconds(kPixels, std::array{size}, 1); }

TEST(LatestTimes, NineteenOfTwentyLeaveOneOut) {
    LatestTimes times;
    EXPECT_EQ(times.most(), 0);
    for (int i = 1; i < 20; ++i) {
        times.add(i);
        EXPECT_EQ(times.most(), i) << "of fewer than twenty the longest";
    }
    times.add(1000);
    EXPECT_EQ(times.most(), 19);
    times.add(2000);
    EXPECT_EQ(times.most(), 1000) << "the twentieth of twenty-one: two are more than one of twenty";
}

TEST(LatestTimes, OldOnesAreForgotten) {
    LatestTimes times;
    for (int i = 0; i < 100; ++i)
        times.add(9);
    for (std::size_t i = 0; i < LatestTimes::kKept; ++i)
        times.add(1);
    EXPECT_EQ(times.most(), 1);
    EXPECT_EQ(times.count(), LatestTimes::kKept);
}

TEST(StepClock, NothingIsKnownBeforeAFrame) {
    StepClock clock;
    EXPECT_EQ(one(clock, kSmall), 0);
    clock.add_picture(kPixels, 0.25);
    EXPECT_EQ(one(clock, kSmall), 0) << "of the network nothing is known";
    EXPECT_FALSE(clock.knows(kSmall));
}

TEST(StepClock, FramesThatWarmUpOrCaptureAGraphAreNoMeasure) {
    StepClock clock;
    add(clock, kSmall, StepClock::kWarmUp, 3);
    EXPECT_EQ(one(clock, kSmall), 0);
    add(clock, kSmall, 40, 0.0625);
    EXPECT_EQ(one(clock, kSmall), 0.0625);
    add(clock, kSmall, StepClock::kWarmUp, 3, 1, 5);
    EXPECT_EQ(one(clock, kSmall), 0.0625) << "more objects warm up anew";
    EXPECT_TRUE(clock.knows(kSmall));
}

TEST(StepClock, OneHiccupIsNotTheLatency) {
    StepClock clock;
    know(clock, kSmall, 0.0625);
    clock.add_batch({kSmall}, 3);
    EXPECT_EQ(one(clock, kSmall), 0.0625);
}

TEST(StepClock, WhatTheCallerDoesIsAddedByThePicturesSize) {
    StepClock clock;
    know(clock, kSmall, 0.0625);
    for (std::size_t i = 0; i < LatestTimes::kEnough; ++i)
        clock.add_picture(kPixels, 0.125);
    EXPECT_EQ(one(clock, kSmall), 0.0625 + 0.125);
    EXPECT_EQ(clock.typical_seconds(4 * kPixels, std::array{kSmall}, 1), 0.0625 + 0.5);
}

TEST(StepClock, ASizeThatWasNotSeenIsTakenFromTheNearestUntilItWas) {
    StepClock clock;
    know(clock, kSmall, 0.25);
    EXPECT_EQ(one(clock, kLarge), 1) << "four times the pixels";
    EXPECT_FALSE(clock.knows(kLarge));
    add(clock, kLarge, StepClock::kWarmUp, 9);
    add(clock, kLarge, LatestTimes::kEnough - 1, 1.5);
    EXPECT_EQ(one(clock, kLarge), 1) << "not enough of its own";
    add(clock, kLarge, 1, 1.5);
    EXPECT_EQ(one(clock, kLarge), 1.5);
    EXPECT_EQ(one(clock, {544, 256}), 1.5 * 544 / 512) << "the nearest one, not the first one";
    EXPECT_EQ(one(clock, kSmall), 0.25);
}

TEST(StepClock, FewTimesAreBetterThanNone) {
    StepClock clock;
    add(clock, kSmall, StepClock::kWarmUp, 9);
    add(clock, kSmall, 1, 0.25);
    EXPECT_EQ(one(clock, kSmall), 0.25);
    EXPECT_EQ(one(clock, kLarge), 1);
    EXPECT_FALSE(clock.knows(kSmall));
}

TEST(StepClock, StreamsThatShareTheEngineWaitForEachOther) {
    StepClock clock;
    know(clock, kSmall, 0.25);
    know(clock, kLarge, 1.5);
    EXPECT_EQ(clock.typical_seconds(kPixels, std::array{kSmall, kSmall, kSmall}, 1), 0.75);
    EXPECT_EQ(clock.typical_seconds(kPixels, std::array{kSmall, kLarge, kSmall}, 1), 2);
}

TEST(StepClock, StreamsOfOneBatchAreComputedAtOnce) {
    StepClock clock;
    know(clock, kSmall, 0.25);
    const std::array five{kSmall, kSmall, kSmall, kSmall, kSmall};
    EXPECT_EQ(clock.typical_seconds(kPixels, five, 8), 8 * 0.25) << "not seen yet: in proportion, padded to eight";
    add(clock, kSmall, StepClock::kWarmUp, 9, 8);
    add(clock, kSmall, LatestTimes::kEnough, 0.5, 8);
    EXPECT_EQ(clock.typical_seconds(kPixels, five, 8), 0.5);
    EXPECT_EQ(clock.typical_seconds(kPixels, five, 4), 1) << "two rounds of what four in a batch take, at most";
    EXPECT_EQ(one(clock, kSmall), 0.25);
}

TEST(StepClock, SizesWithoutEndTakeNoMemoryWithoutEnd) {
    StepClock clock;
    for (int i = 1; i < 1000; ++i) {
        know(clock, {32 * i, 32}, 0.25);
        EXPECT_TRUE(clock.knows({32 * i, 32}));
    }
    EXPECT_FALSE(clock.knows({32, 32})) << "forgotten";
}

}  // namespace
}  // namespace ausm
