// SPDX-License-Identifier: MIT
// JSON lines on the pad prompt_sink of ausmprompt: however they are cut, whatever is wrong with them.
#include "../trace.h"

#include "../../gst/png_file.h"
#include "../../gst/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>

using namespace ausm::test;

namespace {

std::string remove(int object, const std::string& moment = "") {
    return "{\"op\":\"remove\",\"object\":" + std::to_string(object) + moment + "}";
}

struct PromptText : testing::Test {
    Trace trace{"ausmprompt"};
    PromptSink sink{trace.element(), kJsonCaps};
};

TEST_F(PromptText, LinesMaySpanBuffersAndBuffersHoldManyLines) {
    EXPECT_EQ(sink.text(remove(1) + "\r\n\n   \n" + remove(2, ",\"frame\":1") + "\n{\"op\":"), GST_FLOW_OK);
    trace.frames(0, 1);
    EXPECT_EQ(trace.take_log(), (Log{"remove 1", "frame 0", "remove 2", "frame 1"}));
    for (const char letter : std::string("\"remove\",\"object\":3"))
        EXPECT_EQ(sink.text(std::string(1, letter)), GST_FLOW_OK);
    EXPECT_EQ(sink.text("}\n" + remove(4)), GST_FLOW_OK);
    trace.frames(2, 2);
    EXPECT_EQ(trace.take_log(), (Log{"remove 3", "frame 2"})) << "the last line has no end yet";
    sink.event(gst_event_new_eos());
    trace.frames(3, 3);
    EXPECT_EQ(trace.take_log(), (Log{"remove 4", "frame 3"}));
    EXPECT_TRUE(trace.warnings().empty());
}

TEST_F(PromptText, GoesToItsFrameOrLateToTheNext) {
    trace.frames(0, 3);
    trace.take_log();
    sink.text(remove(1, ",\"frame\":2") + "\n" + remove(2, ",\"time\":0.2") + "\n" + remove(3, ",\"frame\":5") + "\n");
    trace.frames(4, 5);
    EXPECT_EQ(trace.take_log(), (Log{"remove 1 late", "frame 4", "remove 2", "remove 3", "frame 5"}));
}

TEST_F(PromptText, ObjectsThatMaskjsonHasSeenAreShownOnTheFirstFrameThatHasThem) {
    const auto seen = [](const char* time, const std::string& objects, bool fresh = true) {
        return std::string("{\"time\":") + time +
               ",\"width\":16,\"height\":16,\"fresh\":" + (fresh ? "true" : "false") +
               ",\"model\":\"m\",\"serial\":0,\"objects\":[" + objects + "]}\n";
    };
    const std::string box = R"({"id":7,"box":[0,0,0.5,1]})",
                      mask = R"({"id":9,"label":"dog","mask":{"size":[1,2],"counts":"11"}})";
    sink.text(seen("0", box, false) + seen("0.04", box) + seen("0.08", box + "," + mask) +
              seen("0.12", mask + "," + box));
    trace.frames(0, 4);
    EXPECT_EQ(trace.take_log(), (Log{"frame 0", "box 7", "frame 1", "mask 9", "frame 2", "frame 3", "frame 4"}));
    ASSERT_EQ(trace.prompts.size(), 2U);
    EXPECT_EQ(trace.prompts[1].label, "dog");
    EXPECT_EQ(trace.prompts[1].mask.values, (std::vector<std::uint8_t>{0, 255}));
    EXPECT_TRUE(trace.warnings().empty());
    sink.flush();
    sink.text(seen("0.2", box));
    trace.frames(5, 5);
    EXPECT_EQ(trace.take_log(), (Log{"box 7", "frame 5"})) << "another text";
}

TEST_F(PromptText, BadLinesAreSkippedWithTheirPlace) {
    sink.text(remove(1) + "\nnot json\n{\"op\":\"box\",\"box\":[0,0,1,3]}\n");
    sink.text(remove(2) + "\n" + std::string(ausm::gst::kMaxLineBytes, 'x'));
    sink.text(std::string(10, 'x') + "\n" + remove(3) + "\n");
    const auto warnings = trace.warnings();
    ASSERT_EQ(warnings.size(), 3U);
    EXPECT_NE(warnings[0].find("prompt_sink, line 2, column 2"), std::string::npos) << warnings[0];
    EXPECT_NE(warnings[1].find("line 3, column 13"), std::string::npos) << warnings[1];
    EXPECT_NE(warnings[2].find("line 5, column 1: longer"), std::string::npos) << warnings[2];
    trace.frames(0, 0);
    EXPECT_EQ(trace.take_log(), (Log{"remove 1", "remove 2", "remove 3", "frame 0"}));
}

TEST_F(PromptText, MayBeginWithAByteOrderMarkHoweverItIsCut) {
    for (const char letter : std::string("\xef\xbb\xbf") + remove(1) + "\n")
        EXPECT_EQ(sink.text(std::string(1, letter)), GST_FLOW_OK);
    trace.frames(0, 0);
    EXPECT_EQ(trace.take_log(), (Log{"remove 1", "frame 0"}));
    sink.flush();
    EXPECT_EQ(sink.text("\xef\xbb\xbf" + remove(2) + "\n"), GST_FLOW_OK) << "another text";
    trace.frames(1, 1);
    EXPECT_EQ(trace.take_log(), (Log{"remove 2", "frame 1"}));
    EXPECT_TRUE(trace.warnings().empty());
}

TEST_F(PromptText, InAnotherEncodingIsOneWarningAndTheVideoGoesOn) {
    std::string wide;
    for (const char letter : remove(1) + "\n" + remove(2) + "\n")
        wide += {letter, '\0'};
    for (const bool marked : {true, false}) {
        const std::string text = (marked ? "\xff\xfe" : "") + wide;
        EXPECT_EQ(sink.text(text.substr(0, 1)), GST_FLOW_OK);
        EXPECT_EQ(sink.text(text.substr(1)), GST_FLOW_EOS);
        EXPECT_EQ(sink.text(text), GST_FLOW_EOS);
        const auto warnings = trace.warnings();
        ASSERT_EQ(warnings.size(), 1U);
        EXPECT_NE(warnings[0].find("UTF-16"), std::string::npos) << warnings[0];
        sink.flush();
    }
    trace.frames(0, 0);
    EXPECT_EQ(sink.text(std::string("x\0", 2)), GST_FLOW_OK) << "too short to tell";
    sink.event(gst_event_new_eos());
    EXPECT_EQ(trace.warnings().size(), 1U);
    trace.frames(1, 1);
    EXPECT_EQ(trace.take_log(), (Log{"frame 0", "frame 1"}));
}

TEST_F(PromptText, ManyBadLinesEndTheTextAndNotTheVideo) {
    std::string lines;
    for (int i = 0; i < 1000; ++i)
        lines += "x\n";
    EXPECT_EQ(sink.text(lines + remove(1) + "\n"), GST_FLOW_OK);
    EXPECT_EQ(trace.warnings().size(), 20U);
    EXPECT_EQ(sink.text("x\n" + remove(2) + "\n"), GST_FLOW_EOS);
    const auto warnings = trace.warnings();
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].find("1000"), std::string::npos) << warnings[0];
    EXPECT_EQ(sink.text(remove(3) + "\n"), GST_FLOW_EOS);
    trace.frames(0, 0);
    EXPECT_EQ(trace.take_log(), (Log{"remove 1", "frame 0"}));
    sink.flush();
    EXPECT_EQ(sink.text(remove(4) + "\n"), GST_FLOW_OK) << "another text";
}

TEST_F(PromptText, AFewMoreBadLinesAreToldAtTheEnd) {
    std::string lines;
    for (int i = 0; i < 25; ++i)
        lines += "x\n";
    sink.text(lines);
    sink.event(gst_event_new_eos());
    const auto warnings = trace.warnings();
    ASSERT_EQ(warnings.size(), 21U);
    EXPECT_NE(warnings[20].find("5 more"), std::string::npos) << warnings[20];
}

TEST_F(PromptText, AFlushForgetsWhatItHadBroughtButNotTheApplicationsPrompts) {
    sink.text(remove(1, ",\"frame\":1") + "\n{\"op\":");
    add_prompt(trace, "op=remove, object=9, frame=1");
    sink.flush();
    sink.text(remove(2, ",\"frame\":1") + "\n");
    trace.frames(0, 1);
    EXPECT_EQ(trace.take_log(), (Log{"frame 0", "remove 9", "remove 2", "frame 1"}));
    EXPECT_TRUE(trace.warnings().empty());
}

TEST_F(PromptText, RelativeMasksAreTakenFromTheWorkingDirectory) {
    const TemporaryFolder folder;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    write_png("m.png", 2, 1, 8, PNG_COLOR_TYPE_GRAY, {{0, 255}});
    sink.text("{\"op\":\"mask\",\"mask\":\"m.png\",\"object\":3}\n");
    trace.frames(0, 0);
    std::filesystem::current_path(before);
    EXPECT_EQ(trace.take_log(), (Log{"mask 3", "frame 0"}));
}

TEST_F(PromptText, NeverMakesTheVideoWait) {
    trace.frames(0, 1);
    sink.release();
    PromptSink silent(trace.element(), "");
    trace.frames(2, 3);
    EXPECT_EQ(trace.take_log(), (Log{"frame 0", "frame 1", "frame 2", "frame 3"}));
}

/// What ends the wait of a text that is too far ahead.
struct Way {
    const char* name;
    void (*end)(Trace&, PromptSink&);
    GstFlowReturn flow;
};

class TextAhead : public testing::TestWithParam<Way> {};

TEST_P(TextAhead, WaitsUntil) {
    Trace trace("ausmprompt");
    PromptSink sink(trace.element(), kJsonCaps);
    std::string lines;
    for (int i = 0; i < 1024; ++i)
        lines += remove(1, ",\"frame\":0") + "\n";
    ASSERT_EQ(sink.text(lines), GST_FLOW_OK);
    auto flow = std::async(std::launch::async, [&sink] { return sink.text(remove(2, ",\"frame\":0") + "\n"); });
    EXPECT_TRUE(waits(flow));
    GetParam().end(trace, sink);
    EXPECT_EQ(result_of(flow), GetParam().flow);
}

INSTANTIATE_TEST_SUITE_P(
    All, TextAhead,
    testing::Values(
        Way{"aFrameTakesPrompts", [](Trace& trace, PromptSink&) { trace.frames(0, 0); }, GST_FLOW_OK},
        Way{"aFlush", [](Trace&, PromptSink& sink) { sink.event(gst_event_new_flush_start()); }, GST_FLOW_FLUSHING},
        Way{"theVideoEnds", [](Trace& trace, PromptSink&) { gst_harness_push_event(trace.get(), gst_event_new_eos()); },
            GST_FLOW_EOS},
        Way{"theElementStops",
            [](Trace& trace, PromptSink&) { gst_element_set_state(trace.element(), GST_STATE_READY); },
            GST_FLOW_FLUSHING}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PromptPad, ThereIsOneAndItCanBeGivenBack) {
    Trace trace("ausmprompt");
    for (int i = 0; i < 20; ++i) {
        PromptSink sink(trace.element(), kJsonCaps);
        EXPECT_EQ(gst_element_request_pad(trace.element(), gst_element_get_pad_template(trace.element(), "prompt_sink"),
                                          nullptr, nullptr),
                  nullptr);
        sink.text(remove(i + 1) + "\n");
        trace.frames(i, i);
        EXPECT_EQ(trace.take_log(), (Log{"remove " + std::to_string(i + 1), "frame " + std::to_string(i)}));
    }
    trace.frames(20, 20);
}

/// Links and unlinks a pad, and hands it what it could be handed while it was its element's.
void use(GstPad* kept) {
    const Owned<GstPad> other(GST_PAD(gst_object_ref_sink(gst_pad_new("other", GST_PAD_SRC))));
    gst_pad_link(other.get(), kept);
    gst_pad_set_active(kept, TRUE);
    EXPECT_FALSE(gst_pad_send_event(kept, gst_event_new_stream_start("text")));
    EXPECT_EQ(gst_pad_chain(kept, gst_buffer_new()), GST_FLOW_FLUSHING);
    gst_pad_unlink(other.get(), kept);
}

TEST(PromptPad, ThatIsKeptAfterItsReleaseTakesNothing) {
    Trace trace("ausmprompt");
    const Owned<GstPad> kept(gst_element_request_pad_simple(trace.element(), "prompt_sink"));
    gst_element_release_request_pad(trace.element(), kept.get());
    PromptSink sink(trace.element(), kJsonCaps);
    EXPECT_EQ(sink.text(remove(1) + "\n"), GST_FLOW_OK);
    use(kept.get());
    EXPECT_EQ(sink.text(remove(2) + "\n"), GST_FLOW_OK) << "the element's pad is another one";
    trace.frames(0, 0);
    EXPECT_EQ(trace.take_log(), (Log{"remove 1", "remove 2", "frame 0"}));
}

TEST(PromptPad, ThatIsKeptAfterTheElementsEndTakesNothing) {
    GstElement* element = GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("ausmprompt", nullptr)));
    const Owned<GstPad> kept(gst_element_request_pad_simple(element, "prompt_sink"));
    gst_object_unref(element);
    use(kept.get());
}

TEST(PromptPad, DataBeforeItsCapsEndsThePadOnly) {
    Trace trace("ausmprompt");
    PromptSink sink(trace.element(), "");
    sink.event(gst_event_new_stream_start("text"));
    sink.segment();
    EXPECT_EQ(sink.text("{}\n"), GST_FLOW_NOT_NEGOTIATED);
    EXPECT_EQ(trace.warnings().size(), 1U);
    trace.frames(0, 0);
    EXPECT_FALSE(trace.message(GST_MESSAGE_ERROR));
}

}  // namespace
