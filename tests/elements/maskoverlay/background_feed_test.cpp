// SPDX-License-Identifier: MIT
// Two streams meet, and a third thread flushes, unlinks and stops them: nobody is left waiting, nothing is lost.
#include "elements/maskoverlay/background_feed.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace {

using ausm::gst::Owned;
using ausm::gst::overlay::BackgroundFeed;
using ausm::gst::overlay::FedPicture;

constexpr GstClockTime kFrame = GST_SECOND / 25;

FedPicture picture(GstClockTime begin) {
    FedPicture fed;
    fed.buffer.reset(gst_buffer_new());
    GST_BUFFER_PTS(fed.buffer.get()) = begin;
    fed.begin = begin;
    fed.end = begin + kFrame;
    return fed;
}

TEST(BackgroundFeed, GivesEveryPictureInStepFromAnotherThread) {
    BackgroundFeed feed;
    feed.start();
    feed.link();
    constexpr int kPictures = 2000;
    std::thread other([&] {
        for (int i = 0; i < kPictures; ++i)
            EXPECT_EQ(feed.push(picture(static_cast<GstClockTime>(i) * kFrame)), GST_FLOW_OK);
        feed.end();
    });
    for (int i = 0; i < kPictures + 2; ++i) {
        const auto behind = feed.picture_at(static_cast<GstClockTime>(i) * kFrame);
        ASSERT_TRUE(behind.picture);
        EXPECT_EQ(behind.picture->begin, static_cast<GstClockTime>(std::min(i, kPictures - 1)) * kFrame);
        EXPECT_FALSE(behind.overdue);
    }
    other.join();
}

TEST(BackgroundFeed, BearsFlushesUnlinkingAndStopsAtAnyMoment) {
    BackgroundFeed feed;
    feed.start();
    feed.link();
    std::atomic<bool> done = false;
    std::atomic<int> taken = 0, shown = 0;
    std::thread other([&] {
        for (GstClockTime time = 0; !done; time += kFrame) {
            taken += feed.push(picture(time)) == GST_FLOW_OK;
            std::this_thread::yield();
        }
    });
    std::thread video([&] {
        for (GstClockTime time = 0; !done; time += kFrame) {
            const auto behind = feed.picture_at(time);
            shown += behind.picture && GST_BUFFER_PTS(behind.picture->buffer.get()) == behind.picture->begin;
            std::this_thread::yield();
        }
    });
    for (int round = 0; round < 300; ++round) {
        feed.start_flush();
        feed.stop_flush();
        feed.start_video_flush();
        feed.stop_video_flush();
        if (round % 3 == 0) {
            feed.unlink();
            feed.link();
        }
        if (round % 7 == 0) {
            feed.stop();
            feed.start();
        }
        EXPECT_TRUE(feed.is_linked());
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    done = true;
    feed.stop();
    other.join();
    video.join();
    EXPECT_GT(taken, 0);
    EXPECT_GT(shown, 0);
}

}  // namespace
