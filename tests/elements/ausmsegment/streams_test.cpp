// SPDX-License-Identifier: MIT
// Several streams in one ausmsegment: what happens to one never reaches another.
#include "../segment.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

using namespace ausm::test;

namespace {

constexpr const char* kOtherCaps = "video/x-raw,format=NV12,width=64,height=96,framerate=30/1";

/// Two streams of one element with an object each.
class TwoStreams : public testing::Test {
protected:
    void SetUp() override {
        one.show(5, 0);
        prompt(two, 6);
        ASSERT_EQ(ids(two.pass(0).get()), (std::set<gint64>{6}));
        while (one.message(GST_MESSAGE_ELEMENT)) {
        }
    }
    static void prompt(Segment& segment, int id) {
        gst_harness_push_event(segment.get(), gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, box(id)));
    }
    /// Frame `index` of the first stream has its object, as if nothing had happened to the second.
    void expect_undisturbed(int index) {
        EXPECT_EQ(ids(one.pass(index).get()), (std::set<gint64>{5}));
        EXPECT_FALSE(GST_PAD_IS_FLUSHING(one.get()->sinkpad));
        while (const Owned<GstEvent> event{gst_harness_try_pull_event(one.get())}) {
            const GstEventType type = GST_EVENT_TYPE(event.get());
            EXPECT_TRUE(type != GST_EVENT_FLUSH_START && type != GST_EVENT_FLUSH_STOP && type != GST_EVENT_EOS)
                << GST_EVENT_TYPE_NAME(event.get());
        }
    }

    Segment one;
    Segment two{one, 0, kOtherCaps};
};

TEST_F(TwoStreams, AFlushForgetsInItsStreamOnly) {
    two.flush();
    const auto reset = one.message(GST_MESSAGE_ELEMENT, "ausm-reset");
    ASSERT_TRUE(reset);
    EXPECT_EQ(string_of(reset.get(), "pad"), "sink_0");
    EXPECT_FALSE(one.message(GST_MESSAGE_ELEMENT, "ausm-reset"));
    expect_undisturbed(1);
    EXPECT_TRUE(ids(two.pass(1).get()).empty());
}

TEST_F(TwoStreams, AFlushThatHasBegunHoldsUpItsStreamOnly) {
    gst_harness_push_event(two.get(), gst_event_new_flush_start());
    EXPECT_EQ(two.push(two.picture(1)), GST_FLOW_FLUSHING);
    expect_undisturbed(1);
    gst_harness_push_event(two.get(), gst_event_new_flush_stop(TRUE));
    two.time_segment();
    EXPECT_TRUE(two.pass(2));
}

TEST_F(TwoStreams, OtherCapsAreThoseOfTheirStream) {
    two.caps("video/x-raw,format=RGB,width=128,height=64,framerate=5/1");
    EXPECT_EQ(ids(two.pass(1).get()), (std::set<gint64>{6}));
    expect_undisturbed(1);
    const Owned<GstCaps> caps(gst_pad_get_current_caps(one.pad("src").get()));
    EXPECT_EQ(gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "format"), std::string("I420"));
}

TEST_F(TwoStreams, CapsThatCannotBeAreAnErrorOfTheirPad) {
    const Owned<GstCaps> caps(gst_caps_from_string("video/x-raw,format=YUY2,width=96,height=64,framerate=25/1"));
    EXPECT_FALSE(gst_pad_send_event(two.pad("sink_0").get(), gst_event_new_caps(caps.get())));
    expect_undisturbed(1);
    two.caps(kCaps);
    EXPECT_TRUE(two.pass(1));
}

TEST_F(TwoStreams, AnEndIsThatOfItsStream) {
    gst_harness_push_event(two.get(), gst_event_new_eos());
    EXPECT_EQ(two.push(two.picture(1)), GST_FLOW_EOS);
    expect_undisturbed(1);
    expect_undisturbed(2);
}

TEST_F(TwoStreams, ANewStreamForgetsInItsPadOnly) {
    two.new_stream(kOtherCaps);
    EXPECT_TRUE(ids(two.pass(0).get()).empty());
    expect_undisturbed(1);
}

TEST_F(TwoStreams, AFrameBeforeItsCapsIsAnErrorThatNamesThePad) {
    Harness three(one, "sink_3", "src_3");
    gst_harness_push_event(three.get(), gst_event_new_stream_start("x"));
    three.time_segment();
    EXPECT_EQ(three.push(Owned<GstBuffer>(gst_buffer_new_allocate(nullptr, 10, nullptr))), GST_FLOW_NOT_NEGOTIATED);
    const auto error = one.message(GST_MESSAGE_ERROR);
    ASSERT_TRUE(error);
    EXPECT_NE(report_of(error.get()).detail.find("sink_3"), std::string::npos) << report_of(error.get()).detail;
    expect_undisturbed(1);
}

TEST_F(TwoStreams, ABufferThatCannotBeReadIsAWarningThatNamesThePad) {
    EXPECT_EQ(two.push(Owned<GstBuffer>(gst_buffer_new_allocate(nullptr, 10, nullptr))), GST_FLOW_OK);
    const auto warning = one.message(GST_MESSAGE_WARNING);
    ASSERT_TRUE(warning);
    EXPECT_NE(report_of(warning.get()).detail.find("sink_0"), std::string::npos) << report_of(warning.get()).detail;
    expect_undisturbed(1);
}

TEST_F(TwoStreams, SettingsAreThoseOfAll) {
    gst_util_set_object_arg(G_OBJECT(one.element()), "map-size", "model");
    for (Segment* segment : {&one, &two}) {
        const auto buffer = segment->pass(1);
        GstAusmMetaView view;
        ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
        EXPECT_LT(view.map_width, view.width);
    }
}

TEST_F(TwoStreams, LatencyIsDeclaredByPads) {
    g_object_set(one.element(), "latency", 40, nullptr);
    ASSERT_TRUE(one.pass(1));
    ASSERT_TRUE(two.pass(1));
    gst_harness_set_upstream_latency(one.get(), 10 * GST_MSECOND);
    gst_harness_set_upstream_latency(two.get(), 20 * GST_MSECOND);
    EXPECT_EQ(gst_harness_query_latency(one.get()), 50 * GST_MSECOND);
    EXPECT_EQ(gst_harness_query_latency(two.get()), 60 * GST_MSECOND);
}

/// Label maps of a stream of `frames` pictures with one prompt.
std::vector<std::vector<guint8>> maps(Segment& segment, int frames) {
    std::vector<std::vector<guint8>> all;
    gst_harness_push_event(segment.get(), gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, box(5)));
    for (int i = 0; i < frames; ++i) {
        const auto buffer = segment.pass(i);
        GstAusmMetaView view;
        if (buffer && gst_ausm_meta_get(buffer.get(), &view))
            all.push_back(bytes(view.map));
    }
    return all;
}

TEST(ManyStreams, AtOnceGiveWhatEachGivesAlone) {
    const std::vector<std::string> caps{kCaps, kOtherCaps, "video/x-raw,format=RGB,width=33,height=77,framerate=25/1",
                                        "video/x-raw,format=GRAY8,width=320,height=18,framerate=25/1"};
    constexpr int kFrames = 8;
    std::vector<std::vector<std::vector<guint8>>> alone, together(caps.size());
    for (const std::string& one : caps) {
        Segment segment(kLaunch, one);
        alone.push_back(maps(segment, kFrames));
        ASSERT_EQ(alone.back().size(), static_cast<std::size_t>(kFrames));
    }
    Segment first(kLaunch, caps[0]);
    std::vector<std::unique_ptr<Segment>> others;
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < caps.size(); ++i)
        others.push_back(std::make_unique<Segment>(first, static_cast<int>(i), caps[i]));
    for (std::size_t i = 0; i < caps.size(); ++i)
        threads.emplace_back([&, i] { together[i] = maps(i == 0 ? first : *others[i - 1], kFrames); });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_TRUE(together == alone) << "not the same bytes";
}

}  // namespace
