// SPDX-License-Identifier: MIT
// What the settings of ausmsegment mean for the objects of a stream.
#include "../segment.h"

#include <gtest/gtest.h>

#include <map>
#include <tuple>

using namespace ausm::test;

namespace {

// What is found in this picture, and for how long, hangs on small differences: the precision is named.
constexpr const char* kDiscovery = "ausmsegment precision=fp32 inference-size=160 latency=0 mode=discovery threshold=";

TEST(Settings, TheThresholdDecidesWhichDetectionsAreObjects) {
    Segment none(kDiscovery + std::string("1")), all(kDiscovery + std::string("0"));
    EXPECT_TRUE(ids(none.pass(0).get()).empty());
    EXPECT_FALSE(ids(all.pass(0).get()).empty());
}

TEST(Settings, MaxObjectsBoundsTheLivingOnes) {
    Segment segment("ausmsegment inference-size=64 latency=0 mode=prompted max-objects=1");
    segment.show(5, 0);
    ASSERT_TRUE(segment.answer());
    ASSERT_TRUE(add_prompt(segment, box(6, "[0,0,0.3,0.3]")));
    EXPECT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{5}));
    const auto refusal = segment.answer();
    ASSERT_TRUE(refusal);
    EXPECT_FALSE(bool_of(refusal.get(), "accepted"));
    g_object_set(segment.element(), "max-objects", 2, nullptr);
    segment.show(6, 2);
}

/// The square goes, and its object two frames after it was told absent.
TEST(Settings, AnUnseenDiscoveredObjectLivesForMaxAgeFrames) {
    Segment segment(kDiscovery + std::string("0 max-age=2"));
    ASSERT_FALSE(ids(segment.pass(0).get()).empty());
    std::map<gint64, int> absent;
    std::map<gint64, int> lived;
    for (int frame = 1; frame <= 12 && lived.empty(); ++frame) {
        auto empty = segment.picture(frame);
        gst_buffer_memset(empty.get(), 0, 0x60, gst_buffer_get_size(empty.get()));
        ASSERT_EQ(segment.push(std::move(empty)), GST_FLOW_OK);
        while (const Owned<GstMessage> message = segment.message(GST_MESSAGE_ELEMENT, "ausm-object")) {
            const auto id = int64_of(message.get(), "id");
            const auto event = string_of(message.get(), "event");
            if (event == "absent")
                absent[id] = frame;
            else if (event == "removed" && absent.contains(id))
                lived[id] = frame - absent[id];
        }
    }
    ASSERT_FALSE(lived.empty());
    EXPECT_EQ(lived.begin()->second, 2);
}

TEST(Settings, AnUnseenPromptedObjectStays) {
    Segment segment("ausmsegment inference-size=64 latency=0 mode=prompted max-age=0");
    segment.show(5, 0);
    for (int frame = 1; frame <= 4; ++frame) {
        auto empty = segment.picture(frame);
        gst_buffer_memset(empty.get(), 0, 0x60, gst_buffer_get_size(empty.get()));
        ASSERT_EQ(segment.push(std::move(empty)), GST_FLOW_OK);
        EXPECT_EQ(ids(segment.pull().get()), (std::set<gint64>{5}));
    }
}

TEST(Settings, InferenceSizeIsTheShortSideOfTheNetworksInput) {
    Segment segment;
    for (const auto& [size, width, height] : {std::tuple{64, 96, 64}, {65, 160, 96}, {128, 192, 128}}) {
        g_object_set(segment.element(), "inference-size", size, nullptr);
        ASSERT_TRUE(segment.pass(size));
        const auto stats = segment.stats();
        gint input_width = 0;
        gint input_height = 0;
        ASSERT_TRUE(gst_structure_get(stats.get(), "input-width", G_TYPE_INT, &input_width, "input-height", G_TYPE_INT,
                                      &input_height, nullptr));
        EXPECT_EQ(std::pair(input_width, input_height), std::pair(width, height)) << size;
    }
}

}  // namespace
