// SPDX-License-Identifier: MIT
// ausmprompt: which prompts leave it, in front of which frame, and what it refuses.
#include "../trace.h"

#include "../../gst/png_file.h"
#include "../../gst/temporary_folder.h"

#include <gtest/gtest.h>

#include <thread>

using namespace ausm::test;

namespace {

TEST(AusmPrompt, StandingPromptsComeBeforeTheFirstFrameAndAgainAfterAFlush) {
    Trace trace("ausmprompt box=0.1,0.2,0.3,0.4;0.5,0.5,1,1 points=0.5,0.5;0.1,0.1,0 object=5 label=dog");
    trace.frames(0, 1);
    EXPECT_EQ(trace.log, (Log{"box 5", "box 6", "points 5", "frame 0", "frame 1"}));
    EXPECT_EQ(trace.prompts[0].box, (std::array<double, 4>{0.1, 0.2, 0.3, 0.4}));
    EXPECT_EQ(trace.prompts[0].label, "dog");
    EXPECT_FALSE(trace.prompts[2].points[1].inside);
    trace.log.clear();
    trace.flush();
    trace.frames(9, 9);
    EXPECT_EQ(trace.log, (Log{"box 5", "box 6", "points 5", "frame 9"}));
    trace.log.clear();
    gst_harness_push_event(trace.get(), gst_event_new_stream_start("another"));
    trace.frames(0, 0);
    EXPECT_EQ(trace.log, (Log{"box 5", "box 6", "points 5", "frame 0"}));
}

TEST(AusmPrompt, APropertyThatChangesWhilePlayingBelongsToTheNextFrame) {
    Trace trace("ausmprompt box=0.1,0.2,0.3,0.4");
    trace.frames(0, 0);
    g_object_set(trace.element(), "points", "[[3, 4, 1]]", nullptr);
    gst_util_set_object_arg(G_OBJECT(trace.element()), "unit", "pixel");
    trace.frames(1, 2);
    EXPECT_EQ(trace.log, (Log{"box 0", "frame 0", "points 0", "frame 1", "frame 2"}));
    EXPECT_EQ(trace.prompts[1].unit, ausm::gst::PromptUnit::kNormalised) << "pixels of 16x16 leave as shares";
    EXPECT_EQ(trace.prompts[1].points[0].x, 3. / 16);
    g_object_set(trace.element(), "box", "nonsense", nullptr);
    trace.frames(3, 3);
    const auto warnings = trace.warnings();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].find("property box"), std::string::npos) << warnings[0];
}

TEST(AusmPrompt, ThePictureIsTheSameBuffer) {
    Trace trace("ausmprompt box=0.1,0.2,0.3,0.4");
    auto picture = trace.picture(0);
    GstBuffer* const same = picture.get();
    ASSERT_EQ(trace.push(std::move(picture)), GST_FLOW_OK);
    EXPECT_EQ(trace.pull().get(), same);
}

TEST(AusmPrompt, MaskLocationSendsThePixels) {
    const TemporaryFolder folder;
    write_png(folder.path("m.png"), 2, 2, 8, PNG_COLOR_TYPE_PALETTE, {{0, 1}, {2, 0}});
    Trace trace("ausmprompt mask-location=" + folder.path("m.png"));
    trace.frames(0, 0);
    ASSERT_EQ(trace.log, (Log{"mask 0", "frame 0"}));
    EXPECT_EQ(trace.prompts[0].mask.values, (std::vector<std::uint8_t>{0, 1, 2, 0}));
}

class PromptFile : public testing::Test {
protected:
    TemporaryFolder folder;
    std::string launch(const std::string& lines) { return "ausmprompt location=" + folder.write("p.jsonl", lines); }
};

TEST_F(PromptFile, FramesAreCountedFromTheStreamStart) {
    Trace trace(
        launch("{\"op\":\"remove\",\"object\":2,\"frame\":2}\n{\"op\":\"remove\",\"object\":1,\"frame\":0}\n"
               "{\"op\":\"remove\",\"object\":3,\"frame\":2}\r\n\n  \n{\"op\":\"remove\",\"object\":4}"));
    trace.frames(0, 3);
    EXPECT_EQ(trace.log,
              (Log{"remove 4", "remove 1", "frame 0", "frame 1", "remove 2", "remove 3", "frame 2", "frame 3"}));
    trace.log.clear();
    gst_harness_push_event(trace.get(), gst_event_new_stream_start("another"));
    trace.frames(0, 0);
    EXPECT_EQ(trace.log, (Log{"remove 4", "remove 1", "frame 0"}));
}

TEST_F(PromptFile, ATimeBelongsToTheFirstFrameThatEndsAfterIt) {
    Trace trace(
        launch("{\"op\":\"remove\",\"object\":1,\"time\":0}\n{\"op\":\"remove\",\"object\":2,\"time\":0.039}\n"
               "{\"op\":\"remove\",\"object\":3,\"time\":0.04}\n{\"op\":\"remove\",\"object\":4,\"time\":0.1}\n"));
    trace.frames(0, 3);
    EXPECT_EQ(trace.log,
              (Log{"remove 1", "remove 2", "frame 0", "remove 3", "frame 1", "remove 4", "frame 2", "frame 3"}));
}

TEST_F(PromptFile, TheCapsGiveTheEndOfAFrameWithoutDuration) {
    Trace trace(launch("{\"op\":\"remove\",\"object\":2,\"time\":0.039}\n"));
    auto picture = trace.picture(0);
    GST_BUFFER_DURATION(picture.get()) = GST_CLOCK_TIME_NONE;
    ASSERT_EQ(trace.push(std::move(picture)), GST_FLOW_OK);
    EXPECT_EQ(trace.log, (Log{"remove 2", "frame 0"}));
}

TEST_F(PromptFile, AfterAFlushFramesAreRefusedAndTimesFromThereOnAreDueAgain) {
    Trace trace(launch(
        "{\"op\":\"remove\",\"object\":1,\"frame\":7,\"ref\":\"late\"}\n{\"op\":\"remove\",\"object\":2,\"time\":0}\n"
        "{\"op\":\"remove\",\"object\":3,\"time\":0.13}\n{\"op\":\"remove\",\"object\":4}\n"));
    trace.frames(0, 4);
    EXPECT_EQ(trace.log,
              (Log{"remove 4", "remove 2", "frame 0", "frame 1", "frame 2", "remove 3", "frame 3", "frame 4"}));
    trace.log.clear();
    trace.flush();
    trace.frames(2, 8);
    EXPECT_EQ(trace.log,
              (Log{"frame 2", "remove 3", "frame 3", "frame 4", "frame 5", "frame 6", "frame 7", "frame 8"}));
    const auto refused = trace.message(GST_MESSAGE_ELEMENT, "ausm-prompt");
    ASSERT_TRUE(refused);
    EXPECT_FALSE(bool_of(refused.get(), "accepted"));
    EXPECT_EQ(string_of(refused.get(), "ref"), "late");
    EXPECT_NE(string_of(refused.get(), "reason").find("flushed"), std::string::npos);
    EXPECT_FALSE(trace.message(GST_MESSAGE_ELEMENT, "ausm-prompt"));
    trace.log.clear();
    trace.flush();
    trace.frames(0, 0);
    EXPECT_EQ(trace.log, (Log{"remove 2", "frame 0"}));
}

TEST_F(PromptFile, BadLinesAreSkippedWithTheirPlace) {
    Trace trace(
        launch("{\"op\":\"remove\",\"object\":1}\nnot "
               "json\n{\"op\":\"box\",\"box\":[0,0,1,3]}\n{\"op\":\"remove\",\"object\":2}\n" +
               std::string(ausm::gst::kMaxLineBytes + 10, 'x') + "\n{\"op\":\"remove\",\"object\":3}\n"));
    const auto warnings = trace.warnings();
    ASSERT_EQ(warnings.size(), 3U);
    EXPECT_NE(warnings[0].find("p.jsonl, line 2, column 2"), std::string::npos) << warnings[0];
    EXPECT_NE(warnings[1].find("line 3, column 13"), std::string::npos) << warnings[1];
    EXPECT_NE(warnings[2].find("line 5, column 1: longer"), std::string::npos) << warnings[2];
    trace.frames(0, 0);
    EXPECT_EQ(trace.log, (Log{"remove 1", "remove 2", "remove 3", "frame 0"}));
}

/// ASCII as UTF-16 or UTF-32.
std::string widened(const std::string& text, std::size_t bytes, bool little) {
    std::string wide;
    for (const char letter : text) {
        std::string unit(bytes, '\0');
        unit[little ? 0 : bytes - 1] = letter;
        wide += unit;
    }
    return wide;
}

const std::string kTwoLines = "{\"op\":\"remove\",\"object\":1}\r\n{\"op\":\"remove\",\"object\":2}\r\n";

TEST_F(PromptFile, InUtf8MayBeginWithAByteOrderMark) {
    for (const char* blank : {"", "\n", " \n"}) {
        Trace trace(launch("\xef\xbb\xbf" + (blank + kTwoLines)));
        trace.frames(0, 0);
        EXPECT_EQ(trace.log, (Log{"remove 1", "remove 2", "frame 0"}));
        EXPECT_TRUE(trace.warnings().empty());
    }
    Trace alone(launch("\xef\xbb\xbf"));
    alone.frames(0, 0);
    EXPECT_EQ(alone.log, Log{"frame 0"});
    EXPECT_TRUE(alone.warnings().empty());
}

TEST_F(PromptFile, InAnotherEncodingIsAnErrorThatNamesIt) {
    using namespace std::string_literals;
    for (const auto& [name, text] : {std::pair{"UTF-16", "\xff\xfe" + widened(kTwoLines, 2, true)},
                                     {"UTF-16", "\xfe\xff" + widened(kTwoLines, 2, false)},
                                     {"UTF-16", widened(kTwoLines, 2, true)},
                                     {"UTF-16", widened("\n" + kTwoLines, 2, false)},
                                     {"UTF-16", widened("x", 2, true)},
                                     {"UTF-32", "\xff\xfe\0\0"s + widened(kTwoLines, 4, true)},
                                     {"UTF-32", "\0\0\xfe\xff"s + widened(kTwoLines, 4, false)},
                                     {"UTF-32", widened(kTwoLines, 4, true)},
                                     {"UTF-32", widened(kTwoLines, 4, false)}}) {
        try {
            const Trace trace(launch(text));
            ADD_FAILURE() << name << " was taken";
        } catch (const std::runtime_error& failure) {
            const std::string error = failure.what();
            EXPECT_NE(error.find(std::string("the file is ") + name + "; save it as UTF-8"), std::string::npos)
                << error;
            EXPECT_NE(error.find("p.jsonl"), std::string::npos) << error;
        }
    }
}

TEST_F(PromptFile, ManyBadLinesDoNotFloodTheBus) {
    std::string lines;
    for (int i = 0; i < 100; ++i)
        lines += "x\n";
    Trace trace(launch(lines));
    const auto warnings = trace.warnings();
    ASSERT_EQ(warnings.size(), 21U);
    EXPECT_NE(warnings[20].find("80 more"), std::string::npos);
}

TEST_F(PromptFile, MasksAreReadRelativeToTheFileAndAMissingOneIsRefused) {
    write_png(folder.path("m.png"), 2, 1, 8, PNG_COLOR_TYPE_GRAY, {{0, 255}});
    Trace trace(launch(
        "{\"op\":\"mask\",\"mask\":\"m.png\",\"object\":3}\n{\"op\":\"mask\",\"mask\":\"gone.png\",\"ref\":\"g\"}\n"
        "{\"op\":\"mask\",\"mask\":{\"size\":[1,3],\"counts\":[1,1,1]},\"object\":8,\"frame\":1}\n"));
    trace.frames(0, 1);
    EXPECT_EQ(trace.log, (Log{"mask 3", "frame 0", "mask 8", "frame 1"}));
    EXPECT_EQ(trace.prompts[0].mask.values, (std::vector<std::uint8_t>{0, 255}));
    EXPECT_EQ(trace.prompts[1].mask.values, (std::vector<std::uint8_t>{0, 255, 0}));
    const auto refused = trace.message(GST_MESSAGE_ELEMENT, "ausm-prompt");
    ASSERT_TRUE(refused);
    EXPECT_EQ(string_of(refused.get(), "ref"), "g");
    EXPECT_NE(string_of(refused.get(), "reason").find("gone.png"), std::string::npos);
}

TEST(AddPrompt, BelongsToTheNextFrameOrToItsOwn) {
    Trace trace("ausmprompt");
    EXPECT_TRUE(add_prompt(trace, "op=remove, object=1, frame=2"));
    EXPECT_TRUE(add_prompt(trace, "op=remove, object=2, time=0.13"));
    EXPECT_TRUE(add_prompt(trace, "op=remove, object=3"));
    trace.frames(0, 1);
    EXPECT_TRUE(add_prompt(trace, "op=box, box=<0.1, 0.1, 0.5, 0.5>, object=4, label=dog"));
    trace.frames(2, 4);
    EXPECT_EQ(trace.log, (Log{"remove 3", "frame 0", "frame 1", "remove 1", "box 4", "frame 2", "remove 2", "frame 3",
                              "frame 4"}));
    EXPECT_EQ(trace.prompts[2].label, "dog");
    EXPECT_FALSE(trace.prompts[2].time || trace.prompts[2].frame);
    gst_harness_push_event(trace.get(), gst_event_new_stream_start("another"));
    trace.take_log();
    trace.frames(0, 3);
    EXPECT_EQ(trace.log, (Log{"frame 0", "frame 1", "frame 2", "frame 3"})) << "each is sent once";
}

TEST(AddPrompt, MalformedOnesAreRefusedWithTheReason) {
    Trace trace("ausmprompt");
    EXPECT_FALSE(add_prompt(trace, "op=box, box=<0.5, 0.1, 0.5, 0.5>"));
    EXPECT_FALSE(add_prompt(trace, "op=remove"));
    const auto reasons = trace.refusals();
    ASSERT_EQ(reasons.size(), 2U);
    EXPECT_NE(reasons[0].find("empty"), std::string::npos) << reasons[0];
    trace.frames(0, 0);
    EXPECT_EQ(trace.log, (Log{"frame 0"}));
}

TEST(AddPrompt, OneWhoseMomentHasPassedGoesToTheNextFrameAndSaysSo) {
    Trace trace("ausmprompt");
    trace.frames(0, 3);
    trace.take_log();
    EXPECT_TRUE(add_prompt(trace, "op=remove, object=1, frame=1"));
    EXPECT_TRUE(add_prompt(trace, "op=remove, object=2, time=0.05"));
    EXPECT_TRUE(add_prompt(trace, "op=remove, object=3, frame=4, late=true"));
    EXPECT_TRUE(add_prompt(trace, "op=mask, mask=\"/nowhere/m.png\", frame=0"));
    trace.frames(4, 4);
    EXPECT_EQ(trace.log, (Log{"remove 1 late", "remove 2 late", "remove 3", "frame 4"}));
    const auto refused = trace.message(GST_MESSAGE_ELEMENT, "ausm-prompt");
    ASSERT_TRUE(refused);
    EXPECT_TRUE(bool_of(refused.get(), "late"));
    EXPECT_NE(string_of(refused.get(), "reason").find("/nowhere/m.png"), std::string::npos);
}

TEST(AddPrompt, WaitsForTheFirstFrameWhereverItIsAdded) {
    const Owned<GstElement> element(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("ausmprompt", nullptr))));
    const Owned<GstStructure> prompt(gst_structure_from_string("ausm-prompt, op=reset", nullptr));
    gboolean taken = FALSE;
    g_signal_emit_by_name(element.get(), "add-prompt", prompt.get(), &taken);
    EXPECT_TRUE(taken);
    GstHarness* harness = gst_harness_new_with_element(element.get(), "sink", "src");
    gst_harness_set_src_caps_str(harness, kTraceCaps);
    gst_harness_push(harness, gst_buffer_new_allocate(nullptr, 256, nullptr));
    bool seen = false;
    while (GstEvent* event = gst_harness_try_pull_event(harness)) {
        seen = seen || gst_event_has_name(event, "ausm-prompt");
        gst_event_unref(event);
    }
    EXPECT_TRUE(seen);
    gst_harness_teardown(harness);
}

TEST(AddPrompt, AfterAFlushFramesAndWhatWasJumpedOverAreRefused) {
    Trace trace("ausmprompt");
    add_prompt(trace, "op=remove, object=1, frame=7");
    add_prompt(trace, "op=remove, object=2, time=0.1");
    add_prompt(trace, "op=remove, object=3, time=0.5");
    trace.frames(0, 0);
    trace.flush();
    trace.take_log();
    add_prompt(trace, "op=remove, object=4, time=0.2");
    trace.frames(10, 12);
    EXPECT_EQ(trace.log, (Log{"remove 4 late", "frame 10", "frame 11", "remove 3", "frame 12"}));
    const auto reasons = trace.refusals();
    ASSERT_EQ(reasons.size(), 2U);
    EXPECT_NE(reasons[0].find("flushed"), std::string::npos) << reasons[0];
    EXPECT_NE(reasons[1].find("elsewhere"), std::string::npos) << reasons[1];
}

TEST(AddPrompt, WhatGetsNoFrameIsRefusedAtTheEnd) {
    Trace trace("ausmprompt");
    add_prompt(trace, "op=remove, object=1, frame=7");
    trace.frames(0, 0);
    gst_harness_push_event(trace.get(), gst_event_new_eos());
    const auto reasons = trace.refusals();
    ASSERT_EQ(reasons.size(), 1U);
    EXPECT_NE(reasons[0].find("ended"), std::string::npos) << reasons[0];
}

TEST(AddPrompt, WhatGetsNoFrameIsRefusedWhenTheElementStops) {
    Trace trace("ausmprompt");
    add_prompt(trace, "op=remove, object=1, frame=7, ref=never");
    {
        PromptSink sink(trace.element(), kJsonCaps);
        sink.text("{\"op\":\"remove\",\"object\":2,\"frame\":7}\n");
    }
    trace.frames(0, 0);
    gst_element_set_state(trace.element(), GST_STATE_READY);
    const auto reasons = trace.refusals();
    ASSERT_EQ(reasons.size(), 2U);
    EXPECT_NE(reasons[0].find("stopped"), std::string::npos) << reasons[0];
    add_prompt(trace, "op=remove, object=3");
    gst_element_set_state(trace.element(), GST_STATE_PLAYING);
    trace.take_log();
    trace.new_stream(kTraceCaps);
    trace.frames(0, 0);
    EXPECT_EQ(trace.take_log(), (Log{"remove 3", "frame 0"})) << "what came in between is for the new stream";
}

TEST(AddPrompt, FromManyThreadsWhileFramesFlowNoneIsLost) {
    Trace trace("ausmprompt");
    std::atomic<int> taken{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&trace, &taken] {
            for (int i = 0; i < 200; ++i)
                taken += add_prompt(trace, "op=reset") ? 1 : 0;
        });
    for (int i = 0; i < 200; ++i)
        ASSERT_TRUE(trace.pass(i));
    for (auto& thread : threads)
        thread.join();
    trace.frames(200, 200);
    EXPECT_EQ(taken, 800);
    EXPECT_EQ(trace.prompts.size(), 800U);
}

TEST(AddPrompt, MoreThan1024ThatWaitAreRefused) {
    Trace trace("ausmprompt");
    for (int i = 0; i < 1024; ++i)
        ASSERT_TRUE(add_prompt(trace, "op=remove, object=1, frame=1"));
    EXPECT_FALSE(add_prompt(trace, "op=remove, object=1"));
    ASSERT_EQ(trace.refusals().size(), 1U);
    trace.frames(0, 1);
    EXPECT_EQ(trace.prompts.size(), 1024U);
    EXPECT_TRUE(add_prompt(trace, "op=remove, object=1"));
}

struct BadSetting {
    const char* launch;
    const char* text;
};

class PromptSettings : public testing::TestWithParam<BadSetting> {};

TEST_P(PromptSettings, AreRefusedWithAnErrorWhenTheElementStarts) {
    const Owned<GstBus> bus(gst_bus_new());
    const Owned<GstElement> element(GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(GetParam().launch, nullptr))));
    gst_element_set_bus(element.get(), bus.get());
    EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    const Owned<GstMessage> error(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
    ASSERT_TRUE(error);
    EXPECT_NE(report_of(error.get()).message.find(GetParam().text), std::string::npos)
        << report_of(error.get()).message;
    // Put right, the same element starts.
    g_object_set(element.get(), "box", "", "points", "", "mask-location", "", "location", "", nullptr);
    EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    EXPECT_NE(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    gst_element_set_bus(element.get(), nullptr);
    gst_element_set_state(element.get(), GST_STATE_NULL);
}

INSTANTIATE_TEST_SUITE_P(All, PromptSettings,
                         testing::Values(BadSetting{"ausmprompt location=/nowhere/p.jsonl", "/nowhere/p.jsonl"},
                                         BadSetting{"ausmprompt location=/", "no ordinary file"},
                                         BadSetting{"ausmprompt mask-location=/nowhere/m.png", "/nowhere/m.png"},
                                         BadSetting{"ausmprompt box=1,2,3", "property box"},
                                         BadSetting{"ausmprompt box=0,0,2,2", "property box"},
                                         BadSetting{"ausmprompt box=[0,0,1,1", "property box"},
                                         BadSetting{"ausmprompt points=0.5", "property points"},
                                         BadSetting{"ausmprompt points=0.5,0.5,2", "property points"}));

}  // namespace
