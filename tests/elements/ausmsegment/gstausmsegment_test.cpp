// SPDX-License-Identifier: MIT
// ausmsegment with the real model: the picture stays, the metadata comes, prompts, resets, latency, errors.
#include "../../environment_variable.h"
#include "../same_memory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

using namespace ausm::test;

namespace {

class SegmentFormats : public testing::TestWithParam<const char*> {};

TEST_P(SegmentFormats, ThePictureAndItsTimesStayAndEveryBufferHasMetadata) {
    Segment segment("ausmsegment inference-size=64 latency=0",
                    std::string("video/x-raw,framerate=25/1,width=97,height=61,format=") + GetParam());
    for (int i = 0; i < 3; ++i) {
        const std::vector<guint8> before = bytes(segment.picture(i).get());
        const auto buffer = segment.pass(i);
        ASSERT_TRUE(buffer);
        EXPECT_EQ(bytes(buffer.get()), before);
        EXPECT_EQ(GST_BUFFER_PTS(buffer.get()), static_cast<GstClockTime>(i) * GST_SECOND / 25);
        EXPECT_EQ(GST_BUFFER_DURATION(buffer.get()), GST_SECOND / 25);
        EXPECT_EQ(GST_BUFFER_OFFSET(buffer.get()), static_cast<guint64>(i));
        GstAusmMetaView view;
        ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
        EXPECT_EQ(view.width, 97);
        EXPECT_EQ(view.height, 61);
        EXPECT_EQ(view.map_width, 97);
        EXPECT_EQ(view.map_height, 61);
        EXPECT_EQ(view.serial, static_cast<guint64>(i));
        EXPECT_TRUE(view.fresh);
        EXPECT_STRNE(view.source, "");
    }
}

INSTANTIATE_TEST_SUITE_P(All, SegmentFormats,
                         testing::Values("RGB", "BGR", "RGBx", "BGRx", "RGBA", "BGRA", "NV12", "I420", "GRAY8"),
                         [](const auto& test) { return std::string(test.param); });

TEST(AusmSegment, AnybodyElsesBufferGetsNoMetadata) {
    Segment segment;
    auto shared = segment.picture(0);
    ASSERT_EQ(segment.push(Owned<GstBuffer>(gst_buffer_ref(shared.get()))), GST_FLOW_OK);
    const auto buffer = segment.pull();
    ASSERT_TRUE(buffer);
    EXPECT_NE(buffer.get(), shared.get());
    GstAusmMetaView view;
    EXPECT_FALSE(gst_ausm_meta_get(shared.get(), &view));
    EXPECT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
    EXPECT_EQ(gst_buffer_peek_memory(buffer.get(), 0), gst_buffer_peek_memory(shared.get(), 0))
        << "the pixels are not copied";
}

TEST(AusmSegment, ABoxBecomesAnObjectThatIsFollowed) {
    Segment segment;
    const auto empty = segment.pass(0);
    ASSERT_TRUE(empty);
    EXPECT_TRUE(ids(empty.get()).empty()) << "mode=prompted finds nothing by itself";
    ASSERT_TRUE(add_prompt(segment, box(7)));
    const auto shown = segment.pass(1);
    ASSERT_TRUE(shown);
    GstAusmMetaView view;
    GstAusmObject object;
    ASSERT_TRUE(gst_ausm_meta_get(shown.get(), &view));
    ASSERT_EQ(view.n_objects, 1U);
    ASSERT_TRUE(gst_ausm_meta_get_object(&view, 0, &object));
    EXPECT_EQ(object.id, 7);
    EXPECT_STREQ(object.label, "square");
    EXPECT_EQ(object.origin, GST_AUSM_OBJECT_PROMPT);
    const std::vector<guint8> map = bytes(view.map);
    EXPECT_GT(std::count(map.begin(), map.end(), object.value), 0);
    const auto answer = segment.answer();
    ASSERT_TRUE(answer);
    EXPECT_TRUE(bool_of(answer.get(), "accepted"));
    EXPECT_EQ(int64_of(answer.get(), "object"), 7);
    EXPECT_EQ(string_of(answer.get(), "ref"), "the square");
    const auto appeared = segment.message(GST_MESSAGE_ELEMENT, "ausm-object");
    ASSERT_TRUE(appeared);
    EXPECT_EQ(string_of(appeared.get(), "event"), "appeared");
    EXPECT_EQ(string_of(appeared.get(), "label"), "square");
    EXPECT_EQ(int64_of(appeared.get(), "id"), 7);
    EXPECT_EQ(ids(segment.pass(2).get()), (std::set<gint64>{7}));
    ASSERT_TRUE(add_prompt(segment, box(0, "[0,0,0.4,1]")));
    EXPECT_EQ(ids(segment.pass(3).get()), (std::set<gint64>{7, 8})) << "0 is the next free id";
}

TEST(AusmSegment, EventsFromBothSidesAreThePromptsOfTheNextFrame) {
    Segment segment;
    ASSERT_TRUE(segment.pass(0));
    ASSERT_TRUE(gst_harness_push_event(segment.get(), gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, box(3))));
    EXPECT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{3}));
    ASSERT_TRUE(gst_harness_push_upstream_event(
        segment.get(), gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, box(4, "[0,0,0.4,1]"))));
    EXPECT_EQ(ids(segment.pass(2).get()), (std::set<gint64>{3, 4}));
    while (const Owned<GstEvent> event{gst_harness_try_pull_event(segment.get())})
        EXPECT_FALSE(gst_event_has_name(event.get(), ausm::gst::kPromptName)) << "prompts end here";
}

TEST(AusmSegment, MalformedPromptsAreRefusedWithAReason) {
    Segment segment;
    EXPECT_FALSE(add_prompt(segment, box(0, "[0,0,1,7]")));
    const auto malformed = segment.answer();
    ASSERT_TRUE(malformed);
    EXPECT_FALSE(bool_of(malformed.get(), "accepted"));
    EXPECT_NE(string_of(malformed.get(), "reason").find("box"), std::string::npos);
    EXPECT_FALSE(add_prompt(segment, gst_structure_new("ausm-prompt", "op", G_TYPE_STRING, "remove", "object",
                                                       G_TYPE_INT, 1, "time", G_TYPE_DOUBLE, 1.0, nullptr)));
    EXPECT_NE(string_of(segment.answer().get(), "reason").find("ausmprompt"), std::string::npos);
    EXPECT_FALSE(add_prompt(segment, gst_structure_new("ausm-prompt", "op", G_TYPE_STRING, "mask", "mask",
                                                       G_TYPE_STRING, "/nowhere.png", nullptr)));
    EXPECT_NE(string_of(segment.answer().get(), "reason").find("/nowhere.png"), std::string::npos);
    // Well-formed, but it does not fit this picture: the answer comes with the frame.
    ASSERT_TRUE(add_prompt(
        segment, gst_structure_new("ausm-prompt", "op", G_TYPE_STRING, "points", "points", G_TYPE_STRING, "[[200,1]]",
                                   "unit", G_TYPE_STRING, "pixel", "ref", G_TYPE_STRING, "far", nullptr)));
    EXPECT_TRUE(ids(segment.pass(0).get()).empty());
    const auto outside = segment.answer();
    ASSERT_TRUE(outside);
    EXPECT_EQ(string_of(outside.get(), "ref"), "far");
    EXPECT_NE(string_of(outside.get(), "reason").find("96x64"), std::string::npos);
    gst_harness_push_event(segment.get(),
                           gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty("ausm-prompt")));
    EXPECT_NE(string_of(segment.answer().get(), "reason").find("op is missing"), std::string::npos);
    Segment same;
    ASSERT_TRUE(same.pass(0));
    expect_same_memory(segment, same, 1);
}

TEST(AusmSegment, RemoveObjectEndsOneAndIsRefusedForOthers) {
    Segment segment;
    segment.show(5, 0);
    gboolean taken = FALSE;
    g_signal_emit_by_name(segment.element(), "remove-object", gint64{0}, &taken);
    EXPECT_FALSE(taken);
    g_signal_emit_by_name(segment.element(), "remove-object", gint64{5}, &taken);
    EXPECT_TRUE(taken);
    g_signal_emit_by_name(segment.element(), "remove-object", gint64{6}, &taken);
    EXPECT_TRUE(taken);
    EXPECT_TRUE(ids(segment.pass(1).get()).empty());
    std::vector<bool> accepted;
    while (const auto answer = segment.answer())
        accepted.push_back(bool_of(answer.get(), "accepted"));
    EXPECT_EQ(accepted, (std::vector<bool>{true, true, false})) << "the box, removing 5, removing 6";
    Segment same;
    same.show(5, 0);
    g_signal_emit_by_name(same.element(), "remove-object", gint64{5}, &taken);
    ASSERT_TRUE(same.pass(1));
    expect_same_memory(segment, same, 2);
}

TEST(AusmSegment, ResetForgetsEverything) {
    Segment segment;
    segment.show(5, 0);
    gboolean taken = FALSE;
    g_signal_emit_by_name(segment.element(), "reset", &taken);
    EXPECT_TRUE(taken);
    EXPECT_TRUE(ids(segment.pass(1).get()).empty());
    const auto reset = segment.message(GST_MESSAGE_ELEMENT, "ausm-reset");
    ASSERT_TRUE(reset);
    EXPECT_EQ(string_of(reset.get(), "reason"), "requested");
    ASSERT_TRUE(add_prompt(segment, box(0)));
    EXPECT_EQ(ids(segment.pass(2).get()), (std::set<gint64>{1})) << "ids start again";
}

TEST(AusmSegment, AFlushForgetsEverythingAndTheStreamGoesOn) {
    Segment segment;
    segment.show(5, 0);
    gst_harness_push_event(segment.get(), gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, box(9)));
    segment.flush();
    const auto reset = segment.message(GST_MESSAGE_ELEMENT, "ausm-reset");
    ASSERT_TRUE(reset);
    EXPECT_EQ(string_of(reset.get(), "reason"), "flush");
    const auto buffer = segment.pass(1);
    ASSERT_TRUE(buffer);
    EXPECT_TRUE(ids(buffer.get()).empty()) << "nor does the prompt live that had no frame";
}

TEST(AusmSegment, ANewStreamForgetsEverything) {
    Segment segment;
    segment.show(5, 0);
    segment.new_stream(kCaps);
    EXPECT_TRUE(ids(segment.pass(0).get()).empty());
    EXPECT_EQ(string_of(segment.message(GST_MESSAGE_ELEMENT, "ausm-reset").get(), "reason"), "stream-start");
}

TEST(AusmSegment, OtherCapsKeepTheIds) {
    Segment segment;
    segment.show(5, 0);
    segment.caps("video/x-raw,format=RGB,width=96,height=64,framerate=25/1");
    EXPECT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{5})) << "another format";
    segment.caps("video/x-raw,format=RGB,width=64,height=96,framerate=25/1");
    EXPECT_EQ(ids(segment.pass(2).get()), (std::set<gint64>{5})) << "another grid of the network";
    EXPECT_FALSE(segment.message(GST_MESSAGE_ELEMENT, "ausm-reset"));
}

TEST(AusmSegment, SettingsChangeBetweenFrames) {
    Segment segment;
    segment.show(5, 0);
    gst_util_set_object_arg(G_OBJECT(segment.element()), "map-size", "model");
    auto buffer = segment.pass(1);
    GstAusmMetaView view;
    ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
    EXPECT_NE(view.map_width, 96);
    EXPECT_EQ(view.width, 96);
    g_object_set(segment.element(), "inference-size", 65, "threshold", 0.9, "max-age", 3, "max-objects", 2, nullptr);
    gint size = 0;
    g_object_get(segment.element(), "inference-size", &size, nullptr);
    EXPECT_EQ(size, 96) << "the next multiple of 32";
    buffer = segment.pass(2);
    ASSERT_TRUE(buffer);
    EXPECT_EQ(ids(buffer.get()), (std::set<gint64>{5}));
    g_object_set(segment.element(), "max-objects", 254, nullptr);
    ASSERT_TRUE(segment.pass(3)) << "an impossible setting leaves the old ones in force";
    EXPECT_TRUE(segment.message(GST_MESSAGE_WARNING));
}

TEST(AusmSegment, TheSeedDecidesOnTheValuesInTheMap) {
    std::set<guint> values;
    for (const char* seed : {"0", "1", "2", "3"}) {
        Segment segment(std::string(kLaunch) + " seed=" + seed);
        segment.show(5, 0);
        GstAusmMetaView view;
        GstAusmObject object;
        const auto buffer = segment.pass(1);
        ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
        ASSERT_TRUE(gst_ausm_meta_get_object(&view, 0, &object));
        if (*seed == '0') {
            EXPECT_EQ(object.value, 1);
        }
        values.insert(object.value);
    }
    EXPECT_GT(values.size(), 1U);
}

TEST(AusmSegment, APrecisionThatIsNotThereIsNamed) {
    try {
        Segment segment(std::string(kLaunch) + " precision=fp16");
        ADD_FAILURE() << "it starts";
    } catch (const std::runtime_error& failure) {
        EXPECT_NE(std::string(failure.what()).find("fp16"), std::string::npos) << failure.what();
    }
    Segment segment(std::string(kLaunch) + " precision=fp32");
    EXPECT_TRUE(segment.pass(0));
}

TEST(AusmSegment, TheEnvironmentSaysWhatTheAutomaticPrecisionIs) {
    const EnvironmentVariable variable("AUSM_PRECISION", "half");
    try {
        Segment segment;
        ADD_FAILURE() << "it starts";
    } catch (const std::runtime_error& failure) {
        EXPECT_NE(std::string(failure.what()).find("AUSM_PRECISION is 'half'; set it to fp32 or bf16"),
                  std::string::npos)
            << failure.what();
    }
    Segment named(std::string(kLaunch) + " precision=fp32");
    EXPECT_TRUE(named.pass(0));
    const EnvironmentVariable right("AUSM_PRECISION", "bf16");
    Segment segment;
    EXPECT_TRUE(segment.pass(0));
}

TEST(AusmSegment, ABadBufferPassesWithAWarningAndTheStreamGoesOn) {
    Segment segment;
    segment.show(5, 0);
    for (int i = 0; i < 2; ++i) {
        ASSERT_EQ(segment.push(Owned<GstBuffer>(gst_buffer_new_allocate(nullptr, 10, nullptr))), GST_FLOW_OK);
        const auto bad = segment.pull();
        ASSERT_TRUE(bad);
        EXPECT_EQ(ids(bad.get()), (std::set<gint64>{-1})) << "no metadata";
    }
    const auto warning = segment.message(GST_MESSAGE_WARNING);
    ASSERT_TRUE(warning);
    EXPECT_EQ(report_of(warning.get()).domain, GST_STREAM_ERROR);
    EXPECT_NE(report_of(warning.get()).message.find("10 bytes"), std::string::npos) << report_of(warning.get()).message;
    EXPECT_FALSE(segment.message(GST_MESSAGE_WARNING)) << "once for a run of them";
    EXPECT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{5}));
}

TEST(AusmSegment, ImpossibleCapsAreRefused) {
    Segment segment;
    const Owned<GstPad> pad(gst_element_get_static_pad(segment.element(), "sink"));
    for (const char* caps : {"video/x-raw,format=YUY2,width=96,height=64,framerate=25/1", "audio/x-raw,rate=44100",
                             "video/x-raw(memory:CUDAMemory),format=NV12,width=96,height=64"}) {
        const Owned<GstCaps> parsed(gst_caps_from_string(caps));
        EXPECT_FALSE(gst_pad_send_event(pad.get(), gst_event_new_caps(parsed.get()))) << caps;
    }
    segment.caps(kCaps);
    EXPECT_TRUE(segment.pass(0)) << "the next good caps are taken";
}

TEST(AusmSegment, AFrameWithoutCapsIsAnError) {
    Harness harness(kLaunch);
    gst_harness_push_event(harness.get(), gst_event_new_stream_start("x"));
    harness.time_segment();
    EXPECT_EQ(harness.push(Owned<GstBuffer>(gst_buffer_new_allocate(nullptr, 10, nullptr))), GST_FLOW_NOT_NEGOTIATED);
    EXPECT_TRUE(harness.message(GST_MESSAGE_ERROR));
}

TEST(AusmSegment, PromptsThatGetNoFrameAreRefusedAtTheEnd) {
    Segment segment;
    ASSERT_TRUE(segment.pass(0));
    ASSERT_TRUE(add_prompt(segment, box(5)));
    gst_harness_push_event(segment.get(), gst_event_new_eos());
    const auto answer = segment.answer();
    ASSERT_TRUE(answer);
    EXPECT_FALSE(bool_of(answer.get(), "accepted"));
    EXPECT_NE(string_of(answer.get(), "reason").find("ended"), std::string::npos);
}

TEST(AusmSegment, PromptsThatGetNoFrameAreRefusedWhenItStops) {
    Segment segment;
    ASSERT_TRUE(segment.pass(0));
    ASSERT_TRUE(add_prompt(segment, box(5)));
    gst_harness_push_event(segment.get(), gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, box(6)));
    gst_element_set_state(segment.element(), GST_STATE_READY);
    for (int i = 0; i < 2; ++i) {
        const auto answer = segment.answer();
        ASSERT_TRUE(answer) << i;
        EXPECT_FALSE(bool_of(answer.get(), "accepted"));
        EXPECT_NE(string_of(answer.get(), "reason").find("stopped"), std::string::npos);
    }
    gst_element_set_state(segment.element(), GST_STATE_NULL);
    ASSERT_TRUE(add_prompt(segment, box(7)));
    gst_element_set_state(segment.element(), GST_STATE_READY);
    ASSERT_TRUE(add_prompt(segment, box(8, "[0,0,0.4,1]")));
    EXPECT_FALSE(segment.answer());
    gst_element_set_state(segment.element(), GST_STATE_PLAYING);
    segment.new_stream(kCaps);
    EXPECT_EQ(ids(segment.pass(0).get()), (std::set<gint64>{7, 8})) << "what came since is for the new stream";
}

TEST(AusmSegment, PromptsThatGetNoFrameAreRefusedWhenTheirPadIsReleased) {
    Segment first;
    ASSERT_TRUE(first.pass(0));
    {
        Segment second(first, 7);
        ASSERT_TRUE(second.pass(0));
        const Owned<GstPad> sink(second.pad("sink_7"));
        const Owned<GstStructure> prompt(box(5));
        gboolean taken = FALSE;
        g_signal_emit_by_name(sink.get(), "add-prompt", prompt.get(), &taken);
        ASSERT_TRUE(taken);
    }
    const auto answer = first.answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(string_of(answer.get(), "pad"), "sink_7");
    EXPECT_FALSE(bool_of(answer.get(), "accepted"));
}

TEST(AusmSegment, TheMetadataSaysTheShapeOfAPixel) {
    Segment segment(kLaunch, std::string(kCaps) + ",pixel-aspect-ratio=16/15");
    g_object_set(segment.element(), "interval", 2, nullptr);
    for (int i = 0; i < 2; ++i) {  // the second carries the first one's metadata
        const auto buffer = segment.pass(i);
        GstAusmMetaView view;
        ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
        EXPECT_EQ(view.pixel_aspect_n, 16);
        EXPECT_EQ(view.pixel_aspect_d, 15);
        EXPECT_EQ(view.fresh != FALSE, i == 0);
    }
}

TEST(AusmSegment, GapAndEosArePassedOn) {
    Segment segment;
    ASSERT_TRUE(segment.pass(0));
    gst_harness_push_event(segment.get(), gst_event_new_gap(0, GST_SECOND));
    gst_harness_push_event(segment.get(), gst_event_new_eos());
    std::set<GstEventType> types;
    while (const Owned<GstEvent> event{gst_harness_try_pull_event(segment.get())})
        types.insert(GST_EVENT_TYPE(event.get()));
    EXPECT_TRUE(types.contains(GST_EVENT_GAP));
    EXPECT_TRUE(types.contains(GST_EVENT_EOS));
}

TEST(AusmSegment, TwoElementsOfAProcessKeepTheirObjectsApart) {
    Segment one;
    Segment two;
    one.show(5, 0);
    EXPECT_TRUE(ids(two.pass(0).get()).empty());
    two.show(6, 1);
    EXPECT_EQ(ids(one.pass(1).get()), (std::set<gint64>{5}));
}

TEST(AusmSegment, TwoStreamsAtOnce) {
    std::vector<std::thread> threads;
    std::atomic<int> frames{0};
    for (int stream = 0; stream < 2; ++stream)
        threads.emplace_back([&frames] {
            Segment segment;
            for (int i = 0; i < 10; ++i)
                frames += segment.pass(i) ? 1 : 0;
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(frames, 20);
}

TEST(AusmSegment, NullAndBackIsANewStream) {
    Segment segment;
    segment.show(5, 0);
    ASSERT_EQ(gst_element_set_state(segment.element(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    ASSERT_EQ(gst_element_set_state(segment.element(), GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
    segment.new_stream(kCaps);
    EXPECT_TRUE(ids(segment.pass(0).get()).empty());
    ASSERT_TRUE(add_prompt(segment, box(0)));
    EXPECT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{1}));
}

TEST(AusmSegment, AFlushEndsAFrameThatIsInTheModel) {
    // Large, so that a frame certainly takes longer than the flush.
    Segment segment("ausmsegment inference-size=512 latency=0",
                    "video/x-raw,format=RGB,width=960,height=540,framerate=25/1");
    std::atomic<int> pushed{0};
    std::atomic<GstFlowReturn> last{GST_FLOW_OK};
    std::thread stream([&] {
        for (int i = 0; i < 1000 && last == GST_FLOW_OK; ++i) {
            last = segment.push(segment.picture(i));
            ++pushed;
        }
    });
    while (pushed < 1)
        std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const gint64 begin = g_get_monotonic_time();
    gst_harness_push_event(segment.get(), gst_event_new_flush_start());
    stream.join();
    EXPECT_LT(g_get_monotonic_time() - begin, 5 * G_USEC_PER_SEC);
    EXPECT_EQ(last, GST_FLOW_FLUSHING);
    gst_harness_push_event(segment.get(), gst_event_new_flush_stop(TRUE));
    segment.time_segment();
    EXPECT_EQ(segment.push(segment.picture(0)), GST_FLOW_OK);
}

TEST(AusmSegment, AllocationPromisesOnlyWhatDownstreamUnderstands) {
    Segment segment;
    const Owned<GstCaps> caps(gst_caps_from_string(kCaps));
    const auto ask = [&] {
        Owned<GstQuery> query(gst_query_new_allocation(caps.get(), TRUE));
        return gst_pad_peer_query(segment.get()->srcpad, query.get()) ? std::move(query) : nullptr;
    };
    const auto plain = ask();
    EXPECT_FALSE(plain && gst_query_find_allocation_meta(plain.get(), GST_VIDEO_META_API_TYPE, nullptr));
    gst_harness_add_propose_allocation_meta(segment.get(), GST_VIDEO_META_API_TYPE, nullptr);
    gst_harness_add_propose_allocation_meta(segment.get(), GST_VIDEO_CROP_META_API_TYPE, nullptr);
    const auto rich = ask();
    ASSERT_TRUE(rich);
    EXPECT_TRUE(gst_query_find_allocation_meta(rich.get(), GST_VIDEO_META_API_TYPE, nullptr));
    EXPECT_FALSE(gst_query_find_allocation_meta(rich.get(), GST_VIDEO_CROP_META_API_TYPE, nullptr));
}

TEST(AusmSegment, StatsCountAndTime) {
    Segment segment;
    segment.show(5, 0);
    for (int i = 1; i < 5; ++i)
        ASSERT_TRUE(segment.pass(i));
    const auto stats = segment.stats();
    guint64 frames = 0;
    guint64 state = 0;
    guint objects = 0;
    gdouble fps = 0;
    gdouble median = 0;
    gdouble most = 0;
    gdouble encode = 0;
    gint width = 0;
    ASSERT_TRUE(gst_structure_get(stats.get(), "frames", G_TYPE_UINT64, &frames, "state-bytes", G_TYPE_UINT64, &state,
                                  "objects", G_TYPE_UINT, &objects, "fps", G_TYPE_DOUBLE, &fps, "latency-p50",
                                  G_TYPE_DOUBLE, &median, "latency-p95", G_TYPE_DOUBLE, &most, "encode", G_TYPE_DOUBLE,
                                  &encode, "input-width", G_TYPE_INT, &width, nullptr));
    EXPECT_EQ(frames, 5U);
    EXPECT_EQ(objects, 1U);
    EXPECT_EQ(width, 96);
    EXPECT_GT(state, 0U);
    EXPECT_GT(fps, 0);
    EXPECT_GT(median, 0);
    EXPECT_GE(most, median);
    EXPECT_GT(encode, 0);
    EXPECT_LE(encode, most);
    EXPECT_STREQ(gst_structure_get_string(stats.get(), "graphs"), "") << "the CPU has none";
}

}  // namespace
