// SPDX-License-Identifier: MIT
// ausmprompt: which prompts leave it, in front of which frame, and what it refuses.
#include "harness.h"

#include "gst/gstausmgrammar.h"

#include "../gst/png_file.h"
#include "../gst/temporary_folder.h"

#include <gtest/gtest.h>

using namespace ausm::test;
using ausm::gst::parse_prompt;
using ausm::gst::PromptLine;
using ausm::gst::PromptOp;

namespace {

constexpr const char* kCaps = "video/x-raw,format=GRAY8,width=16,height=16,framerate=25/1";

/// Writes down what leaves the element: "frame 3", "box 5", "remove 7", ...
struct Trace : Harness {
    std::vector<std::string> log;
    std::vector<PromptLine> prompts;

    explicit Trace(const std::string& launch) : Harness(launch) {
        const Ref<GstPad> pad(gst_element_get_static_pad(element(), "src"));
        gst_pad_add_probe(pad.get(),
                          static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                          record, this, nullptr);
        caps(kCaps);
    }
    static GstPadProbeReturn record(GstPad*, GstPadProbeInfo* info, gpointer data) {
        auto& self = *static_cast<Trace*>(data);
        if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) {
            self.log.push_back("frame " + std::to_string(GST_BUFFER_OFFSET(GST_PAD_PROBE_INFO_BUFFER(info))));
            return GST_PAD_PROBE_OK;
        }
        GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
        if (!gst_event_has_name(event, ausm::gst::kPromptName))
            return GST_PAD_PROBE_OK;
        EXPECT_TRUE(GST_EVENT_IS_SERIALIZED(event));
        const auto parsed = parse_prompt(gst_event_get_structure(event));
        if (const auto* wrong = std::get_if<ausm::gst::PromptError>(&parsed)) {
            ADD_FAILURE() << wrong->message();
            return GST_PAD_PROBE_OK;
        }
        self.prompts.push_back(std::get<PromptLine>(parsed));
        self.log.push_back(std::string(op_name(self.prompts.back().op)) + " " +
                           std::to_string(self.prompts.back().object));
        return GST_PAD_PROBE_OK;
    }
    void frames(int first, int last) {
        for (int i = first; i <= last; ++i)
            ASSERT_TRUE(pass(i));
    }
    std::vector<std::string> warnings() {
        std::vector<std::string> texts;
        while (const auto warning = message(GST_MESSAGE_WARNING))
            texts.push_back(report_of(warning.get()).message);
        return texts;
    }
};

using Log = std::vector<std::string>;

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
    EXPECT_EQ(trace.prompts[1].unit, ausm::gst::PromptUnit::kPixel);
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
               "json\n{\"op\":\"box\",\"box\":[0,0,1,2]}\n{\"op\":\"remove\",\"object\":2}\n" +
               std::string(ausm::gst::kMaxLineBytes + 10, 'x') + "\n{\"op\":\"remove\",\"object\":3}\n"));
    const auto warnings = trace.warnings();
    ASSERT_EQ(warnings.size(), 3U);
    EXPECT_NE(warnings[0].find("p.jsonl, line 2, column 2"), std::string::npos) << warnings[0];
    EXPECT_NE(warnings[1].find("line 3, column 13"), std::string::npos) << warnings[1];
    EXPECT_NE(warnings[2].find("line 5, column 1: longer"), std::string::npos) << warnings[2];
    trace.frames(0, 0);
    EXPECT_EQ(trace.log, (Log{"remove 1", "remove 2", "remove 3", "frame 0"}));
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

struct BadSetting {
    const char* launch;
    const char* text;
};

class PromptSettings : public testing::TestWithParam<BadSetting> {};

TEST_P(PromptSettings, AreRefusedWithAnErrorWhenTheElementStarts) {
    const Ref<GstBus> bus(gst_bus_new());
    const Ref<GstElement> element(GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(GetParam().launch, nullptr))));
    gst_element_set_bus(element.get(), bus.get());
    EXPECT_EQ(gst_element_set_state(element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    const Message error(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
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
