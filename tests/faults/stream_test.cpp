// SPDX-License-Identifier: MIT
// What happens to a stream: flushes, seeks, ends, segments, times, late frames and changes of state, at any moment.
#include "../gst/temporary_folder.h"
#include "faults.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

using namespace ausm::test;

namespace {

const auto* const open_engine = testing::AddGlobalTestEnvironment(new OpenEngine);

/// All three elements, as they stand in a pipeline.
constexpr const char* kChain =
    "ausmprompt box=0.5,0.25,0.875,0.75 object=5 ! "
    "ausmsegment inference-size=64 latency=0 mode=prompted ! maskoverlay labels=false";

std::ptrdiff_t open_files() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

/// A new stream of frames without a pause on a thread of its own, until one is not taken, as a source would push them.
class Pusher {
public:
    explicit Pusher(Harness& harness)
        : thread_([this, &harness] {
              harness.new_stream(kCaps);
              GstFlowReturn flow = GST_FLOW_OK;
              for (int i = 0; flow == GST_FLOW_OK; ++i) {
                  flow = harness.push(harness.picture(i));
                  good_ += flow == GST_FLOW_OK && harness.pull() ? 1 : 0;
              }
              EXPECT_EQ(flow, GST_FLOW_FLUSHING);
          }) {}
    ~Pusher() { thread_.join(); }
    Pusher(const Pusher&) = delete;
    Pusher& operator=(const Pusher&) = delete;

    [[nodiscard]] int good() const { return good_; }

private:
    std::atomic<int> good_{0};
    std::thread thread_;
};

TEST(Stream, TheCapsChangeWithEveryFrameAndTheObjectStays) {
    Segment chain(kChain, kCaps);
    const char* formats[] = {"RGB", "NV12", "GRAY8", "BGRA", "I420"};
    for (int i = 0; i < 15; ++i) {
        const int width = 17 + 31 * (i % 4), height = 19 + 23 * (i % 3);
        chain.caps(std::string("video/x-raw,framerate=25/1,format=") + formats[i % 5] +
                   ",width=" + std::to_string(width) + ",height=" + std::to_string(height));
        const auto buffer = chain.pass(i);
        ASSERT_TRUE(buffer) << i << text_on(chain, GST_MESSAGE_ERROR);
        EXPECT_EQ(ids(buffer.get()), (std::set<gint64>{5})) << i;
    }
    EXPECT_FALSE(chain.message(GST_MESSAGE_ELEMENT, "ausm-reset"));
}

TEST(Stream, FlushesFromAnotherThreadAtAnyMoment) {
    Segment chain(kChain, kCaps);
    for (int i = 0; i < 30; ++i) {
        {
            const Pusher pusher(chain);
            std::this_thread::sleep_for(std::chrono::milliseconds(2 * i));
            gst_harness_push_event(chain.get(), gst_event_new_flush_start());
        }
        gst_harness_push_event(chain.get(), gst_event_new_flush_stop(TRUE));
    }
    EXPECT_EQ(text_on(chain, GST_MESSAGE_ERROR), "");
    chain.time_segment();
    const auto buffer = chain.pass(1);
    ASSERT_TRUE(buffer);
    EXPECT_EQ(ids(buffer.get()), (std::set<gint64>{5})) << "the standing prompt is shown again";
}

TEST(Stream, SeeksAndQosGoUpstreamAndNoFrameIsLostInTheSegmenter) {
    Segment segment;
    segment.show(5, 0);
    ASSERT_TRUE(gst_harness_push_upstream_event(
        segment.get(),
        gst_event_new_seek(1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0)));
    // One second late: an element that may drop frames would.
    ASSERT_TRUE(
        gst_harness_push_upstream_event(segment.get(), gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 0.1, GST_SECOND, 0)));
    std::set<GstEventType> types;
    while (const Owned<GstEvent> event{gst_harness_try_pull_upstream_event(segment.get())})
        types.insert(GST_EVENT_TYPE(event.get()));
    EXPECT_TRUE(types.contains(GST_EVENT_SEEK));
    EXPECT_TRUE(types.contains(GST_EVENT_QOS));
    for (int i = 1; i < 5; ++i)
        EXPECT_EQ(ids(segment.pass(i).get()), (std::set<gint64>{5})) << "the memory misses a frame otherwise";
}

TEST(Stream, LateFramesAreDroppedByTheOverlayWithAQosMessage) {
    Segment chain(kChain, kCaps);
    ASSERT_TRUE(chain.pass(0));
    ASSERT_TRUE(
        gst_harness_push_upstream_event(chain.get(), gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 0.1, GST_SECOND, 0)));
    ASSERT_EQ(chain.push(chain.picture(1)), GST_FLOW_OK);
    EXPECT_TRUE(chain.message(GST_MESSAGE_QOS));
    EXPECT_FALSE(chain.pull());
    const auto on_time = chain.pass(100);
    ASSERT_TRUE(on_time);
    EXPECT_EQ(ids(on_time.get()), (std::set<gint64>{5})) << "the segmenter saw the late frame, too";
}

TEST(Stream, GapsAndAnEndChangeNothingForTheNextFrame) {
    Segment chain(kChain, kCaps);
    ASSERT_TRUE(chain.pass(0));
    EXPECT_TRUE(gst_harness_push_event(chain.get(), gst_event_new_gap(GST_SECOND / 25, GST_SECOND)));
    EXPECT_EQ(ids(chain.pass(30).get()), (std::set<gint64>{5}));
    ASSERT_TRUE(gst_harness_push_event(chain.get(), gst_event_new_eos()));
    EXPECT_EQ(chain.push(chain.picture(31)), GST_FLOW_EOS) << "nothing comes after an end";
    chain.flush();
    EXPECT_EQ(ids(chain.pass(0).get()), (std::set<gint64>{5})) << "but a flush opens the stream again";
    ASSERT_TRUE(gst_harness_push_event(chain.get(), gst_event_new_eos()));
    gst_element_set_state(chain.element(), GST_STATE_READY);
    gst_element_set_state(chain.element(), GST_STATE_PLAYING);
    chain.new_stream(kCaps);
    EXPECT_EQ(ids(chain.pass(0).get()), (std::set<gint64>{5})) << "and so does a new start";
    EXPECT_FALSE(chain.message(GST_MESSAGE_ERROR));
}

TEST(Stream, SegmentsOfAnyKindAreNotAFlush) {
    Segment chain(kChain, kCaps);
    ASSERT_TRUE(chain.pass(0));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.base = 7 * GST_SECOND;
    segment.time = 100 * GST_SECOND;
    gst_harness_push_event(chain.get(), gst_event_new_segment(&segment));
    EXPECT_EQ(ids(chain.pass(1).get()), (std::set<gint64>{5})) << "shifted";
    segment.rate = segment.applied_rate = -2;
    segment.stop = 10 * GST_SECOND;
    gst_harness_push_event(chain.get(), gst_event_new_segment(&segment));
    EXPECT_EQ(ids(chain.pass(2).get()), (std::set<gint64>{5})) << "backwards and fast";
    segment.rate = segment.applied_rate = 1;
    segment.start = 5 * GST_SECOND;
    gst_harness_push_event(chain.get(), gst_event_new_segment(&segment));
    EXPECT_EQ(ids(chain.pass(5 * 25).get()), (std::set<gint64>{5})) << "cut";
    gst_segment_init(&segment, GST_FORMAT_BYTES);
    gst_harness_push_event(chain.get(), gst_event_new_segment(&segment));
    EXPECT_EQ(ids(chain.pass(3).get()), (std::set<gint64>{5})) << "in bytes";
    EXPECT_FALSE(chain.message(GST_MESSAGE_ELEMENT, "ausm-reset"));
}

TEST(Stream, MessagesTellStreamTimeWhateverTheSegment) {
    Segment segment;
    GstSegment shifted;
    gst_segment_init(&shifted, GST_FORMAT_TIME);
    shifted.time = 100 * GST_SECOND;
    gst_harness_push_event(segment.get(), gst_event_new_segment(&shifted));
    segment.show(5, 25);
    const auto appeared = segment.message(GST_MESSAGE_ELEMENT, "ausm-object");
    ASSERT_TRUE(appeared);
    GstClockTime time = 0;
    ASSERT_TRUE(gst_structure_get_clock_time(gst_message_get_structure(appeared.get()), "stream-time", &time));
    EXPECT_EQ(time, 101 * GST_SECOND);
}

TEST(Stream, FramesWithoutTimesAreSegmentedAndGetPromptsByNumber) {
    TemporaryFolder folder;
    const std::string file = folder.write("p.jsonl",
                                          "{\"op\":\"box\",\"box\":[0.5,0.25,0.875,0.75],\"object\":7,"
                                          "\"frame\":2}\n{\"op\":\"remove\",\"object\":7,\"time\":0.1}\n");
    Segment chain(
        "ausmprompt location=" + file + " ! ausmsegment inference-size=64 latency=0 mode=prompted ! maskoverlay",
        kCaps);
    for (int i = 0; i < 6; ++i) {
        auto buffer = chain.picture(i);
        GST_BUFFER_PTS(buffer.get()) = GST_BUFFER_DTS(buffer.get()) = GST_BUFFER_DURATION(buffer.get()) =
            GST_CLOCK_TIME_NONE;
        ASSERT_EQ(chain.push(std::move(buffer)), GST_FLOW_OK);
        buffer = chain.pull();
        ASSERT_TRUE(buffer);
        EXPECT_EQ(ids(buffer.get()), i < 2 ? std::set<gint64>{} : std::set<gint64>{7}) << i;
        EXPECT_FALSE(GST_BUFFER_PTS_IS_VALID(buffer.get()));
    }
}

TEST(Stream, TimesThatJumpAndOverflowAreSurvived) {
    Segment chain(kChain, kCaps);
    for (const GstClockTime time : {GstClockTime{0}, GstClockTime{G_MAXINT64}, GstClockTime{1}, GST_CLOCK_TIME_NONE - 1,
                                    GstClockTime{GST_SECOND}}) {
        auto buffer = chain.picture(0);
        GST_BUFFER_PTS(buffer.get()) = time;
        GST_BUFFER_DURATION(buffer.get()) = GST_CLOCK_TIME_NONE - 1;
        ASSERT_EQ(chain.push(std::move(buffer)), GST_FLOW_OK);
        buffer = chain.pull();
        ASSERT_TRUE(buffer) << time;
        EXPECT_EQ(ids(buffer.get()), (std::set<gint64>{5}));
    }
}

TEST(Stream, TwoHundredChangesBetweenReadyAndPlayingInTheMiddleOfFrames) {
    Segment chain(kChain, kCaps);
    std::ptrdiff_t files = 0;
    for (int i = 0; i < 200; ++i) {
        const GstState low = i % 40 == 39 ? GST_STATE_NULL : GST_STATE_READY;
        {
            const Pusher pusher(chain);
            std::this_thread::sleep_for(std::chrono::milliseconds(i % 8));
            while (i % 20 == 0 && pusher.good() == 0)
                std::this_thread::yield();
            ASSERT_EQ(gst_element_set_state(chain.element(), low), GST_STATE_CHANGE_SUCCESS);
        }
        ASSERT_EQ(gst_element_set_state(chain.element(), GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
        if (i == 0)
            files = open_files();
    }
    EXPECT_EQ(open_files(), files);
    EXPECT_EQ(text_on(chain, GST_MESSAGE_ERROR), "");
    chain.new_stream(kCaps);
    EXPECT_EQ(ids(chain.pass(0).get()), (std::set<gint64>{5}));
}

TEST(Stream, SettingsAndPromptsFromAnotherThreadWhileFramesFlow) {
    Segment segment;
    {
        const Pusher pusher(segment);
        for (int i = 0; i < 200 || pusher.good() < 5; ++i) {
            g_object_set(segment.element(), "threshold", (i % 10) / 10.0, "max-age", i % 5, "mode", i % 4,
                         "inference-size", 32 + 32 * (i / 50 % 2), nullptr);
            add_prompt(segment, box(1 + i % 3));
            (void)segment.stats();
            std::this_thread::sleep_for(std::chrono::microseconds(500));
        }
        gst_harness_push_event(segment.get(), gst_event_new_flush_start());
    }
    EXPECT_EQ(text_on(segment, GST_MESSAGE_ERROR), "");
    segment.flush();
    EXPECT_TRUE(segment.pass(0));
}

}  // namespace
