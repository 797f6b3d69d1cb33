// SPDX-License-Identifier: MIT
// A video of masks on the pad prompt_sink of ausmprompt: which frame gets which mask, who waits for whom, and that
// nothing hangs.
#include "../trace.h"

#include "../../gst/grey_drawing.h"

#include <gst/video/video.h>
#include <gtest/gtest.h>

using namespace ausm::test;

namespace {

struct PromptMasks : testing::Test {
    Trace trace{"ausmprompt"};
    PromptSink sink{trace.element(), kMaskCaps};
};

TEST_F(PromptMasks, EachBelongsToTheFrameOfItsTime) {
    for (int i = 0; i < 4; ++i)
        ASSERT_EQ(sink.mask(i), GST_FLOW_OK);
    trace.frames(0, 3);
    EXPECT_EQ(trace.take_log(),
              (Log{"mask 1", "frame 0", "mask 1", "frame 1", "mask 1", "frame 2", "mask 1", "frame 3"}));
    EXPECT_EQ(trace.prompts[0].mask.width, 8);
    EXPECT_EQ(trace.prompts[0].mask.values, std::vector<std::uint8_t>(32, 255));
}

TEST_F(PromptMasks, OneObjectHasTheIdOfTheProperty) {
    g_object_set(trace.element(), "object", gint64{7}, "label", "dog", nullptr);
    ASSERT_EQ(sink.mask(0), GST_FLOW_OK);
    trace.frames(0, 0);
    EXPECT_EQ(trace.take_log(), (Log{"mask 7", "frame 0"}));
    EXPECT_EQ(trace.prompts[0].label, "dog");
}

TEST_F(PromptMasks, ValuesAreIdsAndNothingShownIsNoPrompt) {
    ASSERT_EQ(sink.mask(0, 42), GST_FLOW_OK);
    ASSERT_EQ(sink.mask(1, 0), GST_FLOW_OK);
    trace.frames(0, 1);
    EXPECT_EQ(trace.take_log(), (Log{"mask 0", "frame 0", "frame 1"}));
    const auto made = ausm::gst::make_prompts(trace.prompts[0]);
    ASSERT_EQ(std::get<std::vector<ausm::Prompt>>(made).size(), 1U);
    EXPECT_EQ(std::get<std::vector<ausm::Prompt>>(made)[0].object, 42);
}

TEST(PromptMaskLayout, PaddedRowsAndOddWidths) {
    Trace trace("ausmprompt");
    PromptSink sink(trace.element(), "video/x-raw,format=GRAY8,width=5,height=3,framerate=25/1");
    gsize offset = 3;
    gint stride = 11;
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 64, nullptr);
    gst_buffer_memset(buffer, 0, 99, 64);
    std::vector<std::uint8_t> expected;
    for (guint8 y = 0; y < 3; ++y) {
        for (guint8 x = 0; x < 5; ++x) {
            expected.push_back(static_cast<guint8>(1 + (x ^ y) % 3));
            gst_buffer_memset(buffer, offset + y * static_cast<gsize>(stride) + x, expected.back(), 1);
        }
    }
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 5, 3, 1, &offset,
                                   &stride);
    GST_BUFFER_PTS(buffer) = 0;
    ASSERT_EQ(sink.push(buffer), GST_FLOW_OK);
    // Without metadata GStreamer pads rows to a multiple of four.
    GstBuffer* plain = gst_buffer_new_allocate(nullptr, 24, nullptr);
    gst_buffer_memset(plain, 0, 7, 24);
    GST_BUFFER_PTS(plain) = GST_SECOND / 25;
    ASSERT_EQ(sink.push(plain), GST_FLOW_OK);
    trace.frames(0, 1);
    ASSERT_EQ(trace.prompts.size(), 2U);
    EXPECT_EQ(trace.prompts[0].mask.values, expected);
    EXPECT_EQ(trace.prompts[1].mask.values, std::vector<std::uint8_t>(15, 7));
}

TEST_F(PromptMasks, OfSeveralInOneFrameTheLastCounts) {
    for (int i = 0; i < 4; ++i) {
        GstBuffer* buffer = PromptSink::mask_buffer(0, static_cast<guint8>(i + 1));
        GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(i) * 10 * GST_MSECOND;
        GST_BUFFER_DURATION(buffer) = 10 * GST_MSECOND;
        ASSERT_EQ(sink.push(buffer), GST_FLOW_OK);
    }
    trace.frames(0, 0);
    ASSERT_EQ(trace.take_log(), (Log{"mask 0", "frame 0"}));
    EXPECT_EQ(trace.prompts[0].mask.values[0], 4);
}

TEST_F(PromptMasks, RunningTimesDecideWhateverTheSegments) {
    sink.segment(2 * GST_SECOND);
    ASSERT_EQ(sink.mask(0, 1), GST_FLOW_OK);
    ASSERT_EQ(sink.mask(1, 2), GST_FLOW_OK);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.start = segment.time = 10 * GST_SECOND;
    segment.base = 2 * GST_SECOND;
    gst_harness_push_event(trace.get(), gst_event_new_segment(&segment));
    trace.frames(250, 251);
    EXPECT_EQ(trace.take_log(), (Log{"mask 0", "frame 250", "mask 0", "frame 251"}));
    EXPECT_EQ(trace.prompts[1].mask.values[0], 2);
    EXPECT_FALSE(trace.prompts[0].late);
}

TEST_F(PromptMasks, RoundedTimesDoNotMakeAFrameWaitForTheNextMask) {
    GstBuffer* buffer = PromptSink::mask_buffer(0, 1);
    GST_BUFFER_DURATION(buffer) = 39'500'000;
    ASSERT_EQ(sink.push(buffer), GST_FLOW_OK);
    trace.frames(0, 0);
    EXPECT_EQ(trace.take_log(), (Log{"mask 0", "frame 0"}));
}

TEST_F(PromptMasks, WithoutTimesBelongToTheNextFrameAndNothingWaits) {
    GstBuffer* buffer = PromptSink::mask_buffer(0, 1);
    GST_BUFFER_PTS(buffer) = GST_BUFFER_DURATION(buffer) = GST_CLOCK_TIME_NONE;
    ASSERT_EQ(sink.push(buffer), GST_FLOW_OK);
    trace.frames(0, 2);
    EXPECT_EQ(trace.take_log(), (Log{"mask 0", "frame 0", "frame 1", "frame 2"}));
}

TEST_F(PromptMasks, LateOnesGoToTheNextFrameWhenFramesDoNotWait) {
    g_object_set(trace.element(), "wait-prompts", FALSE, nullptr);
    trace.frames(0, 1);
    ASSERT_EQ(sink.mask(0, 1), GST_FLOW_OK);
    ASSERT_EQ(sink.mask(1, 2), GST_FLOW_OK);
    trace.frames(2, 2);
    EXPECT_EQ(trace.take_log(), (Log{"frame 0", "frame 1", "mask 0 late", "frame 2"}));
    EXPECT_EQ(trace.prompts[0].mask.values[0], 2);
    ASSERT_EQ(sink.mask(3, 3), GST_FLOW_OK);
    trace.frames(3, 3);
    EXPECT_EQ(trace.take_log(), (Log{"mask 0", "frame 3"}));
}

TEST_F(PromptMasks, FramesWithoutTimesPass) {
    auto picture = trace.picture(0);
    GST_BUFFER_PTS(picture.get()) = GST_CLOCK_TIME_NONE;
    EXPECT_EQ(trace.push(std::move(picture)), GST_FLOW_OK);
}

/// A mask of 64x48 pixels with these values at frame `index`.
GstBuffer* grey_mask(int index, const ausm::gst::MaskImage& image) {
    GstBuffer* buffer = gst_buffer_new_memdup(image.values.data(), image.values.size());
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(index) * GST_SECOND / 25;
    GST_BUFFER_DURATION(buffer) = GST_SECOND / 25;
    return buffer;
}

TEST(PromptMaskEdges, AreCutAtHalfOrTheMaskIsSkippedWithOneWarning) {
    Trace trace("ausmprompt object=3");
    PromptSink sink(trace.element(), "video/x-raw,format=GRAY8,width=64,height=48,framerate=25/1");
    const auto soft = ausm::test::GreyDrawing(64, 48).disc(32, 24, 15, 255, 6).image();
    const auto two = ausm::test::GreyDrawing(64, 48).disc(16, 24, 10, 128, 3).disc(48, 24, 10, 255, 3).image();
    for (int i = 0; i < 4; ++i)
        ASSERT_EQ(sink.push(grey_mask(i, i == 1 || i == 2 ? two : soft)), GST_FLOW_OK);
    sink.event(gst_event_new_eos());
    trace.frames(0, 3);
    EXPECT_EQ(trace.take_log(), (Log{"mask 3", "frame 0", "frame 1", "frame 2", "mask 3", "frame 3"}));
    for (std::size_t i = 0; i < soft.values.size(); ++i)
        ASSERT_EQ(trace.prompts[0].mask.values[i], soft.values[i] >= 128 ? 255 : 0);
    const auto warnings = trace.warnings();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].find("edges are soft"), std::string::npos) << warnings[0];
}

TEST_F(PromptMasks, ThatCannotBeReadAreSkippedWithOneWarning) {
    for (int i = 0; i < 3; ++i)
        ASSERT_EQ(sink.push(gst_buffer_new_allocate(nullptr, 5, nullptr)), GST_FLOW_OK);
    EXPECT_EQ(trace.warnings().size(), 1U);
    ASSERT_EQ(sink.mask(0), GST_FLOW_OK);
    trace.frames(0, 0);
    EXPECT_EQ(trace.take_log(), (Log{"mask 1", "frame 0"}));
}

TEST(PromptMaskCaps, ThatAreTooLargeAreRefusedOnThePadOnly) {
    Trace trace("ausmprompt");
    PromptSink sink(trace.element(), "");
    sink.event(gst_event_new_stream_start("masks"));
    const Owned<GstCaps> caps(gst_caps_from_string("video/x-raw,format=GRAY8,width=16385,height=2,framerate=25/1"));
    sink.event(gst_event_new_caps(caps.get()));
    const auto warnings = trace.warnings();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].find("16385"), std::string::npos) << warnings[0];
    trace.frames(0, 0);
}

/// What lets a frame go that waits for its mask.
struct Way {
    const char* name;
    void (*end)(Trace&, PromptSink&);
    GstFlowReturn flow;
    Log log;
};

class FrameWaits : public testing::TestWithParam<Way> {};

TEST_P(FrameWaits, Until) {
    Trace trace("ausmprompt");
    PromptSink sink(trace.element(), kMaskCaps);
    auto flow = trace.push_elsewhere(0);
    EXPECT_TRUE(waits(flow));
    EXPECT_EQ(trace.take_log(), Log{});
    GetParam().end(trace, sink);
    EXPECT_EQ(result_of(flow), GetParam().flow);
    EXPECT_EQ(trace.take_log(), GetParam().log);
}

void state(Trace& trace, GstState state) { gst_element_set_state(trace.element(), state); }

INSTANTIATE_TEST_SUITE_P(
    All, FrameWaits,
    testing::Values(
        Way{"itsMaskComes", [](Trace&, PromptSink& sink) { sink.mask(0); }, GST_FLOW_OK, {"mask 1", "frame 0"}},
        Way{"aLaterMaskComes", [](Trace&, PromptSink& sink) { sink.mask(1); }, GST_FLOW_OK, {"frame 0"}},
        Way{"aGapCoversIt",
            [](Trace&, PromptSink& sink) { sink.event(gst_event_new_gap(0, GST_SECOND / 25)); },
            GST_FLOW_OK,
            {"frame 0"}},
        Way{"aSegmentBeginsLater",
            [](Trace&, PromptSink& sink) { sink.segment(GST_SECOND); },
            GST_FLOW_OK,
            {"frame 0"}},
        Way{"theMasksEnd", [](Trace&, PromptSink& sink) { sink.event(gst_event_new_eos()); }, GST_FLOW_OK, {"frame 0"}},
        Way{"theMasksAreFlushed",
            [](Trace&, PromptSink& sink) { sink.event(gst_event_new_flush_start()); },
            GST_FLOW_OK,
            {"frame 0"}},
        Way{"thePadIsGivenBack", [](Trace&, PromptSink& sink) { sink.release(); }, GST_FLOW_OK, {"frame 0"}},
        Way{"nobodyWantsItToWait",
            [](Trace& trace, PromptSink&) { g_object_set(trace.element(), "wait-prompts", FALSE, nullptr); },
            GST_FLOW_OK,
            {"frame 0"}},
        Way{"textComesInstead",
            [](Trace&, PromptSink& sink) {
                const Owned<GstCaps> caps(gst_caps_from_string(kJsonCaps));
                sink.event(gst_event_new_caps(caps.get()));
            },
            GST_FLOW_OK,
            {"frame 0"}},
        Way{"theVideoIsFlushed",
            [](Trace& trace, PromptSink&) { gst_harness_push_event(trace.get(), gst_event_new_flush_start()); },
            GST_FLOW_FLUSHING,
            {}},
        Way{"theElementStops",
            [](Trace& trace, PromptSink&) { state(trace, GST_STATE_READY); },
            GST_FLOW_FLUSHING,
            {}}),
    [](const auto& test) { return std::string(test.param.name); });

/// What ends the wait of a mask that is too far ahead.
class MaskAhead : public testing::TestWithParam<Way> {};

TEST_P(MaskAhead, WaitsUntil) {
    Trace trace("ausmprompt");
    PromptSink sink(trace.element(), kMaskCaps);
    for (int i = 0; i < 4; ++i)
        ASSERT_EQ(sink.mask(i), GST_FLOW_OK);
    auto flow = std::async(std::launch::async, [&sink] { return sink.mask(4); });
    EXPECT_TRUE(waits(flow));
    GetParam().end(trace, sink);
    EXPECT_EQ(result_of(flow), GetParam().flow);
    EXPECT_EQ(trace.take_log(), GetParam().log);
}

INSTANTIATE_TEST_SUITE_P(All, MaskAhead,
                         testing::Values(Way{"aFrameTakesOne",
                                             [](Trace& trace, PromptSink&) { trace.frames(0, 0); },
                                             GST_FLOW_OK,
                                             {"mask 1", "frame 0"}},
                                         Way{"itIsFlushed",
                                             [](Trace&, PromptSink& sink) { sink.event(gst_event_new_flush_start()); },
                                             GST_FLOW_FLUSHING,
                                             {}},
                                         Way{"theVideoEnds",
                                             [](Trace& trace, PromptSink&) {
                                                 gst_harness_push_event(trace.get(), gst_event_new_eos());
                                             },
                                             GST_FLOW_EOS,
                                             {}},
                                         Way{"theElementStops",
                                             [](Trace& trace, PromptSink&) { state(trace, GST_STATE_READY); },
                                             GST_FLOW_FLUSHING,
                                             {}}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(PromptMasks, AfterAFlushOfBothSidesTheyMeetAgain) {
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 4; ++i)
            ASSERT_EQ(sink.mask(i), GST_FLOW_OK);
        trace.frames(0, 1);
        EXPECT_EQ(trace.take_log(), (Log{"mask 1", "frame 0", "mask 1", "frame 1"}));
        trace.flush();
        sink.flush();
    }
}

TEST_F(PromptMasks, AfterARestartTheyMeetAgain) {
    ASSERT_EQ(sink.mask(0), GST_FLOW_OK);
    trace.frames(0, 0);
    state(trace, GST_STATE_READY);
    state(trace, GST_STATE_PLAYING);
    trace.take_log();
    trace.new_stream(kTraceCaps);
    const Owned<GstCaps> caps(gst_caps_from_string(kMaskCaps));
    sink.event(gst_event_new_stream_start("masks again"));
    sink.event(gst_event_new_caps(caps.get()));
    sink.segment();
    ASSERT_EQ(sink.mask(0), GST_FLOW_OK);
    trace.frames(0, 0);
    EXPECT_EQ(trace.take_log(), (Log{"mask 1", "frame 0"}));
}

}  // namespace
