// SPDX-License-Identifier: MIT
// The latency that ausmsegment declares: measured when live, none for a file, or what is set.
#include "../harness.h"
#include "gst/ausm/gstausmmeta.h"

#include <gtest/gtest.h>

using namespace ausm::test;

namespace {

// Small, so that a frame takes a few milliseconds.
constexpr const char* kCaps = "video/x-raw,format=I420,width=96,height=64,framerate=25/1";

gboolean answer_latency(GstPad* pad, GstObject* parent, GstQuery* query) {
    if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY)
        return gst_pad_query_default(pad, parent, query);
    gst_query_set_latency(query, g_object_get_data(G_OBJECT(pad), "live") != nullptr, 30 * GST_MSECOND,
                          50 * GST_MSECOND);
    return TRUE;
}

struct Latency {
    gboolean live = FALSE;
    GstClockTime least = 0, most = 0;
};

/// What the element says when upstream says 30 to 50 ms.
Latency latency(Harness& harness) {
    const Owned<GstQuery> query(gst_query_new_latency());
    const Owned<GstPad> pad(gst_element_get_static_pad(harness.element(), "src"));
    EXPECT_TRUE(gst_pad_query(pad.get(), query.get()));
    Latency result;
    gst_query_parse_latency(query.get(), &result.live, &result.least, &result.most);
    return result;
}

void upstream(Harness& harness, bool live) {
    g_object_set_data(G_OBJECT(harness.get()->srcpad), "live", live ? harness.get() : nullptr);
    gst_pad_set_query_function(harness.get()->srcpad, answer_latency);
}

TEST(SegmentLatency, ALivePipelineHearsTheMeasuredLatency) {
    Harness harness("ausmsegment inference-size=64");
    upstream(harness, true);
    harness.caps(kCaps);
    const Latency own = latency(harness);
    EXPECT_TRUE(own.live);
    EXPECT_GE(own.least, 35 * GST_MSECOND);
    EXPECT_LE(own.least, 5 * GST_SECOND);
    EXPECT_EQ(own.least % (5 * GST_MSECOND), 0U);
    EXPECT_EQ(own.most - own.least, 20 * GST_MSECOND);
    EXPECT_TRUE(harness.message(GST_MESSAGE_LATENCY));
    harness.caps(kCaps);
    EXPECT_FALSE(harness.message(GST_MESSAGE_LATENCY)) << "nothing changed";
    const auto buffer = harness.pass(0);
    GstAusmMetaView view;
    ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
    EXPECT_EQ(view.serial, 0U) << "the warm-up leaves no trace in the stream";
}

TEST(SegmentLatency, TheBatchTimeoutIsPartOfIt) {
    Harness harness("ausmsegment inference-size=64 batch-timeout=700000");
    upstream(harness, true);
    harness.caps(kCaps);
    EXPECT_GE(latency(harness).least, 735 * GST_MSECOND);
    const gint64 begin = g_get_monotonic_time();
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(harness.pass(i));
    EXPECT_LT(g_get_monotonic_time() - begin, 10 * 700'000) << "one stream alone does not wait";
}

TEST(SegmentLatency, AFileHasNoLatency) {
    Harness harness("ausmsegment inference-size=64");
    upstream(harness, false);
    harness.caps(kCaps);
    const Latency own = latency(harness);
    EXPECT_FALSE(own.live);
    EXPECT_EQ(own.least, 30 * GST_MSECOND);
    EXPECT_FALSE(harness.message(GST_MESSAGE_LATENCY));
}

TEST(SegmentLatency, ALatencyThatIsSetIsDeclared) {
    Harness harness("ausmsegment inference-size=64 latency=40");
    upstream(harness, true);
    harness.caps(kCaps);
    EXPECT_EQ(latency(harness).least, 70 * GST_MSECOND);
    ASSERT_TRUE(harness.message(GST_MESSAGE_LATENCY));
    g_object_set(harness.element(), "latency", 60, nullptr);
    ASSERT_TRUE(harness.pass(0));
    EXPECT_EQ(latency(harness).least, 90 * GST_MSECOND);
    EXPECT_TRUE(harness.message(GST_MESSAGE_LATENCY));
}

}  // namespace
