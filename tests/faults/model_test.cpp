// SPDX-License-Identifier: MIT
// Failures inside the model: each is an error or a warning on the bus, no exception crosses a C frame, the memory of the
// stream stays as it was, and the stream goes on or starts again.
#include "faults.h"

#include "faulty_model.h"

#include <gmodule.h>
#include <gtest/gtest.h>

using namespace ausm::test;

namespace {

const auto* const open_engine = testing::AddGlobalTestEnvironment(new OpenEngine);

void arm(Call call, Failure failure, int skipped = 0) {
    static ArmFunction* const function = [] {
        gpointer symbol = nullptr;
        GModule* library = g_module_open(g_getenv("AUSM_LIBRARY"), G_MODULE_BIND_LOCAL);
        if (library)
            g_module_symbol(library, kArmSymbol, &symbol);
        return reinterpret_cast<ArmFunction*>(symbol);
    }();
    ASSERT_TRUE(function) << "AUSM_LIBRARY is not the failing library of the tests";
    function(call, failure, skipped);
}

struct Kind {
    Failure failure;
    const char* name;
    const char* text;  // in the error
};

class FailingModel : public testing::TestWithParam<Kind> {
protected:
    void TearDown() override { arm(Call::kNone, Failure::kException); }
    /// The one error on the bus.
    void expect_error(Harness& harness, const std::string& text = GetParam().text) {
        const auto error = harness.message(GST_MESSAGE_ERROR);
        ASSERT_TRUE(error);
        expect_parts(report_of(error.get()).message, {text});
        EXPECT_FALSE(harness.message(GST_MESSAGE_ERROR)) << "one failure, one error";
    }
    /// NULL and back: what an application does after an error.
    static void expect_restart(Segment& segment) {
        ASSERT_EQ(gst_element_set_state(segment.element(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
        ASSERT_EQ(gst_element_set_state(segment.element(), GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
        segment.new_stream(kCaps);
        EXPECT_EQ(ids(segment.pass(0).get()), std::set<gint64>{}) << "a new stream";
    }
};

TEST_P(FailingModel, AFrameIsAnErrorAndTheMemoryIsAsItWas) {
    Segment segment, same;
    segment.show(5, 0);
    same.show(5, 0);
    for (int i = 1; i < 4; ++i)
        ASSERT_TRUE(segment.pass(i) && same.pass(i));
    while (segment.answer()) {
    }
    ASSERT_TRUE(add_prompt(segment, box(9)));
    arm(Call::kStep, GetParam().failure);
    EXPECT_EQ(segment.push(segment.picture(4)), GST_FLOW_ERROR);
    EXPECT_FALSE(segment.pull());
    const auto answer = segment.answer();
    ASSERT_TRUE(answer) << "the prompt of that frame is lost without a word";
    expect_error(segment);
    EXPECT_FALSE(bool_of(answer.get(), "accepted"));
    EXPECT_EQ(string_of(answer.get(), "ref"), "the square");
    expect_parts(string_of(answer.get(), "reason"), {"failed"});
    // An application may go on at once: bit for bit as if the bad frame had not come.
    for (int i = 4; i < 8; ++i) {
        const auto after = segment.pass(i), expected = same.pass(i);
        ASSERT_TRUE(after && expected);
        GstAusmMetaView view, wanted;
        ASSERT_TRUE(gst_ausm_meta_get(after.get(), &view) && gst_ausm_meta_get(expected.get(), &wanted));
        EXPECT_EQ(bytes(view.map), bytes(wanted.map)) << i;
        EXPECT_EQ(ids(after.get()), (std::set<gint64>{5}));
    }
    expect_restart(segment);
}

TEST_P(FailingModel, TheOtherElementOfTheProcessGoesOn) {
    Segment good, bad;
    good.show(5, 0);
    bad.show(6, 0);
    arm(Call::kStep, GetParam().failure);
    EXPECT_EQ(bad.push(bad.picture(1)), GST_FLOW_ERROR);
    expect_error(bad);
    for (int i = 1; i < 4; ++i)
        EXPECT_EQ(ids(good.pass(i).get()), (std::set<gint64>{5}));
    EXPECT_EQ(text_on(good, GST_MESSAGE_ERROR), "");
    EXPECT_EQ(ids(bad.pass(2).get()), (std::set<gint64>{6}));
}

TEST_P(FailingModel, MemoryThatCannotBeMadeIsAnErrorOfTheStart) {
    Segment segment;
    for (const Call call : {Call::kSession, Call::kConfigure, Call::kReset}) {
        ASSERT_EQ(gst_element_set_state(segment.element(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
        arm(call, GetParam().failure);
        EXPECT_EQ(gst_element_set_state(segment.element(), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
        expect_error(segment);
        expect_restart(segment);
    }
}

TEST_P(FailingModel, AFrameIsAnErrorOfItsPadAndTheOthersGoOn) {
    Segment segment;
    Segment other(segment, 0);
    segment.show(5, 0);
    arm(Call::kStep, GetParam().failure);
    EXPECT_EQ(other.push(other.picture(0)), GST_FLOW_ERROR);
    expect_parts(text_on(segment, GST_MESSAGE_ERROR), {GetParam().text, "pad sink_0"});
    EXPECT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{5}));
    EXPECT_TRUE(other.pass(1)) << "nor is its own stream over";
}

TEST_P(FailingModel, APadWhoseMemoryCannotBeMadeIsRefused) {
    for (const Call call : {Call::kSession, Call::kReset}) {
        Segment segment;
        segment.show(5, 0);
        arm(call, GetParam().failure);
        EXPECT_FALSE(Owned<GstPad>(gst_element_request_pad_simple(segment.element(), "sink_%u")));
        expect_error(segment);
        EXPECT_EQ(segment.element()->numpads, 2);
        EXPECT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{5}));
        Segment next(segment, 4);
        EXPECT_TRUE(next.pass(0)) << "the next try succeeds";
    }
}

TEST_P(FailingModel, AMeasurementOfTheLatencyRefusesTheCaps) {
    Harness harness("ausmsegment inference-size=64");  // a GstHarness is live, so the latency is measured
    const Owned<GstCaps> caps(gst_caps_from_string(kCaps));
    const Owned<GstPad> pad(gst_element_get_static_pad(harness.element(), "sink"));
    gst_harness_push_event(harness.get(), gst_event_new_stream_start("x"));
    arm(Call::kRehearse, GetParam().failure);
    EXPECT_FALSE(gst_pad_send_event(pad.get(), gst_event_new_caps(caps.get())));
    expect_error(harness);
    harness.new_stream(kCaps);
    EXPECT_TRUE(harness.pass(0)) << "the next try succeeds";
}

TEST_P(FailingModel, AFlushThatCannotForgetIsAnErrorAndTheNextOneSucceeds) {
    Segment segment;
    segment.show(5, 0);
    arm(Call::kReset, GetParam().failure);
    segment.flush();
    expect_error(segment);
    segment.flush();
    EXPECT_EQ(ids(segment.pass(1).get()), std::set<gint64>{});
}

TEST_P(FailingModel, AResetFailsWithItsFrameAndNothingIsForgotten) {
    Segment segment;
    segment.show(5, 0);
    while (segment.answer()) {
    }
    gboolean taken = FALSE;
    g_signal_emit_by_name(segment.element(), "reset", &taken);
    ASSERT_TRUE(taken);
    arm(Call::kStep, GetParam().failure);
    EXPECT_EQ(segment.push(segment.picture(1)), GST_FLOW_ERROR);
    const auto answer = segment.answer();
    ASSERT_TRUE(answer);
    EXPECT_FALSE(bool_of(answer.get(), "accepted"));
    expect_error(segment);
    EXPECT_EQ(ids(segment.pass(2).get()), (std::set<gint64>{5}));
    EXPECT_FALSE(segment.message(GST_MESSAGE_ELEMENT, "ausm-reset"));
}

TEST_P(FailingModel, RemovingAnObjectFailsWithItsFrameAndTheObjectStays) {
    Segment segment;
    segment.show(5, 0);
    while (segment.answer()) {
    }
    gboolean taken = FALSE;
    g_signal_emit_by_name(segment.element(), "remove-object", gint64{5}, &taken);
    ASSERT_TRUE(taken);
    ASSERT_TRUE(add_prompt(segment, box(6)));
    arm(Call::kStep, GetParam().failure);
    EXPECT_EQ(segment.push(segment.picture(1)), GST_FLOW_ERROR);
    for (const int object : {5, 6}) {
        const auto answer = segment.answer();
        ASSERT_TRUE(answer) << object;
        EXPECT_FALSE(bool_of(answer.get(), "accepted"));
        EXPECT_EQ(int64_of(answer.get(), "object"), object);
    }
    expect_error(segment);
    EXPECT_EQ(ids(segment.pass(2).get()), (std::set<gint64>{5}));
}

INSTANTIATE_TEST_SUITE_P(All, FailingModel,
                         testing::Values(Kind{Failure::kException, "exception", kExceptionText},
                                         Kind{Failure::kNoMemory, "no_memory", "not enough memory"},
                                         Kind{Failure::kForeign, "no_std_exception", "unknown exception"}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(LyingModel, AMapOfAnImpossibleSizeIsAnError) {
    Segment segment;
    segment.show(5, 0);
    arm(Call::kStep, Failure::kWrongMap);
    EXPECT_EQ(segment.push(segment.picture(1)), GST_FLOW_ERROR);
    expect_parts(text_on(segment, GST_MESSAGE_ERROR), {"impossible size"});
    EXPECT_EQ(ids(segment.pass(2).get()), (std::set<gint64>{5}));
}

TEST(LyingModel, AnswersThatAreNotFiniteAreOneWarningForARunOfThem) {
    Segment segment;
    segment.show(5, 0);
    for (const int first : {1, 4}) {
        for (int i = first; i < first + 2; ++i) {
            arm(Call::kStep, Failure::kNotFinite);
            EXPECT_EQ(ids(segment.pass(i).get()), (std::set<gint64>{5}));
        }
        expect_parts(text_on(segment, GST_MESSAGE_WARNING), {"not finite", "precision"});
        EXPECT_EQ(text_on(segment, GST_MESSAGE_WARNING), "");
        ASSERT_TRUE(segment.pass(first + 2)) << "finite again";
    }
}

TEST(LyingModel, SettingsThatItRefusesWhilePlayingAreAWarningAndTheOldOnesStay) {
    Segment segment;
    segment.show(5, 0);
    arm(Call::kConfigure, Failure::kException);
    g_object_set(segment.element(), "threshold", 0.25, nullptr);
    EXPECT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{5}));
    expect_parts(text_on(segment, GST_MESSAGE_WARNING), {"the old ones stay", kExceptionText});
}

}  // namespace
