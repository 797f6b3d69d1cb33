// SPDX-License-Identifier: MIT
// A prompt for frame n or for a time reaches exactly that frame: through queues, seeks, rates and segments of any kind.
#include "../segment.h"
#include "../trace.h"

#include "../../gst/temporary_folder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

using namespace ausm::test;

namespace {

constexpr int kFrames = 100;  // of 25 a second

std::string remove_line(int object, const std::string& moment) {
    return "{\"op\":\"remove\",\"object\":" + std::to_string(object) + "," + moment + "}\n";
}

/// For every frame a prompt in the middle of it and one at its very beginning; object = number of the frame + 1.
std::string lines_by_time() {
    std::string lines;
    for (int i = 0; i < kFrames; ++i)
        for (const double part : {0.0, 0.5})
            lines += remove_line(i + 1, "\"time\":" + std::to_string((i + part) / 25));
    return lines;
}

/// A pipeline with a queue between ausmprompt and the place where the frames' prompts are read.
class Stream {
public:
    explicit Stream(const std::string& location, int frames = -1) {
        const std::string launch = "videotestsrc num-buffers=" + std::to_string(frames) +
                                   " ! video/x-raw,format=GRAY8,width=16,height=16,framerate=25/1 ! ausmprompt "
                                   "location=" +
                                   location + " ! queue max-size-buffers=7 ! fakesink name=sink sync=false";
        pipeline_.reset(gst_parse_launch(launch.c_str(), nullptr));
        bus_.reset(gst_element_get_bus(pipeline_.get()));
        const Owned<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "sink"));
        const Owned<GstPad> pad(gst_element_get_static_pad(sink.get(), "sink"));
        gst_pad_add_probe(pad.get(),
                          static_cast<GstPadProbeType>(int{GST_PAD_PROBE_TYPE_BUFFER} | GST_PAD_PROBE_TYPE_EVENT_BOTH |
                                                       GST_PAD_PROBE_TYPE_EVENT_FLUSH),
                          record, this, nullptr);
        gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
        gst_element_get_state(pipeline_.get(), nullptr, nullptr, 60 * GST_SECOND);
    }
    ~Stream() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    void seek(double rate, GstSeekFlags flags, double start, double stop) {
        ASSERT_TRUE(gst_element_seek(pipeline_.get(), rate, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET,
                                     nanoseconds(start), GST_SEEK_TYPE_SET, nanoseconds(stop)));
    }
    void play_until(GstMessageType type) {
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
        const Owned<GstMessage> end(gst_bus_timed_pop_filtered(bus_.get(), 60 * GST_SECOND,
                                                               static_cast<GstMessageType>(type | GST_MESSAGE_ERROR)));
        ASSERT_TRUE(end);
        ASSERT_EQ(GST_MESSAGE_TYPE(end.get()), type);
    }
    void play_to_the_end() { play_until(GST_MESSAGE_EOS); }

    /// Objects of the prompts in front of each frame, by the number of the frame in the stream; since the last flush.
    std::map<int, std::multiset<int>> seen;

private:
    static gint64 nanoseconds(double seconds) { return std::llround(seconds * GST_SECOND); }
    static GstPadProbeReturn record(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
        auto& self = *static_cast<Stream*>(data);
        if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) {
            const Owned<GstEvent> event(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
            const GstSegment* segment = nullptr;
            gst_event_parse_segment(event.get(), &segment);
            const guint64 time =
                gst_segment_to_stream_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info)));
            self.seen[static_cast<int>(gst_util_uint64_scale_round(time, 25, GST_SECOND))].merge(
                std::exchange(self.next_, {}));
            return GST_PAD_PROBE_OK;
        }
        GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
        if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) {
            self.seen.clear();
            self.next_.clear();
        }
        gint64 object = 0;
        if (gst_event_has_name(event, ausm::gst::kPromptName) &&
            gst_structure_get_int64(gst_event_get_structure(event), "object", &object))
            self.next_.insert(static_cast<int>(object));
        return GST_PAD_PROBE_OK;
    }

    Owned<GstElement> pipeline_;
    Owned<GstBus> bus_;
    std::multiset<int> next_;
};

class Timing : public testing::Test {
protected:
    void SetUp() override {
        const Owned<GstElementFactory> factory(gst_element_factory_find("videotestsrc"));
        if (!factory)
            GTEST_SKIP() << "videotestsrc is not installed";
        if (std::getenv("AUSM_SANITIZED"))
            GTEST_SKIP() << "the system's elements are not built with the sanitizer";
    }
    /// Every frame from first to last has its own two prompts, in the middle of its time and at its beginning.
    static void expect_each(const Stream& stream, int first, int last) {
        EXPECT_EQ(stream.seen.size(), static_cast<std::size_t>(last - first + 1));
        for (int i = first; i <= last; ++i) {
            const auto found = stream.seen.find(i);
            ASSERT_NE(found, stream.seen.end()) << i;
            EXPECT_EQ(found->second, (std::multiset<int>{i + 1, i + 1})) << i;
        }
    }

    TemporaryFolder folder;
    std::string by_time = folder.write("time.jsonl", lines_by_time());
};

constexpr auto kFlush = static_cast<GstSeekFlags>(int{GST_SEEK_FLAG_FLUSH} | GST_SEEK_FLAG_ACCURATE);
constexpr auto kNoFlush = GST_SEEK_FLAG_ACCURATE;

TEST_F(Timing, ByTimeThroughAQueue) {
    Stream stream(by_time, kFrames);
    stream.play_to_the_end();
    expect_each(stream, 0, kFrames - 1);
}

TEST_F(Timing, ByNumberThroughAQueue) {
    std::string lines;
    for (int i = kFrames; i-- > 0;)
        lines += remove_line(i + 1, "\"frame\":" + std::to_string(i));
    Stream stream(folder.write("frame.jsonl", lines), kFrames);
    stream.play_to_the_end();
    for (int i = 0; i < kFrames; ++i)
        EXPECT_EQ(stream.seen[i], std::multiset<int>{i + 1}) << i;
}

TEST_F(Timing, AfterAFlushingSeekAndAgain) {
    Stream stream(by_time);
    for (const double start : {2.0, 0.4, 3.0}) {
        stream.seek(1, kFlush, start, 3.6);
        stream.play_to_the_end();
        expect_each(stream, static_cast<int>(std::lround(start * 25)), 89);
    }
}

TEST_F(Timing, AfterSeeksWithoutFlush) {
    Stream stream(by_time);
    stream.seek(1, static_cast<GstSeekFlags>(int{kFlush} | GST_SEEK_FLAG_SEGMENT), 0, 0.4);
    stream.play_until(GST_MESSAGE_SEGMENT_DONE);
    stream.seek(1, static_cast<GstSeekFlags>(int{kNoFlush} | GST_SEEK_FLAG_SEGMENT), 2, 2.4);
    stream.play_until(GST_MESSAGE_SEGMENT_DONE);
    stream.seek(1, kNoFlush, 1, 1.4);
    stream.play_to_the_end();
    EXPECT_EQ(stream.seen.size(), 30U);
    for (const int first : {0, 50, 25})
        for (int i = first; i < first + 10; ++i)
            EXPECT_EQ(stream.seen[i], (std::multiset<int>{i + 1, i + 1})) << i;
}

TEST_F(Timing, OnEveryRoundOfALoop) {
    Stream stream(by_time);
    stream.seek(1, static_cast<GstSeekFlags>(int{kFlush} | GST_SEEK_FLAG_SEGMENT), 1, 1.4);
    stream.play_until(GST_MESSAGE_SEGMENT_DONE);
    stream.seek(1, kNoFlush, 1, 1.4);
    stream.play_to_the_end();
    EXPECT_EQ(stream.seen.size(), 10U);
    for (int i = 25; i < 35; ++i)
        EXPECT_EQ(stream.seen[i], (std::multiset<int>{i + 1, i + 1, i + 1, i + 1})) << i;
}

TEST_F(Timing, AtDoubleRateAndBackwards) {
    Stream stream(by_time);
    stream.seek(2, kFlush, 1, 3);
    stream.play_to_the_end();
    expect_each(stream, 25, 74);
    stream.seek(-1, kFlush, 1, 3);
    stream.play_to_the_end();
    for (int i = 26; i < 75; ++i)
        EXPECT_EQ(stream.seen[i], (std::multiset<int>{i + 1, i + 1})) << i;
    stream.seek(1, kFlush, 1, 3);
    stream.play_to_the_end();
    expect_each(stream, 25, 74);
}

TEST_F(Timing, TheSegmenterShowsTheObjectFromItsFrameOn) {
    const std::string path = folder.write("box.jsonl",
                                          "{\"op\":\"box\",\"box\":[0.5,0.25,0.875,0.75],\"object\":5,\"frame\":3}\n"
                                          "{\"op\":\"box\",\"box\":[0.1,0.25,0.4,0.75],\"object\":6,\"time\":0.21}\n");
    Segment chain("ausmprompt location=" + path + " ! queue ! ausmsegment inference-size=64 latency=0 mode=prompted");
    for (int i = 0; i < 8; ++i)
        ASSERT_EQ(chain.push(chain.picture(i)), GST_FLOW_OK);
    for (int i = 0; i < 8; ++i) {
        const Owned<GstBuffer> buffer(gst_harness_pull(chain.get()));
        ASSERT_TRUE(buffer);
        EXPECT_EQ(ids(buffer.get()).contains(5), i >= 3) << i;
        EXPECT_EQ(ids(buffer.get()).contains(6), i >= 5) << i;
    }
}

/// Frames and segments made by hand.
class TimingByHand : public testing::Test {
protected:
    TemporaryFolder folder;

    [[nodiscard]] std::string launch(const std::string& lines) const {
        return "ausmprompt location=" + folder.write("p.jsonl", lines);
    }
    static void push(Trace& trace, int number, GstClockTime pts, GstClockTime duration) {
        auto picture = trace.picture(number);
        GST_BUFFER_PTS(picture.get()) = pts;
        GST_BUFFER_DURATION(picture.get()) = duration;
        ASSERT_EQ(trace.push(std::move(picture)), GST_FLOW_OK);
    }
    static void segment(Trace& trace, GstClockTime start, GstClockTime time, GstClockTime base, double applied = 1) {
        GstSegment segment;
        gst_segment_init(&segment, GST_FORMAT_TIME);
        segment.start = start;
        segment.time = time;
        segment.base = base;
        segment.applied_rate = applied;
        gst_harness_push_event(trace.get(), gst_event_new_segment(&segment));
    }
};

TEST_F(TimingByHand, JitteredTimesOverlapAndLeaveGapsAndNoPromptIsLostOrDoubled) {
    std::string lines;
    for (int i = 0; i < 200; ++i)
        lines += remove_line(i + 1, "\"time\":" + std::to_string(i * 0.005 + 0.002));
    Trace trace(launch(lines));
    const int jitter[] = {0, 7, -6, 9, -9, 3, -2, 8};
    for (int i = 0; i < 25; ++i)
        push(trace, i, static_cast<GstClockTime>(i * 40 + 10 + jitter[i % 8]) * GST_MSECOND, 38 * GST_MSECOND);
    ASSERT_GE(trace.prompts.size(), 199U);
    std::size_t next = 0;
    double end = 0;
    int frame = -1;
    for (const std::string& entry : trace.log) {
        if (entry.starts_with("frame")) {
            ++frame;
            continue;
        }
        const double time = static_cast<double>(next) * 0.005 + 0.002;
        EXPECT_EQ(entry, "remove " + std::to_string(++next));
        end = (frame + 1) * 0.040 + 0.010 + jitter[(frame + 1) % 8] * 0.001 + 0.038;
        EXPECT_LT(time, end) << "frame " << frame + 1 << " ends before";
        if (frame >= 0) {
            EXPECT_GE(time + 1e-9, frame * 0.040 + 0.010 + jitter[frame % 8] * 0.001 + 0.038)
                << "frame " << frame << " had ended after it";
        }
    }
}

TEST_F(TimingByHand, WithoutDurationOrFramerateTheNextFrameGetsWhatLiesBetween) {
    Trace trace(launch(remove_line(1, "\"time\":0.04") + remove_line(2, "\"time\":0.05")));
    trace.caps("video/x-raw,format=GRAY8,width=16,height=16,framerate=0/1");
    for (int i = 0; i < 3; ++i)
        push(trace, i, static_cast<GstClockTime>(i) * 40 * GST_MSECOND, GST_CLOCK_TIME_NONE);
    EXPECT_EQ(trace.log, (Log{"frame 0", "remove 1", "frame 1", "remove 2", "frame 2"}));
}

TEST_F(TimingByHand, WithoutTimesNumbersCountAndTimesWait) {
    Trace trace(launch(remove_line(1, "\"frame\":1") + remove_line(2, "\"time\":0.05")));
    for (int i = 0; i < 3; ++i)
        push(trace, i, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
    trace.frames(3, 3);
    EXPECT_EQ(trace.log, (Log{"frame 0", "remove 1", "frame 1", "frame 2", "remove 2", "frame 3"}));
}

TEST_F(TimingByHand, StreamTimeCountsAndNotRunningTime) {
    Trace trace(launch(remove_line(1, "\"time\":0.0") + remove_line(2, "\"time\":5.05")));
    segment(trace, 100 * GST_SECOND, 5 * GST_SECOND, 7 * GST_SECOND);
    for (int i = 0; i < 3; ++i)
        push(trace, i, 100 * GST_SECOND + static_cast<GstClockTime>(i) * 40 * GST_MSECOND, 40 * GST_MSECOND);
    EXPECT_EQ(trace.log, (Log{"frame 0", "remove 2", "frame 1", "frame 2"}))
        << "what lies before a segment that begins at 5 s is not due";
}

TEST_F(TimingByHand, AnAppliedRateStretchesTheFrames) {
    Trace trace(launch(remove_line(1, "\"time\":0.07") + remove_line(2, "\"time\":0.09")));
    segment(trace, 0, 0, 0, 2);
    trace.frames(0, 1);
    EXPECT_EQ(trace.log, (Log{"remove 1", "frame 0", "remove 2", "frame 1"}));
}

TEST_F(TimingByHand, AnAppliedRateBackwards) {
    Trace trace(launch(remove_line(1, "\"time\":0.99") + remove_line(2, "\"time\":0.93")));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.applied_rate = -1;
    segment.stop = GST_SECOND;
    segment.time = 0;
    gst_harness_push_event(trace.get(), gst_event_new_segment(&segment));
    trace.frames(0, 2);
    EXPECT_EQ(trace.log, (Log{"remove 1", "frame 0", "remove 2", "frame 1", "frame 2"}));
}

TEST_F(TimingByHand, ANewSegmentThatGoesOnChangesNothing) {
    Trace trace(launch(remove_line(1, "\"time\":0.045") + remove_line(2, "\"time\":0.09")));
    trace.frames(0, 0);
    segment(trace, 0, 0, 0);
    trace.frames(1, 1);
    segment(trace, 80 * GST_MSECOND, 80 * GST_MSECOND, 80 * GST_MSECOND);
    trace.frames(2, 3);
    EXPECT_EQ(trace.log, (Log{"frame 0", "remove 1", "frame 1", "remove 2", "frame 2", "frame 3"}));
}

TEST_F(TimingByHand, AFrameThatTheSegmentCutsStillHasItsPrompts) {
    Trace trace(launch(remove_line(1, "\"time\":1.01")));
    trace.flush();
    segment(trace, 1010 * GST_MSECOND, 1010 * GST_MSECOND, 0);
    trace.frames(25, 26);
    EXPECT_EQ(trace.log, (Log{"remove 1", "frame 25", "frame 26"}));
}

TEST_F(TimingByHand, TimesThatOverflowAreSurvived) {
    Trace trace(launch(remove_line(1, "\"time\":1e9") + remove_line(2, "\"time\":0")));
    for (const GstClockTime pts : std::vector<GstClockTime>{0, GST_CLOCK_TIME_NONE - 1, G_MAXINT64, GST_SECOND})
        push(trace, 0, pts, GST_CLOCK_TIME_NONE - 1);
    segment(trace, GST_CLOCK_TIME_NONE - 2, GST_CLOCK_TIME_NONE - 2, GST_CLOCK_TIME_NONE - 2);
    push(trace, 1, GST_CLOCK_TIME_NONE - 1, GST_SECOND);
    push(trace, 2, GST_SECOND, GST_SECOND);
    EXPECT_GE(trace.prompts.size(), 1U);
}

}  // namespace
