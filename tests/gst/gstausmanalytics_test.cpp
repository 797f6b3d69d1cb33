// SPDX-License-Identifier: MIT
// Analytics metadata says what GstAusmMeta says; where GStreamer has none, nothing is added.
#include "gst/gstausmanalytics.h"

#include "gst/gstausmmeta.h"
#include "gst/raii.h"

#include <gtest/gtest.h>

#include <string>

#ifdef AUSM_GST_ANALYTICS
#include <gst/analytics/analytics.h>
#endif

namespace {

using Buffer = ausm::gst::Owned<GstBuffer>;

/// A buffer whose metadata has a 4 x 3 map with objects 7 (value 1) and 9 (value 3), and 12 (value 2) that is absent.
Buffer annotated() {
    ausm::Result result;
    result.map_width = 4;
    result.map_height = 3;
    result.map = {1, 1, 0, 0, 1, 0, 0, 3, 0, 0, 0, 0};
    result.objects.resize(3);
    result.objects[0] = {
        7, 1, "person", 0.75F, {0, 0, 0.5, 2. / 3}, 0.25, ausm::ObjectState::kTracked, ausm::ObjectOrigin::kPrompt};
    result.objects[1] = {12, 2, "dog", 0.0F, {}, 0, ausm::ObjectState::kAbsent, ausm::ObjectOrigin::kPrompt};
    result.objects[2] = {
        9, 3, "", 0.5F, {0.75, 1. / 3, 1, 2. / 3}, 1. / 12, ausm::ObjectState::kNew, ausm::ObjectOrigin::kAuto};
    Buffer buffer(gst_buffer_new());
    EXPECT_TRUE(ausm::gst::attach_meta(buffer.get(), result, {640, 480, true, "ausm-nano", 0}));
    return buffer;
}

#ifndef AUSM_GST_ANALYTICS

TEST(AusmAnalytics, WithoutTheLibraryNothingIsAdded) {
    EXPECT_FALSE(ausm::gst::AnalyticsWriter::available());
    const auto buffer = annotated();
    const auto metas = [&] {
        int count = 0;
        for (gpointer state = nullptr; gst_buffer_iterate_meta(buffer.get(), &state);)
            ++count;
        return count;
    };
    const int before = metas();  // GstAusmMeta and its companion
    ausm::gst::AnalyticsWriter().attach(buffer.get(), 0);
    EXPECT_EQ(metas(), before);
}

#else

/// The n-th record of a type.
GstAnalyticsMtd record(GstBuffer* buffer, GstAnalyticsMtdType type, int n) {
    GstAnalyticsRelationMeta* relations = gst_buffer_get_analytics_relation_meta(buffer);
    GstAnalyticsMtd found{};
    gpointer state = nullptr;
    for (int i = 0; i <= n; ++i)
        EXPECT_TRUE(gst_analytics_relation_meta_iterate(relations, &state, type, &found)) << "record " << i;
    return found;
}

struct Tracking {
    guint64 id = 0;
    GstClockTime first = 0, last = 0;
    gboolean lost = FALSE;
};

Tracking tracking(GstBuffer* buffer, int n) {
    auto mtd = record(buffer, gst_analytics_tracking_mtd_get_mtd_type(), n);
    Tracking info;
    EXPECT_TRUE(gst_analytics_tracking_mtd_get_info(&mtd, &info.id, &info.first, &info.last, &info.lost));
    return info;
}

TEST(AusmAnalytics, DetectionsAreInPixelsAndRelatedToTheirTracks) {
    ausm::gst::AnalyticsWriter writer;
    const auto buffer = annotated();
    writer.attach(buffer.get(), 5 * GST_SECOND);
    auto detection = record(buffer.get(), gst_analytics_od_mtd_get_mtd_type(), 0);
    gint x = -1, y = -1, width = -1, height = -1;
    gfloat score = 0;
    ASSERT_TRUE(gst_analytics_od_mtd_get_location(&detection, &x, &y, &width, &height, &score));
    EXPECT_EQ(x, 0);
    EXPECT_EQ(y, 0);
    EXPECT_EQ(width, 320);
    EXPECT_EQ(height, 320);
    EXPECT_FLOAT_EQ(score, 0.75F);
    EXPECT_STREQ(g_quark_to_string(gst_analytics_od_mtd_get_obj_type(&detection)), "person");
    GstAnalyticsMtd related{};
    ASSERT_TRUE(gst_analytics_relation_meta_get_direct_related(
        gst_buffer_get_analytics_relation_meta(buffer.get()), detection.id, GST_ANALYTICS_REL_TYPE_RELATE_TO,
        gst_analytics_tracking_mtd_get_mtd_type(), nullptr, &related));
    guint64 id = 0;
    ASSERT_TRUE(gst_analytics_tracking_mtd_get_info(&related, &id, nullptr, nullptr, nullptr));
    EXPECT_EQ(id, 7U);
    auto unnamed = record(buffer.get(), gst_analytics_od_mtd_get_mtd_type(), 1);
    EXPECT_STREQ(g_quark_to_string(gst_analytics_od_mtd_get_obj_type(&unnamed)), "object");
}

TEST(AusmAnalytics, TracksKnowWhenTheyWereFirstSeenAndWhatIsLost) {
    ausm::gst::AnalyticsWriter writer;
    writer.attach(annotated().get(), 5 * GST_SECOND);
    const auto buffer = annotated();
    writer.attach(buffer.get(), 6 * GST_SECOND);
    const auto seen = tracking(buffer.get(), 0), lost = tracking(buffer.get(), 1);
    EXPECT_EQ(seen.id, 7U);
    EXPECT_EQ(seen.first, 5 * GST_SECOND);
    EXPECT_EQ(seen.last, 6 * GST_SECOND);
    EXPECT_FALSE(seen.lost);
    EXPECT_EQ(lost.id, 12U);
    EXPECT_TRUE(lost.lost);
    writer.restart();
    const auto again = annotated();
    writer.attach(again.get(), 7 * GST_SECOND);
    EXPECT_EQ(tracking(again.get(), 0).first, 7 * GST_SECOND);
}

TEST(AusmAnalytics, ADetectorsRecordsStay) {
    const auto buffer = annotated();
    GstAnalyticsODMtd theirs;
    ASSERT_TRUE(gst_analytics_relation_meta_add_od_mtd(gst_buffer_add_analytics_relation_meta(buffer.get()),
                                                       g_quark_from_static_string("cat"), 1, 2, 3, 4, 1, &theirs));
    ausm::gst::AnalyticsWriter().attach(buffer.get(), 0);
    auto first = record(buffer.get(), gst_analytics_od_mtd_get_mtd_type(), 0);
    EXPECT_STREQ(g_quark_to_string(gst_analytics_od_mtd_get_obj_type(&first)), "cat");
    (void)record(buffer.get(), gst_analytics_od_mtd_get_mtd_type(), 2);
}

#if GST_CHECK_VERSION(1, 26, 0)
TEST(AusmAnalytics, TheLabelMapIsASegmentationWhoseRegionsAreItsValues) {
    const auto buffer = annotated();
    ausm::gst::AnalyticsWriter().attach(buffer.get(), 0);
    auto segmentation = record(buffer.get(), gst_analytics_segmentation_mtd_get_mtd_type(), 0);
    gint x = -1, y = -1;
    guint width = 0, height = 0;
    const Buffer mask(gst_analytics_segmentation_mtd_get_mask(&segmentation, &x, &y, &width, &height));
    ASSERT_TRUE(mask);
    EXPECT_EQ(x, 0);
    EXPECT_EQ(y, 0);
    EXPECT_EQ(width, 640U);
    EXPECT_EQ(height, 480U);
    std::string pixels(12, 0);
    EXPECT_EQ(gst_buffer_extract(mask.get(), 0, pixels.data(), pixels.size()), 12U);
    EXPECT_EQ(pixels, std::string("\1\1\0\0\1\0\0\3\0\0\0\0", 12));
    ASSERT_EQ(gst_analytics_segmentation_mtd_get_region_count(&segmentation), 4U);
    for (guint i = 0; i < 4; ++i)
        EXPECT_EQ(gst_analytics_segmentation_mtd_get_region_id(&segmentation, i), i);
    GstAnalyticsMtd classes{};
    ASSERT_TRUE(gst_analytics_relation_meta_get_direct_related(
        gst_buffer_get_analytics_relation_meta(buffer.get()), segmentation.id, GST_ANALYTICS_REL_TYPE_N_TO_N,
        gst_analytics_cls_mtd_get_mtd_type(), nullptr, &classes));
    ASSERT_EQ(gst_analytics_cls_mtd_get_length(&classes), 4U);
    const char* names[] = {"background", "person", "dog", "object"};
    for (gsize i = 0; i < 4; ++i)
        EXPECT_STREQ(g_quark_to_string(gst_analytics_cls_mtd_get_quark(&classes, i)), names[i]);
    EXPECT_FLOAT_EQ(gst_analytics_cls_mtd_get_level(&classes, 1), 0.75F);
}
#endif

#endif

}  // namespace
