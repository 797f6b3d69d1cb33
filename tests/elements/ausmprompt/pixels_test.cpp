// SPDX-License-Identifier: MIT
// Coordinates are those of the picture that passes ausmprompt: whatever scales it later, whenever its caps come, and
// what becomes of those over its edges.
#include "../segment.h"
#include "../trace.h"

#include "../../gst/png_file.h"
#include "../../gst/temporary_folder.h"

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include <functional>

using namespace ausm::test;
using ausm::gst::PromptUnit;

namespace {

using Box = std::array<double, 4>;

/// ausmprompt on kTraceCaps, 16x16, and a scaler behind it.
std::string scaled(const std::string& properties = "") {
    return "ausmprompt name=p " + properties + " ! videoscale ! video/x-raw,width=8,height=4";
}

/// The element with the prompts, in a Trace of several.
Owned<GstElement> prompts_of(const Trace& trace) {
    return Owned<GstElement>(gst_bin_get_by_name(GST_BIN(trace.element()), "p"));
}

bool add_prompt_to(GstElement* element, const std::string& text) {
    const Owned<GstStructure> structure(gst_structure_from_string(("ausm-prompt, " + text).c_str(), nullptr));
    gboolean taken = FALSE;
    g_signal_emit_by_name(element, "add-prompt", structure.get(), &taken);
    return taken;
}

/// A way in which a prompt in pixels of 16x16 reaches ausmprompt before frame 0.
struct Way {
    const char* name;
    std::string properties;
    std::function<void(Trace&)> send;
    std::function<void(const PromptLine&)> check;
};

void is_box(const PromptLine& line) { EXPECT_EQ(line.box, (Box{0.25, 0.5, 0.75, 1})); }
void is_point(const PromptLine& line) {
    ASSERT_EQ(line.points.size(), 1U);
    EXPECT_EQ(line.points[0].x, 0.25);
    EXPECT_EQ(line.points[0].y, 0.5);
    EXPECT_FALSE(line.points[0].inside);
}
void is_stroke(const PromptLine& line) {
    ASSERT_EQ(line.strokes.size(), 1U);
    ASSERT_EQ(line.strokes[0].size(), 2U);
    EXPECT_EQ(line.strokes[0][1].x, 0.25);
    EXPECT_EQ(line.strokes[0][1].y, 0.5);
}

class ThroughAScaler : public testing::TestWithParam<Way> {};

TEST_P(ThroughAScaler, PixelsAreThoseOfThePictureBeforeIt) {
    Trace trace(scaled(GetParam().properties));
    GetParam().send(trace);
    trace.frames(0, 0);
    ASSERT_EQ(trace.prompts.size(), 1U);
    EXPECT_EQ(trace.prompts[0].unit, PromptUnit::kNormalised);
    GetParam().check(trace.prompts[0]);
    EXPECT_TRUE(trace.refusals().empty());
}

void nothing(Trace&) {}
auto by_signal(const char* text) {
    return [text](Trace& trace) { EXPECT_TRUE(add_prompt_to(prompts_of(trace).get(), text)); };
}
INSTANTIATE_TEST_SUITE_P(
    All, ThroughAScaler,
    testing::Values(Way{"boxProperty", "unit=pixel box=4,8,12,16", nothing, is_box},
                    Way{"pointsProperty", "unit=pixel points=4,8,0", nothing, is_point},
                    Way{"boxSignal", "", by_signal("op=box, unit=pixel, box=<4, 8, 12, 16>"), is_box},
                    Way{"pointsSignal", "", by_signal("op=points, unit=pixel, points=<<4, 8, 0>>"), is_point},
                    Way{"scribbleSignal", "", by_signal("op=scribble, unit=pixel, strokes=\"[[[0, 0], [4, 8]]]\""),
                        is_stroke}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PixelsOfAFile, AreThoseOfThePictureBeforeAScaler) {
    const TemporaryFolder folder;
    Trace trace(
        scaled("location=" + folder.write("p.jsonl", "{\"op\":\"box\",\"unit\":\"pixel\",\"box\":[4,8,12,16]}\n")));
    trace.frames(0, 0);
    ASSERT_EQ(trace.prompts.size(), 1U);
    is_box(trace.prompts[0]);
}

TEST(PixelsOfText, LeaveAsShares) {
    Trace trace("ausmprompt");
    PromptSink sink(trace.element(), kJsonCaps);
    sink.text(
        "{\"op\":\"box\",\"unit\":\"pixel\",\"box\":[4,8,12,16]}\n"
        "{\"op\":\"points\",\"unit\":\"pixel\",\"points\":[[4,8,0]]}\n"
        "{\"op\":\"scribble\",\"unit\":\"pixel\",\"strokes\":[[[0,0],[4,8]]]}\n");
    trace.frames(0, 0);
    ASSERT_EQ(trace.prompts.size(), 3U);
    is_box(trace.prompts[0]);
    is_point(trace.prompts[1]);
    is_stroke(trace.prompts[2]);
}

TEST(PixelsOfDetections, AreThoseOfThePictureBeforeAScaler) {
    Trace trace(scaled("detections=true"));
    auto picture = trace.picture(0);
    gst_buffer_add_video_region_of_interest_meta(picture.get(), "dog", 4, 8, 8, 8);
    ASSERT_EQ(trace.push(std::move(picture)), GST_FLOW_OK);
    ASSERT_EQ(trace.prompts.size(), 1U);
    is_box(trace.prompts[0]);
}

/// The map after one frame of 96x64 that is halved on its way.
std::vector<guint8> map_of(const std::string& properties) {
    Segment chain("ausmprompt " + properties + " ! videoscale ! video/x-raw,width=48,height=32 ! " + kLaunch);
    const auto buffer = chain.pass(0);
    GstAusmMetaView view;
    if (!buffer || !gst_ausm_meta_get(buffer.get(), &view) || view.n_objects != 1)
        return {};
    return bytes(view.map);
}

TEST(PixelsThroughAScaler, ShowTheSameAsShares) {
    const TemporaryFolder folder;
    const auto shown = map_of("box=0.5,0.25,0.875,0.75");
    ASSERT_FALSE(shown.empty());
    EXPECT_EQ(map_of("unit=pixel box=48,16,84,48"), shown);
    EXPECT_EQ(map_of("unit=pixel points=66,32"), map_of("points=0.6875,0.5"));
    const auto strokes = [&](const char* unit, const char* numbers) {
        return map_of("location=" + folder.write("p.jsonl", std::string("{\"op\":\"scribble\",\"unit\":\"") + unit +
                                                                "\",\"strokes\":" + numbers + "}\n"));
    };
    const auto drawn = strokes("pixel", "[[[54,24],[78,40]]]");
    ASSERT_FALSE(drawn.empty());
    EXPECT_EQ(drawn, strokes("normalised", "[[[0.5625,0.375],[0.8125,0.625]]]"));
    // A mask is the whole picture, whatever its size is.
    std::vector<std::vector<std::uint8_t>> rows(64, std::vector<std::uint8_t>(96));
    for (std::size_t y = 16; y < 48; ++y)
        std::fill(rows[y].begin() + 48, rows[y].begin() + 84, std::uint8_t{255});
    write_png(folder.path("m.png"), 96, 64, 8, PNG_COLOR_TYPE_GRAY, rows);
    const auto masked = map_of("mask-location=" + folder.path("m.png"));
    ASSERT_EQ(masked.size(), std::size_t{48} * 32);
    for (std::size_t i = 0; i < masked.size(); ++i) {
        const std::size_t x = i % 48, y = i / 48;
        if ((x > 26 && x < 39 && y > 10 && y < 21) || x < 22 || x > 43 || y < 6 || y > 25) {  // away from its edge
            ASSERT_EQ(masked[i] != 0, x > 22 && x < 43 && y > 6 && y < 25) << x << "," << y;
        }
    }
}

TEST(PixelsAndCaps, AStandingPromptWaitsForThePicture) {
    Trace trace("ausmprompt unit=pixel box=4,8,12,16");
    EXPECT_EQ(trace.take_log(), Log{}) << "caps alone show nothing";
    trace.new_stream("video/x-raw,format=GRAY8,width=64,height=32,framerate=25/1");
    trace.frames(0, 0);
    ASSERT_EQ(trace.take_log(), (Log{"box 0", "frame 0"}));
    EXPECT_EQ(trace.prompts[0].box, (Box{4. / 64, 8. / 32, 12. / 64, 16. / 32}));
}

TEST(PixelsAndCaps, ThePictureOfThePromptsFrameCounts) {
    Trace trace("ausmprompt");
    EXPECT_TRUE(add_prompt(trace, "op=box, unit=pixel, box=<4, 8, 12, 16>, frame=1"));
    EXPECT_TRUE(add_prompt(trace, "op=points, unit=pixel, points=<<20, 4>>, ref=\"too far\""));
    trace.frames(0, 0);
    const auto reasons = trace.refusals();
    ASSERT_EQ(reasons.size(), 1U);
    EXPECT_NE(reasons[0].find("16x16"), std::string::npos) << reasons[0];
    trace.caps("video/x-raw,format=GRAY8,width=32,height=32,framerate=25/1");
    EXPECT_TRUE(add_prompt(trace, "op=points, unit=pixel, points=<<20, 4>>"));
    trace.frames(1, 1);
    EXPECT_EQ(trace.take_log(), (Log{"frame 0", "box 0", "points 0", "frame 1"}));
    ASSERT_EQ(trace.prompts.size(), 2U);
    EXPECT_EQ(trace.prompts[0].box, (Box{0.125, 0.25, 0.375, 0.5}));
    EXPECT_EQ(trace.prompts[1].points[0].x, 0.625);
}

TEST(PixelsAndCaps, AfterAFlushAStandingPromptIsThatOfTheNewPicture) {
    Trace trace("ausmprompt unit=pixel box=4,8,12,16");
    trace.frames(0, 0);
    trace.caps("video/x-raw,format=GRAY8,width=32,height=32,framerate=25/1");
    trace.flush();
    trace.frames(1, 1);
    ASSERT_EQ(trace.prompts.size(), 2U);
    EXPECT_EQ(trace.prompts[0].box, (Box{0.25, 0.5, 0.75, 1}));
    EXPECT_EQ(trace.prompts[1].box, (Box{0.125, 0.25, 0.375, 0.5}));
}

TEST(PixelsAndCaps, WithoutThemPixelsAreRefusedAndSharesGoOn) {
    const Owned<GstBus> bus(gst_bus_new());
    const Owned<GstElement> element(
        GST_ELEMENT(gst_object_ref_sink(gst_parse_launch("ausmprompt unit=pixel box=4,8,12,16", nullptr))));
    gst_element_set_bus(element.get(), bus.get());
    add_prompt_to(element.get(), "op=points, points=<<0.5, 0.5>>");
    GstHarness* harness = gst_harness_new_with_element(element.get(), "sink", "src");
    gst_harness_play(harness);
    gst_harness_push_event(harness, gst_event_new_stream_start("no caps"));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_harness_push_event(harness, gst_event_new_segment(&segment));
    gst_harness_push(harness, gst_buffer_new_allocate(nullptr, 256, nullptr));
    const Owned<GstMessage> answer(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ELEMENT));
    ASSERT_TRUE(answer);
    EXPECT_FALSE(bool_of(answer.get(), "accepted"));
    EXPECT_NE(string_of(answer.get(), "reason").find("size of the picture is not known"), std::string::npos);
    int sent = 0;
    while (const Owned<GstEvent> event{gst_harness_try_pull_event(harness)})
        sent += gst_event_has_name(event.get(), ausm::gst::kPromptName) ? 1 : 0;
    EXPECT_EQ(sent, 1);
    gst_element_set_bus(element.get(), nullptr);
    gst_harness_teardown(harness);
}

/// The first answer of ausmprompt and ausmsegment to a prompt that a 96x64 picture gets in one of two ways.
Owned<GstMessage> answer_to(const std::string& prompt, bool directly) {
    Segment chain(directly ? kLaunch : std::string("ausmprompt name=p ! ") + kLaunch);
    if (directly) {
        EXPECT_TRUE(add_prompt_to(chain.element(), prompt));
    } else {
        const Owned<GstElement> prompts(gst_bin_get_by_name(GST_BIN(chain.element()), "p"));
        EXPECT_TRUE(add_prompt_to(prompts.get(), prompt));
    }
    EXPECT_TRUE(chain.pass(0));
    return chain.answer();
}

TEST(OverTheEdge, ABoxIsClippedAndTheAnswerSaysSo) {
    for (const bool directly : {false, true})
        for (const char* prompt : {"op=box, unit=pixel, box=<48, 16, 97, 48>", "op=box, box=<0.5, -0.1, 1.2, 1.1>"}) {
            const auto answer = answer_to(prompt, directly);
            ASSERT_TRUE(answer) << prompt;
            EXPECT_TRUE(bool_of(answer.get(), "accepted")) << string_of(answer.get(), "reason");
            EXPECT_NE(string_of(answer.get(), "reason").find("clipped to the picture"), std::string::npos);
        }
    const auto inside = answer_to("op=box, unit=pixel, box=<48, 16, 96, 64>", false);
    ASSERT_TRUE(inside);
    EXPECT_EQ(string_of(inside.get(), "reason"), "");
}

TEST(OverTheEdge, WhatLiesOutsideIsRefusedInEveryUnit) {
    for (const bool directly : {false, true})
        for (const char* prompt :
             {"op=box, unit=pixel, box=<48, 16, 150, 48>", "op=points, unit=pixel, points=<<97, 3>>",
              "op=points, points=<<1.02, 0.5>>", "op=scribble, strokes=\"[[[0.5, 0.5], [0.5, 1.02]]]\""}) {
            const auto answer = answer_to(prompt, directly);
            ASSERT_TRUE(answer) << prompt;
            EXPECT_FALSE(bool_of(answer.get(), "accepted")) << prompt;
            EXPECT_NE(string_of(answer.get(), "reason").find("outside the picture of 96x64"), std::string::npos);
        }
}

TEST(OverTheEdge, APointWithinHalfAPixelIsTakenWithoutAWord) {
    for (const bool directly : {false, true})
        for (const char* prompt : {"op=points, unit=pixel, points=<<96.4, 63>>", "op=points, points=<<1.004, 0.9>>"}) {
            const auto answer = answer_to(prompt, directly);
            ASSERT_TRUE(answer) << prompt;
            EXPECT_TRUE(bool_of(answer.get(), "accepted")) << string_of(answer.get(), "reason");
            EXPECT_EQ(string_of(answer.get(), "reason"), "");
        }
}

}  // namespace
