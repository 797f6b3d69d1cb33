// SPDX-License-Identifier: MIT
// Frames that carry the last map: by interval, or because they are late; and what makes a stream forget.
#include "same_memory.h"

#include <gtest/gtest.h>

using namespace ausm::test;

namespace {

struct Seen {
    bool fresh = false;
    guint64 serial = 0;
    std::set<gint64> objects;
    std::vector<guint8> map;
};

Seen seen(GstBuffer* buffer) {
    GstAusmMetaView view;
    EXPECT_TRUE(gst_ausm_meta_get(buffer, &view));
    return {view.fresh != FALSE, view.serial, ids(buffer), bytes(view.map)};
}

guint64 stat(const Segment& segment, const char* field) {
    const auto stats = segment.stats();
    guint64 number = G_MAXUINT64;
    gst_structure_get_uint64(stats.get(), field, &number);
    return number;
}

TEST(Interval, TheNetworkSeesEveryNthFrameAndTheOthersCarryTheLastMap) {
    Segment segment(std::string(kLaunch) + " interval=3");
    ASSERT_TRUE(add_prompt(segment, box(4)));
    std::vector<Seen> frames;
    for (int i = 0; i < 7; ++i)
        frames.push_back(seen(segment.pass(i).get()));
    for (std::size_t i = 0; i < frames.size(); ++i) {
        EXPECT_EQ(frames[i].fresh, i % 3 == 0) << i;
        EXPECT_EQ(frames[i].serial, i);
        EXPECT_EQ(frames[i].objects, (std::set<gint64>{4}));
        if (i % 3 != 0) {
            EXPECT_EQ(frames[i].map, frames[i - 1].map);
        }
    }
    EXPECT_EQ(stat(segment, "frames"), 3U);
    EXPECT_EQ(stat(segment, "repeated"), 4U);
}

TEST(Interval, AFrameWithAPromptIsSeen) {
    Segment segment(std::string(kLaunch) + " interval=100");
    ASSERT_TRUE(segment.pass(0));
    EXPECT_FALSE(seen(segment.pass(1).get()).fresh);
    ASSERT_TRUE(add_prompt(segment, box(4)));
    const auto prompted = seen(segment.pass(2).get());
    EXPECT_TRUE(prompted.fresh);
    EXPECT_EQ(prompted.objects, (std::set<gint64>{4}));
    EXPECT_FALSE(seen(segment.pass(3).get()).fresh);
}

TEST(Interval, NothingIsCarriedOverAFlushOrToAnotherSize) {
    Segment segment(std::string(kLaunch) + " interval=100");
    ASSERT_TRUE(segment.pass(0));
    segment.flush();
    EXPECT_TRUE(seen(segment.pass(1).get()).fresh);
    EXPECT_FALSE(seen(segment.pass(2).get()).fresh);
    segment.caps("video/x-raw,format=I420,width=64,height=96,framerate=25/1");
    EXPECT_TRUE(seen(segment.pass(3).get()).fresh);
}

/// Queries for the latency that came upstream, and what they are told.
struct Upstream {
    bool live = true;
    int asked = 0;

    explicit Upstream(const Harness& harness) {
        g_object_set_data(G_OBJECT(harness.get()->srcpad), "upstream", this);
        gst_pad_set_query_function(harness.get()->srcpad, answer);
    }
    static gboolean answer(GstPad* pad, GstObject* parent, GstQuery* query) {
        if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY)
            return gst_pad_query_default(pad, parent, query);
        auto* self = static_cast<Upstream*>(g_object_get_data(G_OBJECT(pad), "upstream"));
        ++self->asked;
        gst_query_set_latency(query, self->live, 0, GST_CLOCK_TIME_NONE);
        return TRUE;
    }
};

TEST(Interval, SettingsThatChangedAreLookedAtOnceAndNotOnEveryFrame) {
    Harness harness("ausmsegment inference-size=64 mode=prompted interval=100");
    Upstream upstream(harness);
    harness.caps(kCaps);
    ASSERT_TRUE(harness.pass(0));
    upstream.asked = 0;
    g_object_set(harness.element(), "threshold", 0.25, nullptr);
    for (int i = 1; i < 20; ++i)
        EXPECT_FALSE(seen(harness.pass(i).get()).fresh);
    EXPECT_EQ(upstream.asked, 1);
}

/// Downstream says that the frame at `index` was late by `seconds`.
void late(const Harness& segment, int index, double seconds) {
    gst_harness_push_upstream_event(
        segment.get(), gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 2, static_cast<GstClockTimeDiff>(seconds * GST_SECOND),
                                         static_cast<GstClockTime>(index) * GST_SECOND / 25));
}

TEST(LateFrames, CarryTheLastMapAndAMessageTellsEachTime) {
    Segment segment(std::string(kLaunch) + " qos=true");
    ASSERT_TRUE(segment.pass(0));
    late(segment, 0, 0.06);  // frames before 0.12 s, that is 1 and 2
    EXPECT_FALSE(seen(segment.pass(1).get()).fresh);
    EXPECT_FALSE(seen(segment.pass(2).get()).fresh);
    EXPECT_TRUE(seen(segment.pass(3).get()).fresh);
    const auto message = segment.message(GST_MESSAGE_QOS);
    ASSERT_TRUE(message);
    guint64 running = 0;
    gst_message_parse_qos(message.get(), nullptr, &running, nullptr, nullptr, nullptr);
    EXPECT_EQ(running, GST_SECOND / 25);
    EXPECT_TRUE(segment.message(GST_MESSAGE_QOS));
    EXPECT_FALSE(segment.message(GST_MESSAGE_QOS));
    late(segment, 3, -0.02);
    EXPECT_TRUE(seen(segment.pass(4).get()).fresh) << "in time again";
}

struct Quality : testing::TestWithParam<bool> {};

TEST_P(Quality, TheMessageSaysWhatThoseOfGStreamersOwnElementsSay) {
    Harness harness("ausmsegment inference-size=64 mode=prompted qos=true");
    Upstream upstream(harness);
    upstream.live = GetParam();
    harness.caps(kCaps);
    ASSERT_TRUE(harness.pass(0));
    for (const guint64 dropped : {1, 2}) {
        late(harness, 0, 0.06);
        EXPECT_FALSE(seen(harness.pass(static_cast<int>(dropped)).get()).fresh);
        const auto message = harness.message(GST_MESSAGE_QOS);
        ASSERT_TRUE(message);
        gboolean live = FALSE;
        gst_message_parse_qos(message.get(), &live, nullptr, nullptr, nullptr, nullptr);
        EXPECT_EQ(live != FALSE, GetParam());
        gint64 jitter = 0;
        double proportion = 0;
        gint quality = 0;
        gst_message_parse_qos_values(message.get(), &jitter, &proportion, &quality);
        EXPECT_EQ(jitter, static_cast<gint64>(120 * GST_MSECOND - dropped * 40 * GST_MSECOND)) << "too late by this";
        EXPECT_EQ(proportion, 2);
        EXPECT_EQ(quality, 1000000);
        GstFormat format = GST_FORMAT_UNDEFINED;
        guint64 processed = 0, left_out = 0;
        gst_message_parse_qos_stats(message.get(), &format, &processed, &left_out);
        EXPECT_EQ(format, GST_FORMAT_BUFFERS);
        EXPECT_EQ(processed, 1U);
        EXPECT_EQ(left_out, dropped);
    }
    harness.flush();
    ASSERT_TRUE(harness.pass(3));
    late(harness, 3, 10);
    ASSERT_TRUE(harness.pass(4));
    guint64 processed = 0, left_out = 0;
    gst_message_parse_qos_stats(harness.message(GST_MESSAGE_QOS).get(), nullptr, &processed, &left_out);
    EXPECT_EQ(processed, 1U) << "counted anew since the flush";
    EXPECT_EQ(left_out, 1U);
}

INSTANTIATE_TEST_SUITE_P(Upstream, Quality, testing::Bool(),
                         [](const auto& test) { return std::string(test.param ? "live" : "a_file"); });

/// A late frame behind this element, whose upstream is live or not, is left out, and that is told.
void expect_left_out(const std::string& launch, bool live, bool left_out) {
    Harness harness(launch);
    Upstream upstream(harness);
    upstream.live = live;
    harness.caps(kCaps);
    ASSERT_TRUE(harness.pass(0));
    late(harness, 0, 10);
    EXPECT_EQ(seen(harness.pass(1).get()).fresh, !left_out);
    EXPECT_EQ(harness.message(GST_MESSAGE_QOS) != nullptr, left_out);
}

TEST(LateFrames, WithoutThePropertyOnlyLivePipelinesLeaveFramesOut) {
    for (const bool live : {false, true})
        expect_left_out("ausmsegment inference-size=64 mode=prompted", live, live);
}

TEST(LateFrames, AreAllSeenWhenTheyAreToBe) {
    expect_left_out("ausmsegment inference-size=64 mode=prompted qos=false", true, false);
}

TEST(LateFrames, ProgramsOfWhenItWasABooleanMeanTheSame) {
    const Harness harness("ausmsegment");
    const auto element = harness.get()->element;
    for (const gint value : {0, 1}) {
        g_object_set(element, "qos", value, nullptr);
        gint now = -1;
        g_object_get(element, "qos", &now, nullptr);
        EXPECT_EQ(now, value);
    }
}

TEST(LateFrames, AFlushForgetsThatDownstreamWasLate) {
    Segment segment(std::string(kLaunch) + " qos=true reset-on=stream-start");
    ASSERT_TRUE(segment.pass(0));
    late(segment, 0, 10);
    segment.flush();
    EXPECT_TRUE(seen(segment.pass(1).get()).fresh);
}

struct Reset : testing::Test {
    static bool remembers(Segment& segment, int index) { return ids(segment.pass(index).get()).contains(9); }
};

TEST_F(Reset, OnAFlushAndANewStreamUnlessTheyAreLeftOut) {
    Segment usual;
    usual.show(9, 0);
    usual.flush();
    EXPECT_FALSE(remembers(usual, 1));
    Segment kept(std::string(kLaunch) + " reset-on=caps");
    kept.show(9, 0);
    kept.flush();
    EXPECT_TRUE(remembers(kept, 1));
    kept.new_stream(kCaps);
    EXPECT_TRUE(remembers(kept, 2));
}

TEST_F(Reset, OnOtherCapsDiscontAndGapWhenAskedFor) {
    Segment segment(std::string(kLaunch) + " reset-on=discont+gap+caps");
    const auto discontinued = [&](int index) {
        auto picture = segment.picture(index);
        GST_BUFFER_FLAG_SET(picture.get(), GST_BUFFER_FLAG_DISCONT);
        segment.push(std::move(picture));
        return ids(segment.pull().get());
    };
    segment.show(9, 0);
    EXPECT_TRUE(discontinued(1).empty());
    ASSERT_TRUE(segment.message(GST_MESSAGE_ELEMENT, "ausm-reset"));
    segment.show(9, 2);
    gst_harness_push_event(segment.get(), gst_event_new_gap(3 * GST_SECOND / 25, GST_SECOND / 25));
    EXPECT_EQ(string_of(segment.message(GST_MESSAGE_ELEMENT, "ausm-reset").get(), "reason"), "gap");
    EXPECT_FALSE(remembers(segment, 4));
    segment.show(9, 5);
    segment.caps("video/x-raw,format=RGB,width=96,height=64,framerate=25/1");
    EXPECT_FALSE(remembers(segment, 6));
    EXPECT_EQ(string_of(segment.message(GST_MESSAGE_ELEMENT, "ausm-reset").get(), "reason"), "caps");
    g_object_set(segment.element(), "reset-on", 0, nullptr);
    segment.show(9, 7);
    EXPECT_FALSE(discontinued(8).empty());
}

TEST(Classes, OtherLabelsAreRefusedAndNoLabelIsTaken) {
    Segment segment(std::string(kLaunch) + " classes=\"person, dog\"");
    Segment same;
    ASSERT_TRUE(segment.pass(0) && same.pass(0));
    ASSERT_TRUE(add_prompt(segment, box(1)));  // its label is "square"
    EXPECT_TRUE(ids(segment.pass(1).get()).empty());
    EXPECT_NE(string_of(segment.answer().get(), "reason").find("'square'"), std::string::npos);
    ASSERT_TRUE(same.pass(1));
    expect_same_memory(segment, same, 2);
    GstStructure* dog = box(2);
    gst_structure_set(dog, "label", G_TYPE_STRING, "dog", nullptr);
    GstStructure* nobody = box(3, "[0,0,0.4,1]");
    gst_structure_remove_field(nobody, "label");
    ASSERT_TRUE(add_prompt(segment, dog) && add_prompt(segment, nobody));
    EXPECT_EQ(ids(segment.pass(3).get()), (std::set<gint64>{2, 3}));
    g_object_set(segment.element(), "classes", " , ", nullptr);
    ASSERT_TRUE(add_prompt(segment, box(4)));
    EXPECT_TRUE(ids(segment.pass(4).get()).contains(4)) << "no class is named";
}

TEST(Confidence, IsAttachedWhenAskedFor) {
    Segment segment;
    GstAusmMetaView view;
    const auto without = segment.pass(0);
    ASSERT_TRUE(gst_ausm_meta_get(without.get(), &view));
    EXPECT_EQ(view.confidence, nullptr);
    g_object_set(segment.element(), "confidence", TRUE, nullptr);
    ASSERT_TRUE(add_prompt(segment, box(1)));
    const auto with = segment.pass(1);
    ASSERT_TRUE(gst_ausm_meta_get(with.get(), &view));
    ASSERT_NE(view.confidence, nullptr);
    const auto map = bytes(view.map), confidence = bytes(view.confidence);
    ASSERT_EQ(confidence.size(), map.size());
    for (std::size_t i = 0; i < map.size(); ++i)
        ASSERT_EQ(map[i] != 0, confidence[i] >= 128) << i;
}

}  // namespace
