// SPDX-License-Identifier: MIT
// What other elements found on a frame becomes prompts: which, with what, and objects of ausmsegment in the end.
#include "../segment.h"
#include "../trace.h"

#include "elements/ausmprompt/detections.h"

#include <gtest/gtest.h>

#ifdef AUSM_GST_ANALYTICS
#include <gst/analytics/analytics.h>
#endif

using namespace ausm::test;
using ausm::gst::detections;
using ausm::gst::DetectionSettings;

namespace {

using Box = std::array<double, 4>;

/// A region of interest in pixels; without a score when that is negative.
void add_region(GstBuffer* buffer, const char* type, guint x, guint y, guint width, guint height, double score = -1) {
    GstVideoRegionOfInterestMeta* meta =
        gst_buffer_add_video_region_of_interest_meta(buffer, type, x, y, width, height);
    gst_video_region_of_interest_meta_add_param(meta, gst_structure_new("other", "x", G_TYPE_INT, 1, nullptr));
    if (score >= 0)
        gst_video_region_of_interest_meta_add_param(
            meta, gst_structure_new("detection", "confidence", G_TYPE_DOUBLE, score, nullptr));
}

struct Detections : testing::Test {
    Owned<GstBuffer> buffer{gst_buffer_new()};
    DetectionSettings settings{true, "", 0.5};

    [[nodiscard]] std::vector<std::string> labels() const {
        std::vector<std::string> found;
        for (const PromptLine& line : detections(buffer.get(), settings, 100, 50))
            found.push_back(line.label);
        return found;
    }
};

TEST_F(Detections, BecomeBoxesForWhatIsNotFollowed) {
    add_region(buffer.get(), "dog", 10, 10, 40, 20);
    const auto lines = detections(buffer.get(), settings, 100, 50);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].op, ausm::gst::PromptOp::kBox);
    EXPECT_EQ(lines[0].box, (Box{0.1, 0.2, 0.5, 0.6}));
    EXPECT_EQ(lines[0].label, "dog");
    EXPECT_TRUE(lines[0].unless_tracked);
    EXPECT_FALSE(lines[0].clipped);
    EXPECT_EQ(lines[0].object, 0);
}

TEST_F(Detections, AreCutAtThePictureAndLeftOutBesideIt) {
    add_region(buffer.get(), "cut", 90, 40, 4'000'000'000, 100);
    add_region(buffer.get(), "outside", 100, 0, 10, 10);
    add_region(buffer.get(), "empty", 10, 10, 0, 5);
    const auto lines = detections(buffer.get(), settings, 100, 50);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].box, (Box{0.9, 0.8, 1, 1})) << "however little of it is inside: that is what can be seen";
    EXPECT_TRUE(lines[0].clipped);
}

TEST_F(Detections, ArePassedByScoreAndClass) {
    add_region(buffer.get(), "low", 0, 0, 9, 9, 0.49);
    add_region(buffer.get(), "high", 0, 0, 9, 9, 0.5);
    add_region(buffer.get(), "unscored", 0, 0, 9, 9);
    EXPECT_EQ(labels(), (std::vector<std::string>{"high", "unscored"}));
    settings.threshold = 0;
    EXPECT_EQ(labels().size(), 3U);
    settings.classes = " low ,, unscored,";
    EXPECT_EQ(labels(), (std::vector<std::string>{"low", "unscored"}));
    settings.classes = "lo";
    EXPECT_EQ(labels(), std::vector<std::string>{});
    settings.classes = " , ";
    EXPECT_EQ(labels().size(), 3U) << "no class is named";
}

#ifdef AUSM_GST_ANALYTICS
TEST_F(Detections, AreReadFromAnalyticsMetadataToo) {
    GstAnalyticsRelationMeta* relations = gst_buffer_add_analytics_relation_meta(buffer.get());
    GstAnalyticsODMtd added;
    ASSERT_TRUE(gst_analytics_relation_meta_add_od_mtd(relations, g_quark_from_static_string("cat"), 10, 10, 40, 20,
                                                       0.9F, &added));
    ASSERT_TRUE(
        gst_analytics_relation_meta_add_od_mtd(relations, g_quark_from_static_string("low"), 0, 0, 9, 9, 0.1F, &added));
    const auto lines = detections(buffer.get(), settings, 100, 50);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].label, "cat");
    EXPECT_EQ(lines[0].box, (Box{0.1, 0.2, 0.5, 0.6}));
}
#endif

TEST_F(Detections, AnyNameIsMadeALabel) {
    add_region(buffer.get(), "a\nb", 0, 0, 9, 9);
    add_region(buffer.get(), "\xff", 0, 0, 9, 9);
    add_region(buffer.get(), (std::string(255, 'x') + "\xc3\xa9").c_str(), 0, 0, 9, 9);
    GstVideoRegionOfInterestMeta* nameless =
        gst_buffer_add_video_region_of_interest_meta_id(buffer.get(), 0, 0, 0, 9, 9);
    ASSERT_TRUE(nameless);
    EXPECT_EQ(labels(), (std::vector<std::string>{"a b", "", std::string(255, 'x'), ""}));
}

TEST(DetectionsProperty, IsOffUnlessAsked) {
    Trace trace("ausmprompt");
    for (const bool enabled : {false, true}) {
        g_object_set(trace.element(), "detections", enabled, nullptr);
        auto picture = trace.picture(0);
        add_region(picture.get(), "dog", 1, 1, 9, 9);
        ASSERT_EQ(trace.push(std::move(picture)), GST_FLOW_OK);
    }
    EXPECT_EQ(trace.log, (Log{"frame 0", "box 0", "frame 0"}));
}

TEST(DetectionsProperty, ClassesAndThresholdMayChangeWhilePlaying) {
    Trace trace("ausmprompt detections=true detection-classes=cat detection-threshold=0.9");
    const auto push = [&trace] {
        auto picture = trace.picture(0);
        add_region(picture.get(), "dog", 1, 1, 9, 9, 0.8);
        ASSERT_EQ(trace.push(std::move(picture)), GST_FLOW_OK);
    };
    push();
    g_object_set(trace.element(), "detection-classes", "cat,dog", nullptr);
    push();
    g_object_set(trace.element(), "detection-threshold", 0.7, nullptr);
    push();
    EXPECT_EQ(trace.log, (Log{"frame 0", "frame 0", "box 0", "frame 0"}));
}

TEST(DetectionsProperty, MakeOneObjectOfADetectionOnEveryFrame) {
    Segment chain("ausmprompt detections=true ! ausmsegment inference-size=64 latency=0 mode=prompted");
    for (int i = 0; i < 3; ++i) {  // the small network holds the square's outline for so long
        auto picture = chain.picture(i);
        add_region(picture.get(), "square", 48, 16, 36, 32, 0.9);  // kCaps: 96x64
        ASSERT_EQ(chain.push(std::move(picture)), GST_FLOW_OK);
        EXPECT_EQ(ids(chain.pull().get()), (std::set<gint64>{1})) << i;
    }
    const auto answer = chain.answer();
    ASSERT_TRUE(answer);
    EXPECT_TRUE(bool_of(answer.get(), "accepted"));
    EXPECT_FALSE(chain.answer());
}

}  // namespace
