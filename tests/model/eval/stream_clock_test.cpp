// SPDX-License-Identifier: MIT
// Which frames a busy model takes, and what is there when each one arrives.
#include "eval/stream_clock.h"

#include <gtest/gtest.h>

namespace ausm::eval {
namespace {

using Frames = std::vector<int>;

StreamSchedule steady(int frames, double fps, double milliseconds) {
    return stream_schedule(frames, fps, [milliseconds](int) { return milliseconds * 1e-3; });
}

TEST(StreamClock, WithoutAnyDelayEachFrameHasItsOwnMask) {
    const auto schedule = steady(4, 25, 0);
    EXPECT_EQ(schedule.segmented, (Frames{0, 1, 2, 3}));
    EXPECT_EQ(schedule.shown, (Frames{0, 1, 2, 3}));
    EXPECT_EQ(schedule.share(), 1);
}

TEST(StreamClock, AFastModelIsOneFrameLate) {
    for (const double milliseconds : {5., 39., 40.}) {  // 40 ms: finished just when the next frame arrives
        const auto schedule = steady(4, 25, milliseconds);
        EXPECT_EQ(schedule.segmented, (Frames{0, 1, 2, 3})) << milliseconds;
        EXPECT_EQ(schedule.shown, (Frames{-1, 0, 1, 2})) << milliseconds;
    }
}

TEST(StreamClock, ABusyModelSkipsToTheNewestFrame) {
    // Frames every 40 ms; begins at 0, 90, 180, 270, 360 and is finished 90 ms later.
    const auto schedule = steady(10, 25, 90);
    EXPECT_EQ(schedule.segmented, (Frames{0, 2, 4, 6, 9}));
    EXPECT_EQ(schedule.shown, (Frames{-1, -1, -1, 0, 0, 2, 2, 4, 4, 6}));
    EXPECT_EQ(schedule.share(), 0.5);
}

TEST(StreamClock, SlightlyTooSlowSkipsAFrameNowAndThen) {
    // Frames every 100 ms; begins at 0, 130, 260, 390, 520.
    const auto schedule = steady(6, 10, 130);
    EXPECT_EQ(schedule.segmented, (Frames{0, 1, 2, 3, 5}));
    EXPECT_EQ(schedule.shown, (Frames{-1, -1, 0, 1, 2, 2}));
}

TEST(StreamClock, TimesMayDiffer) {
    // Frame 0 takes 250 ms, as with a prompt; the others 20.
    Frames asked;
    const auto schedule = stream_schedule(6, 10, [&](int frame) {
        asked.push_back(frame);
        return frame == 0 ? 0.25 : 0.02;
    });
    EXPECT_EQ(asked, schedule.segmented);
    EXPECT_EQ(schedule.segmented, (Frames{0, 2, 3, 4, 5}));
    EXPECT_EQ(schedule.shown, (Frames{-1, -1, -1, 2, 3, 4}));
}

TEST(StreamClock, ASlowerModelThanTheStreamIsLong) {
    const auto schedule = steady(3, 25, 1000);
    EXPECT_EQ(schedule.segmented, (Frames{0, 2}));
    EXPECT_EQ(schedule.shown, (Frames{-1, -1, -1}));
    EXPECT_EQ(steady(1, 25, 1000).segmented, Frames{0});
}

}  // namespace
}  // namespace ausm::eval
