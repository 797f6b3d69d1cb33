// SPDX-License-Identifier: MIT
// Another video behind the objects: the pad background_sink, in step with the video.
#include "overlay.h"

#include <chrono>
#include <future>
#include <thread>

using namespace ausm::test;

namespace {

constexpr GstClockTime kFrame = GST_SECOND / 25;

/// All of one brightness.
Buffer even(const GstVideoInfo& info, int value, int index, GstClockTime frame = kFrame) {
    Buffer buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
    gst_buffer_memset(buffer.get(), 0, static_cast<guint8>(value), info.size);
    GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(index) * frame;
    GST_BUFFER_DURATION(buffer.get()) = frame;
    return buffer;
}

/// The other stream, in a thread of its own as its pictures wait for the video.
class Feeder {
public:
    Feeder(const Overlay& overlay, const GstVideoInfo& info)
        : harness_(gst_harness_new_with_element(overlay.element(), "background_sink", nullptr)) {
        gst_harness_set_src_caps(harness_, gst_video_info_to_caps(&info));
    }
    ~Feeder() {
        if (thread_.joinable())
            thread_.join();
        gst_harness_teardown(harness_);
    }
    Feeder(const Feeder&) = delete;
    Feeder& operator=(const Feeder&) = delete;

    /// Pictures of the brightnesses, then the end.
    void feed(const GstVideoInfo& info, std::vector<int> values, GstClockTime frame = kFrame) {
        thread_ = std::thread([=, this] {
            int index = 0;
            for (const int value : values)
                flow = gst_harness_push(harness_, even(info, value, index++, frame).release());
            gst_harness_push_event(harness_, gst_event_new_eos());
        });
    }
    GstHarness* get() const { return harness_; }

    std::atomic<GstFlowReturn> flow{GST_FLOW_OK};

private:
    GstHarness* harness_;
    std::thread thread_;
};

/// No object anywhere, so all is background.
Buffer without_objects(Buffer buffer, const GstVideoInfo& info) {
    ausm::Result nothing = blobs(info.width, info.height);
    nothing.map.assign(nothing.map.size(), 0);
    return annotated(std::move(buffer), std::move(nothing), info.width, info.height);
}

constexpr const char* kReplace = "effect=replace effect-on=background edge-smooth=0";

/// An element that has the pad before it starts.
struct Fed {
    GstVideoInfo info;
    Overlay overlay;
    Feeder feeder;

    explicit Fed(const GstVideoInfo& video, const GstVideoInfo& background, const std::string& properties = kReplace)
        : info(video), overlay(video), feeder(overlay, background) {
        overlay.set_all(properties);
    }
    int shown(int index) {
        const Buffer drawn = overlay.draw(without_objects(even(info, 200, index), info));
        return drawn ? bytes(drawn)[0] : -1;
    }
};

TEST(BackgroundPad, ShowsThePictureThatBelongsToTheTime) {
    const GstVideoInfo info = video_info("GRAY8", 16, 16);
    Fed fed(info, info);
    fed.feeder.feed(info, {10, 20, 30, 40});
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(fed.shown(i), 10 * (i + 1)) << i;
    EXPECT_EQ(fed.shown(4), 40) << "the last one stays";
    EXPECT_EQ(fed.overlay.warnings(), 0);
}

TEST(BackgroundPad, MayHaveAnotherRate) {
    const GstVideoInfo info = video_info("GRAY8", 16, 16);
    {
        Fed slow(info, info);
        slow.feeder.feed(info, {10, 20, 30}, 2 * kFrame);
        for (const int value : {10, 10, 20, 20, 30})
            EXPECT_EQ(slow.shown((value / 10 - 1) * 2), value);
    }
    Fed fast(info, info);
    fast.feeder.feed(info, {10, 20, 30, 40, 50}, kFrame / 2);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(fast.shown(i), 10 + 20 * i);
}

TEST(BackgroundPad, MayHaveAnotherFormatAndSize) {
    for (const char* format : kFormats)
        for (const char* other : {"BGRA", "I420", "GRAY8", "P010_10LE", "YUY2"}) {
            const GstVideoInfo info = video_info(format, 33, 17), background = video_info(other, 8, 64);
            Fed fed(info, background);
            fed.feeder.feed(background, {128});
            const Buffer drawn = fed.overlay.draw(without_objects(picture(info), info));
            ASSERT_TRUE(drawn) << format << " " << other;
            EXPECT_EQ(fed.overlay.warnings(), 0) << format << " " << other;
        }
}

TEST(BackgroundPad, ShowsTheColourForAPictureThatCannotBeRead) {
    const GstVideoInfo info = video_info("GRAY8", 16, 16);
    Fed fed(info, info, std::string(kReplace) + " effect-color=0xff000000");
    std::thread bad([&] {
        gst_harness_push(fed.feeder.get(), gst_buffer_new_allocate(nullptr, 3, nullptr));
        gst_harness_push_event(fed.feeder.get(), gst_event_new_eos());
    });
    EXPECT_EQ(fed.shown(0), 16);
    bad.join();
    EXPECT_EQ(fed.shown(1), 16);
    EXPECT_EQ(fed.overlay.warnings(), 1);
    EXPECT_NE(fed.overlay.last_warning().find("background_sink"), std::string::npos);
}

TEST(BackgroundPad, HoldsTheVideoUpForTwoSecondsAtMost) {
    const GstVideoInfo info = video_info("GRAY8", 16, 16);
    Fed fed(info, info, std::string(kReplace) + " effect-color=0xff000000");
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(fed.shown(i), 16) << "nothing ever came: the colour";
    EXPECT_EQ(fed.overlay.warnings(), 1);
    EXPECT_NE(fed.overlay.last_warning().find("background_sink"), std::string::npos);
    EXPECT_EQ(gst_harness_push(fed.feeder.get(), even(info, 10, 3).release()), GST_FLOW_OK);
    EXPECT_EQ(fed.shown(3), 10) << "what comes late is shown";
    EXPECT_EQ(fed.shown(4), 10) << "the last one stays when no more come";
    EXPECT_EQ(fed.shown(5), 10);
    EXPECT_EQ(fed.overlay.warnings(), 1) << "said once";
}

TEST(BackgroundPad, DoesNotWaitBehindAPictureThatLasts) {
    const GstVideoInfo info = video_info("GRAY8", 16, 16);
    Fed fed(info, info);
    EXPECT_EQ(gst_harness_push(fed.feeder.get(), even(info, 10, 0, 1000 * kFrame).release()), GST_FLOW_OK);
    for (int i = 0; i < 900; ++i)
        EXPECT_EQ(fed.shown(i), 10);
    EXPECT_EQ(fed.overlay.warnings(), 0) << "the next one need not be there yet";
}

TEST(BackgroundPad, HoldsNobodyUpWhenItIsFlushedOrEnds) {
    const GstVideoInfo info = video_info("GRAY8", 16, 16);
    Fed fed(info, info);
    // The video waits for the background: a flush of the video ends it.
    auto waiting =
        std::async(std::launch::async, [&] { return fed.overlay.push(without_objects(even(info, 200, 0), info)); });
    EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
    gst_harness_push_event(fed.overlay.get(), gst_event_new_flush_start());
    EXPECT_EQ(waiting.get(), GST_FLOW_FLUSHING);
    gst_harness_push_event(fed.overlay.get(), gst_event_new_flush_stop(TRUE));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_harness_push_event(fed.overlay.get(), gst_event_new_segment(&segment));
    // The background waits for the video: a flush of the background ends it.
    EXPECT_EQ(gst_harness_push(fed.feeder.get(), even(info, 10, 0).release()), GST_FLOW_OK);
    auto pushing =
        std::async(std::launch::async, [&] { return gst_harness_push(fed.feeder.get(), even(info, 20, 1).release()); });
    EXPECT_EQ(pushing.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
    gst_harness_push_event(fed.feeder.get(), gst_event_new_flush_start());
    EXPECT_EQ(pushing.get(), GST_FLOW_FLUSHING);
    gst_harness_push_event(fed.feeder.get(), gst_event_new_flush_stop(TRUE));
    gst_harness_push_event(fed.feeder.get(), gst_event_new_segment(&segment));
    fed.feeder.feed(info, {30, 40});
    EXPECT_EQ(fed.shown(1), 40);
    EXPECT_EQ(fed.shown(2), 40);
}

TEST(BackgroundPad, LetsTheElementStopWhileSomebodyWaits) {
    const GstVideoInfo info = video_info("GRAY8", 16, 16);
    Fed fed(info, info);
    auto waiting =
        std::async(std::launch::async, [&] { return fed.overlay.push(without_objects(even(info, 200, 0), info)); });
    EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
    gst_element_set_state(fed.overlay.element(), GST_STATE_READY);
    waiting.wait();
}

TEST(BackgroundPad, MayComeAndGo) {
    const GstVideoInfo info = video_info("GRAY8", 16, 16);
    Overlay overlay(info, std::string("effect=overlay"));
    overlay.set_all(kReplace);
    for (int i = 0; i < 3; ++i) {
        GstPad* pad = gst_element_request_pad_simple(overlay.element(), "background_sink");
        ASSERT_TRUE(pad);
        auto waiting =
            std::async(std::launch::async, [&] { return overlay.draw(without_objects(even(info, 200, i), info)); });
        EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
        gst_element_release_request_pad(overlay.element(), pad);
        gst_object_unref(pad);
        EXPECT_EQ(bytes(waiting.get())[0], 16) << "the colour, as there is no picture";
    }
}

}  // namespace
