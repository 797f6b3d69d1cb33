// SPDX-License-Identifier: MIT
// A stream's state as a file: saved, loaded, continued in another process, refused when it is not ours.
#include "../../gst/temporary_folder.h"
#include "../segment.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace ausm::test;

namespace {

class State : public testing::Test {
protected:
    [[nodiscard]] std::string path(const char* name = "state") const { return folder.path(name); }
    static bool ask(const Segment& segment, const char* signal, const std::string& location) {
        gboolean taken = FALSE;
        g_signal_emit_by_name(segment.element(), signal, location.c_str(), &taken);
        return taken;
    }
    /// What has become of the last request: its action, or the reason why not.
    static std::string outcome(Segment& segment) {
        const auto message = segment.message(GST_MESSAGE_ELEMENT, "ausm-state");
        if (!message)
            return "no message";
        return bool_of(message.get(), "done") ? string_of(message.get(), "action") : string_of(message.get(), "reason");
    }
    static std::string contents(const std::string& file) {
        std::ifstream stream(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    TemporaryFolder folder;
};

TEST_F(State, IsSavedBeforeTheNextFrameAndLoadedIntoAnotherStream) {
    Segment first;
    first.show(9, 0);
    ASSERT_TRUE(ask(first, "save-state", path()));
    EXPECT_FALSE(std::filesystem::exists(path()));
    ASSERT_TRUE(first.pass(1));
    EXPECT_EQ(outcome(first), "save");
    Segment second;
    ASSERT_TRUE(second.pass(0));
    ASSERT_TRUE(ask(second, "load-state", path()));
    EXPECT_EQ(ids(second.pass(1).get()), (std::set<gint64>{9}));
    EXPECT_EQ(outcome(second), "load");
    EXPECT_FALSE(second.message(GST_MESSAGE_WARNING)) << "nothing is different here";
}

TEST_F(State, WhatWaitsAtTheEndIsSavedThen) {
    Segment segment;
    segment.show(9, 0);
    ASSERT_TRUE(ask(segment, "save-state", path()));
    gst_harness_push_event(segment.get(), gst_event_new_eos());
    EXPECT_EQ(outcome(segment), "save");
    EXPECT_GT(std::filesystem::file_size(path()), 10'000U);
}

TEST_F(State, AnotherModelsOrADamagedFileIsRefusedAndTheMemoryStays) {
    Segment segment;
    segment.show(9, 0);
    ASSERT_TRUE(ask(segment, "save-state", path()));
    ASSERT_TRUE(segment.pass(1));
    auto state = contents(path());
    const auto hash = state.find("weights_hash\":\"");
    ASSERT_NE(hash, std::string::npos);
    state[hash + 15] = state[hash + 15] == '0' ? '1' : '0';
    std::ofstream(path("foreign"), std::ios::binary) << state;
    std::ofstream(path("cut"), std::ios::binary) << state.substr(0, 1000);
    std::filesystem::create_directory(path("folder"));
    EXPECT_EQ(outcome(segment), "save");
    int index = 2;
    for (const auto& [name, reason] : {std::pair("foreign", "other weights"), std::pair("cut", "saved state"),
                                       std::pair("folder", "ordinary"), std::pair("nothing", "there is none")}) {
        ASSERT_TRUE(ask(segment, "load-state", path(name)));
        EXPECT_EQ(ids(segment.pass(index++).get()), (std::set<gint64>{9})) << name;
        EXPECT_NE(outcome(segment).find(reason), std::string::npos) << name;
        EXPECT_TRUE(segment.message(GST_MESSAGE_WARNING)) << name;
    }
}

/// Two streams see the same frames; what happens to one of them between two leaves no trace, bit by bit.
TEST_F(State, ARefusedFileAndAGapChangeNothing) {
    std::ofstream(path("damaged"), std::ios::binary) << "no saved state";
    Segment touched, untouched;
    for (auto* segment : {&touched, &untouched})
        segment->show(9, 0);
    ASSERT_TRUE(ask(touched, "load-state", path("damaged")));
    ASSERT_TRUE(ask(touched, "load-state", path("nothing")));
    ASSERT_TRUE(touched.pass(1) && untouched.pass(1));
    EXPECT_TRUE(touched.message(GST_MESSAGE_WARNING)) << "it was refused";
    ASSERT_TRUE(gst_harness_push_event(touched.get(), gst_event_new_gap(2 * GST_SECOND / 25, GST_SECOND / 25)));
    for (auto* segment : {&touched, &untouched}) {
        ASSERT_TRUE(segment->pass(3));
        ASSERT_TRUE(ask(*segment, "save-state", path(segment == &touched ? "touched" : "untouched")));
        ASSERT_TRUE(segment->pass(4));
    }
    EXPECT_GT(contents(path("touched")).size(), 10'000U);
    EXPECT_TRUE(contents(path("touched")) == contents(path("untouched")));
}

TEST_F(State, WhatWasDifferentWhereItWasSavedIsAWarning) {
    Segment segment(std::string(kLaunch) + " precision=fp32");
    segment.show(9, 0);
    ASSERT_TRUE(ask(segment, "save-state", path()));
    ASSERT_TRUE(segment.pass(1));
    auto state = contents(path());
    const auto precision = state.find("\"precision\":\"fp32\"");
    ASSERT_NE(precision, std::string::npos);
    state.replace(precision, 18, "\"precision\":\"bf16\"");
    std::ofstream(path(), std::ios::binary) << state;
    ASSERT_TRUE(ask(segment, "load-state", path()));
    ASSERT_TRUE(segment.pass(2));
    const auto warning = segment.message(GST_MESSAGE_WARNING);
    ASSERT_TRUE(warning);
    EXPECT_NE(report_of(warning.get()).message.find("precision: bf16 there, fp32 here"), std::string::npos);
}

TEST_F(State, ThatCannotBeWrittenIsAWarningAndTheStreamGoesOn) {
    Segment segment;
    segment.show(9, 0);
    ASSERT_TRUE(ask(segment, "save-state", path("no/such/folder")));
    EXPECT_TRUE(segment.pass(1));
    EXPECT_TRUE(segment.message(GST_MESSAGE_WARNING));
    EXPECT_FALSE(ask(segment, "save-state", ""));
}

TEST_F(State, OneThatIsTooMuchIsNotTaken) {
    Segment segment;
    for (int i = 0; i < 64; ++i)
        ASSERT_TRUE(ask(segment, "load-state", path("nothing")));
    EXPECT_FALSE(ask(segment, "load-state", path("nothing")));
}

TEST_F(State, LocationIsSavedToWhenTheElementStopsAndLoadedFromBeforeTheFirstFrame) {
    const std::string launch = std::string(kLaunch) + " state-location=" + path();
    {
        Segment segment(launch);
        segment.show(9, 0);
        EXPECT_EQ(outcome(segment), "no message") << "there was no file yet, and it has not ended";
        gst_element_set_state(segment.element(), GST_STATE_READY);
        EXPECT_EQ(outcome(segment), "save");
    }
    Segment segment(launch);
    EXPECT_EQ(ids(segment.pass(0).get()), (std::set<gint64>{9}));
    EXPECT_EQ(outcome(segment), "load");
}

TEST_F(State, ALocationThatWasRefusedIsNotWrittenOver) {
    std::ofstream(path()) << "precious";
    Segment segment(std::string(kLaunch) + " state-location=" + path());
    segment.show(9, 0);
    EXPECT_NE(outcome(segment).find("saved state"), std::string::npos);
    gst_harness_push_event(segment.get(), gst_event_new_eos());
    EXPECT_EQ(outcome(segment), "no message");
    EXPECT_EQ(contents(path()), "precious");
}

TEST_F(State, EveryStreamHasItsOwn) {
    Segment one, two(one, 0);
    ASSERT_TRUE(one.pass(0));
    const auto pad = two.pad("sink_0");
    const Owned<GstStructure> prompt(box(7));
    gboolean taken = FALSE;
    g_signal_emit_by_name(pad.get(), "add-prompt", prompt.get(), &taken);
    ASSERT_TRUE(taken);
    ASSERT_TRUE(two.pass(0));
    g_signal_emit_by_name(pad.get(), "save-state", path().c_str(), &taken);
    ASSERT_TRUE(taken);
    ASSERT_TRUE(two.pass(1));
    const auto message = one.message(GST_MESSAGE_ELEMENT, "ausm-state");
    ASSERT_TRUE(message);
    EXPECT_EQ(string_of(message.get(), "pad"), "sink_0");
    ASSERT_TRUE(ask(one, "load-state", path()));
    EXPECT_EQ(ids(one.pass(1).get()), (std::set<gint64>{7}));
}

/// 100 frames in one go, against 50 in one process and 50 in another: the maps are the same bytes.
TEST_F(State, AStreamGoesOnInAnotherProcessBitByBit) {
    const auto run = [&](int first, int end, const char* state, const char* maps) {
        const std::string command = std::string(AUSM_STATE_PROCESS) + " " + std::to_string(first) + " " +
                                    std::to_string(end) + " " + path(state) + " " + path(maps);
        return std::system(command.c_str());
    };
    ASSERT_EQ(run(0, 100, "whole.state", "whole"), 0);
    ASSERT_EQ(run(0, 50, "parts.state", "first"), 0);
    ASSERT_EQ(run(50, 100, "parts.state", "second"), 0);
    const auto whole = contents(path("whole"));
    ASSERT_EQ(whole.size(), 100U * 96 * 64);
    EXPECT_TRUE(whole == contents(path("first")) + contents(path("second")));
    EXPECT_TRUE(contents(path("whole.state")) == contents(path("parts.state"))) << "the memories, too";
}

}  // namespace
