// SPDX-License-Identifier: MIT
// Segments, rates, gaps and still pictures: what ausmsegment does with time.
#include "../segment.h"

#include <gtest/gtest.h>

using namespace ausm::test;

namespace {

struct Time : testing::Test {
    Segment segment;

    void push_segment(double rate, GstClockTime start, GstClockTime stop) const {
        GstSegment new_segment;
        gst_segment_init(&new_segment, GST_FORMAT_TIME);
        new_segment.rate = rate;
        new_segment.start = new_segment.time = start;
        new_segment.stop = stop;
        ASSERT_TRUE(gst_harness_push_event(segment.get(), gst_event_new_segment(&new_segment)));
    }
    /// The next event of that type that has come out.
    [[nodiscard]] Owned<GstEvent> event(GstEventType type) const {
        while (Owned<GstEvent> next{gst_harness_try_pull_event(segment.get())})
            if (GST_EVENT_TYPE(next.get()) == type)
                return next;
        return nullptr;
    }
};

TEST_F(Time, FramesThatGoBackwardsAreSegmentedInTheOrderInWhichTheyCome) {
    push_segment(-1, 0, GST_SECOND);
    segment.show(9, 20);
    const auto appeared = segment.message(GST_MESSAGE_ELEMENT, "ausm-object");
    ASSERT_TRUE(appeared);
    GstClockTime stream_time = 0;
    gst_structure_get_clock_time(gst_message_get_structure(appeared.get()), "stream-time", &stream_time);
    EXPECT_EQ(stream_time, 20 * GST_SECOND / 25);
    for (int i = 19; i > 15; --i) {
        const auto buffer = segment.pass(i);
        EXPECT_EQ(ids(buffer.get()), (std::set<gint64>{9}));
        EXPECT_EQ(GST_BUFFER_PTS(buffer.get()), static_cast<GstClockTime>(i) * GST_SECOND / 25);
    }
}

TEST_F(Time, ASegmentWithoutAFlushForgetsNothing) {
    segment.show(9, 0);
    push_segment(1, 4 * GST_SECOND, GST_CLOCK_TIME_NONE);
    EXPECT_EQ(ids(segment.pass(100).get()), (std::set<gint64>{9}));
    push_segment(2, 8 * GST_SECOND, GST_CLOCK_TIME_NONE);
    EXPECT_EQ(ids(segment.pass(200).get()), (std::set<gint64>{9}));
}

TEST_F(Time, AnInstantRateChangeGoesThrough) {
    segment.show(9, 0);
    ASSERT_TRUE(gst_harness_push_event(segment.get(), gst_event_new_instant_rate_change(2, GST_SEGMENT_FLAG_NONE)));
    EXPECT_TRUE(event(GST_EVENT_INSTANT_RATE_CHANGE));
    EXPECT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{9}));
}

TEST_F(Time, AGapGoesThroughAndForgetsNothing) {
    segment.show(9, 0);
    ASSERT_TRUE(gst_harness_push_event(segment.get(), gst_event_new_gap(GST_SECOND / 25, GST_SECOND)));
    EXPECT_TRUE(event(GST_EVENT_GAP));
    EXPECT_EQ(ids(segment.pass(30).get()), (std::set<gint64>{9}));
}

TEST_F(Time, AStillPictureIsAStreamOfOneFrame) {
    segment.caps("video/x-raw,format=RGB,width=96,height=64,framerate=0/1");
    ASSERT_TRUE(add_prompt(segment, box(9)));
    auto picture = segment.picture(0);
    GST_BUFFER_DURATION(picture.get()) = GST_CLOCK_TIME_NONE;
    ASSERT_EQ(segment.push(std::move(picture)), GST_FLOW_OK);
    EXPECT_EQ(ids(segment.pull().get()), (std::set<gint64>{9}));
    ASSERT_TRUE(gst_harness_push_event(segment.get(), gst_event_new_eos()));
    EXPECT_TRUE(event(GST_EVENT_EOS));
}

TEST_F(Time, FramesWithoutTimestampsAreSegmentedToo) {
    for (int i = 0; i < 3; ++i) {
        auto picture = segment.picture(i);
        GST_BUFFER_PTS(picture.get()) = GST_BUFFER_DURATION(picture.get()) = GST_CLOCK_TIME_NONE;
        ASSERT_EQ(segment.push(std::move(picture)), GST_FLOW_OK);
        const auto buffer = segment.pull();
        EXPECT_FALSE(GST_BUFFER_PTS_IS_VALID(buffer.get()));
        EXPECT_NE(ids(buffer.get()), (std::set<gint64>{-1}));
    }
}

}  // namespace
