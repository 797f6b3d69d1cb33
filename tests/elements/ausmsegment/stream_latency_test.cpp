// SPDX-License-Identifier: MIT
// ausmsegment in a live pipeline, over a model that says what frames take: what it declares, and when it says so.
#include "../segment.h"
#include "elements/ausmsegment/latency.h"
#include "scripted_model.h"

#include <gmodule.h>

using namespace ausm::test;
using ausm::gst::DeclaredLatency;

namespace {

constexpr const char* kOtherCaps = "video/x-raw,format=I420,width=640,height=480,framerate=25/1";

/// The script of the model that the element has opened.
Script& script() {
    static Script* const found = [] {
        gpointer symbol = nullptr;
        GModule* library = g_module_open(g_getenv("AUSM_LIBRARY"), G_MODULE_BIND_LOCAL);
        if (library)
            g_module_symbol(library, kScriptSymbol, &symbol);
        return symbol ? reinterpret_cast<ScriptFunction*>(symbol)() : nullptr;
    }();
    if (!found)
        throw std::runtime_error("AUSM_LIBRARY is not the scripted model of the tests");
    return *found;
}

class Live : public testing::Test {
protected:
    void SetUp() override {
        script().seconds = 0.048;
        script().steps = script().rehearsals = 0;
    }
    static int messages(Harness& harness) {
        int count = 0;
        while (harness.message(GST_MESSAGE_LATENCY))
            ++count;
        return count;
    }
    /// A harness is live and has no latency of its own.
    static GstClockTime declared(const Harness& harness) { return gst_harness_query_latency(harness.get()); }
};

TEST_F(Live, ASizeThatChangesCostsARunningStreamNoFrame) {
    Segment segment("ausmsegment");
    EXPECT_EQ(script().rehearsals, 1) << "before the first frame nothing is held up";
    EXPECT_EQ(script().steps, 0);
    ASSERT_TRUE(segment.pass(0));
    for (const char* caps : {kOtherCaps, kCaps, kOtherCaps})
        segment.caps(caps);
    ASSERT_TRUE(segment.pass(1));
    g_object_set(segment.element(), "inference-size", 128, nullptr);
    ASSERT_TRUE(segment.pass(2));
    EXPECT_EQ(script().steps, 3) << "its own frames and no others";
    EXPECT_EQ(script().rehearsals, 1);
}

TEST_F(Live, FramesThatComeToTakeLongerAreDeclaredOnceWithRoom) {
    Segment segment("ausmsegment");
    EXPECT_EQ(declared(segment), 50 * GST_MSECOND);
    EXPECT_EQ(messages(segment), 1);
    ASSERT_TRUE(segment.pass(0));
    EXPECT_EQ(messages(segment), 0);
    script().seconds = 0.052;
    ASSERT_TRUE(segment.pass(1));
    EXPECT_EQ(declared(segment), 60 * GST_MSECOND);
    EXPECT_EQ(messages(segment), 1);
    for (const double seconds : {0.049, 0.058, 0.045, 0.060}) {
        script().seconds = seconds;
        ASSERT_TRUE(segment.pass(2));
        EXPECT_EQ(declared(segment), 60 * GST_MSECOND);
    }
    EXPECT_EQ(messages(segment), 0) << "what a machine's load makes of it from frame to frame is nobody's concern";
}

TEST_F(Live, AnotherSizeOfARunningStreamIsDeclaredByTheSameRules) {
    Segment segment("ausmsegment");
    ASSERT_TRUE(segment.pass(0));
    (void)messages(segment);
    script().seconds = 0.2;
    segment.caps(kOtherCaps);
    EXPECT_EQ(declared(segment), 220 * GST_MSECOND);
    EXPECT_EQ(messages(segment), 1);
    script().seconds = 0.048;
    segment.caps(kCaps);
    ASSERT_TRUE(segment.pass(1));
    EXPECT_EQ(declared(segment), 220 * GST_MSECOND) << "the size may change back";
    EXPECT_EQ(messages(segment), 0);
}

TEST_F(Live, WhatIsNotKnownAtFirstIsDeclaredWhenItIs) {
    script().seconds = 0;
    Segment segment("ausmsegment");
    EXPECT_EQ(declared(segment), 0U);
    ASSERT_TRUE(segment.pass(0));
    EXPECT_EQ(messages(segment), 0);
    script().seconds = 0.048;
    ASSERT_TRUE(segment.pass(1));
    EXPECT_EQ(declared(segment), 55 * GST_MSECOND);
    EXPECT_EQ(messages(segment), 1);
}

TEST_F(Live, WhatIsSetStaysAndWhatIsMeasuredComesBack) {
    Segment segment("ausmsegment latency=40");
    EXPECT_EQ(script().rehearsals, 0);
    script().seconds = 0.3;
    ASSERT_TRUE(segment.pass(0));
    EXPECT_EQ(declared(segment), 40 * GST_MSECOND);
    (void)messages(segment);
    g_object_set(segment.element(), "latency", -1, nullptr);
    ASSERT_TRUE(segment.pass(1));
    EXPECT_EQ(declared(segment), 300 * GST_MSECOND);
    EXPECT_EQ(messages(segment), 1);
    EXPECT_EQ(script().rehearsals, 0);
}

TEST_F(Live, TheBatchTimeoutIsAddedAtOnce) {
    Segment segment("ausmsegment");
    ASSERT_TRUE(segment.pass(0));
    g_object_set(segment.element(), "batch-timeout", 7000, nullptr);
    ASSERT_TRUE(segment.pass(1));
    EXPECT_EQ(declared(segment), 57 * GST_MSECOND);
}

TEST(DeclaredLatency, LessIsDeclaredAfterManyShorterFramesInARow) {
    DeclaredLatency latency;
    EXPECT_TRUE(latency.begin(0.1, 0));
    for (int i = 1; i < DeclaredLatency::kPatience; ++i)
        EXPECT_FALSE(latency.follow(0.05, 0));
    EXPECT_FALSE(latency.follow(0.08, 0)) << "not in a row";
    for (int i = 1; i < DeclaredLatency::kPatience; ++i)
        EXPECT_FALSE(latency.follow(0.05, 0));
    EXPECT_EQ(latency.value(), 100 * GST_MSECOND);
    EXPECT_TRUE(latency.follow(0.05, 0));
    EXPECT_EQ(latency.value(), 55 * GST_MSECOND) << "with room";
}

TEST(DeclaredLatency, WhatIsNotKnownChangesNothing) {
    DeclaredLatency latency;
    EXPECT_TRUE(latency.begin(0.1, GST_MSECOND));
    for (int i = 0; i < 2 * DeclaredLatency::kPatience; ++i)
        EXPECT_FALSE(latency.follow(0, GST_MSECOND));
    EXPECT_EQ(latency.value(), 101 * GST_MSECOND);
    EXPECT_TRUE(latency.fix(0));
    EXPECT_FALSE(latency.fix(0));
}

}  // namespace
