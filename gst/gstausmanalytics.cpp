// SPDX-License-Identifier: MIT
// GstAnalytics records from GstAusmMeta, in the layout that segmentationoverlay draws.
#include "gst/gstausmanalytics.h"

#include "gst/ausm/gstausmmeta.h"

#ifdef AUSM_GST_ANALYTICS
#include <gst/analytics/analytics.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>
#endif

namespace ausm::gst {

#ifdef AUSM_GST_ANALYTICS

namespace {

constexpr int kMostLabels = 4096;  // a GQuark is never freed

/// A label as a quark; those beyond the bound share one.
GQuark quark_of(const char* label) {
    static gint interned = 0;
    const GQuark fallback = g_quark_from_static_string("object");
    if (label == nullptr || *label == 0)
        return fallback;
    if (const GQuark known = g_quark_try_string(label))
        return known;
    return g_atomic_int_add(&interned, 1) < kMostLabels ? g_quark_from_string(label) : fallback;
}

gint pixels(double share, int size) { return static_cast<gint>(std::lround(share * size)); }

bool is_seen(const GstAusmObject& object) {
    return object.state == GST_AUSM_OBJECT_NEW || object.state == GST_AUSM_OBJECT_TRACKED;
}

void add_object(GstAnalyticsRelationMeta* relations, const GstAusmMetaView& view, const GstAusmObject& object,
                GstClockTime first_seen, GstClockTime time) {
    GstAnalyticsTrackingMtd tracking;
    if (!gst_analytics_relation_meta_add_tracking_mtd(relations, static_cast<guint64>(object.id), first_seen,
                                                      &tracking))
        return;
    if (!is_seen(object)) {
        gst_analytics_tracking_mtd_set_lost(&tracking);
        return;
    }
    gst_analytics_tracking_mtd_update_last_seen(&tracking, time);
    const gint x = pixels(object.x0, view.width), y = pixels(object.y0, view.height);
    GstAnalyticsODMtd detection;
    if (gst_analytics_relation_meta_add_od_mtd(relations, quark_of(object.label), x, y,
                                               pixels(object.x1, view.width) - x, pixels(object.y1, view.height) - y,
                                               object.score, &detection))
        gst_analytics_relation_meta_set_relation(relations, GST_ANALYTICS_REL_TYPE_RELATE_TO, detection.id,
                                                 tracking.id);
}

#if GST_CHECK_VERSION(1, 26, 0)
/// Indices of both records are map values: 0 is the background, values that no object has stay empty.
void add_map(GstAnalyticsRelationMeta* relations, const GstAusmMetaView& view,
             const std::vector<GstAusmObject>& objects) {
    gint most = 0;
    for (const GstAusmObject& object : objects)
        most = std::max(most, object.value);
    const auto count = static_cast<gsize>(most) + 1;
    std::vector<guint> regions(count);
    std::vector<gfloat> levels(count);
    std::vector<GQuark> classes(count, g_quark_from_static_string("background"));
    for (gsize i = 0; i < count; ++i)
        regions[i] = static_cast<guint>(i);
    for (const GstAusmObject& object : objects) {
        levels[static_cast<gsize>(object.value)] = object.score;
        classes[static_cast<gsize>(object.value)] = quark_of(object.label);
    }
    GstAnalyticsSegmentationMtd segmentation;
    GstAnalyticsClsMtd classification;
    if (gst_analytics_relation_meta_add_segmentation_mtd(
            relations, gst_buffer_ref(view.map), GST_SEGMENTATION_TYPE_INSTANCE, count, regions.data(), 0, 0,
            static_cast<guint>(view.width), static_cast<guint>(view.height), &segmentation) &&
        gst_analytics_relation_meta_add_cls_mtd(relations, count, levels.data(), classes.data(), &classification))
        gst_analytics_relation_meta_set_relation(relations, GST_ANALYTICS_REL_TYPE_N_TO_N, segmentation.id,
                                                 classification.id);
}
#endif

}  // namespace

bool AnalyticsWriter::available() noexcept { return true; }

void AnalyticsWriter::attach(GstBuffer* buffer, GstClockTime time) {
    GstAusmMetaView view;
    if (!gst_ausm_meta_get(buffer, &view))
        return;
    std::vector<GstAusmObject> objects;
    std::map<gint64, GstClockTime> living;
    for (guint i = 0; i < view.n_objects; ++i) {
        GstAusmObject object;
        if (!gst_ausm_meta_get_object(&view, i, &object))
            continue;
        const auto known = first_seen_.find(object.id);
        living.emplace(object.id, known == first_seen_.end() ? time : known->second);
        objects.push_back(object);
    }
    first_seen_ = std::move(living);
    GstAnalyticsRelationMeta* relations = gst_buffer_get_analytics_relation_meta(buffer);  // a detector's, upstream
    if (relations == nullptr)
        relations = gst_buffer_add_analytics_relation_meta(buffer);
    for (const GstAusmObject& object : objects)
        add_object(relations, view, object, first_seen_.at(object.id), time);
#if GST_CHECK_VERSION(1, 26, 0)
    add_map(relations, view, objects);
#endif
}

#else

bool AnalyticsWriter::available() noexcept { return false; }

void AnalyticsWriter::attach(GstBuffer*, GstClockTime) {}

#endif

}  // namespace ausm::gst
