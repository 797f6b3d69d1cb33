// SPDX-License-Identifier: MIT
// What other elements have found on a frame, as prompts.
#include "detections.h"

#include "gst/gstausmnames.h"

#include <gst/video/video.h>
#ifdef AUSM_GST_ANALYTICS
#include <gst/analytics/analytics.h>
#endif

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>

namespace ausm::gst {

namespace {

/// In pixels; may reach over the picture's edges.
struct Detection {
    std::string label;
    double x = 0, y = 0, width = 0, height = 0;
    std::optional<double> score;
};

using Found = std::function<void(const Detection&)>;

/// As text that the grammar takes as a label, whatever the other element wrote.
std::string label_of(GQuark quark) {
    const char* text = g_quark_to_string(quark);
    std::string_view view(text ? text : "");
    const gchar* end = nullptr;
    g_utf8_validate(view.data(), static_cast<gssize>(std::min(view.size(), kMaxTextBytes)), &end);
    std::string label(view.data(), end);
    std::ranges::replace_if(
        label, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return label;
}

std::optional<double> score_of(const GstVideoRegionOfInterestMeta& region) {
    for (const GList* item = region.params; item; item = item->next) {
        gdouble score = 0;
        if (gst_structure_get_double(static_cast<const GstStructure*>(item->data), "confidence", &score))
            return score;
    }
    return std::nullopt;
}

void read_regions(GstBuffer* buffer, const Found& found) {
    gpointer state = nullptr;
    while (GstMeta* meta =
               gst_buffer_iterate_meta_filtered(buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) {
        const auto& region = *reinterpret_cast<const GstVideoRegionOfInterestMeta*>(meta);
        found({label_of(region.roi_type), 1.0 * region.x, 1.0 * region.y, 1.0 * region.w, 1.0 * region.h,
               score_of(region)});
    }
}

#ifdef AUSM_GST_ANALYTICS
void read_analytics(GstBuffer* buffer, const Found& found) {
    GstAnalyticsRelationMeta* relations = gst_buffer_get_analytics_relation_meta(buffer);
    gpointer state = nullptr;
    GstAnalyticsMtd item;
    while (relations &&
           gst_analytics_relation_meta_iterate(relations, &state, gst_analytics_od_mtd_get_mtd_type(), &item)) {
        gint x = 0, y = 0, width = 0, height = 0;
        gfloat score = 0;
        if (gst_analytics_od_mtd_get_location(&item, &x, &y, &width, &height, &score))
            found({label_of(gst_analytics_od_mtd_get_obj_type(&item)), 1.0 * x, 1.0 * y, 1.0 * width, 1.0 * height,
                   score});
    }
}
#endif

}  // namespace

std::vector<PromptLine> detections(GstBuffer* buffer, const DetectionSettings& settings, int width, int height) {
    std::vector<PromptLine> lines;
    const auto found = [&](const Detection& detection) {
        const double score = detection.score.value_or(1);
        PromptLine line(PromptOp::kBox);
        const auto cut = [&line](double pixels, int size) {
            line.clipped = line.clipped || pixels < 0 || pixels > size;
            return std::clamp(pixels / size, 0.0, 1.0);
        };
        line.box = {cut(detection.x, width), cut(detection.y, height), cut(detection.x + detection.width, width),
                    cut(detection.y + detection.height, height)};
        if (!(score >= settings.threshold) || line.box[0] >= line.box[2] || line.box[1] >= line.box[3] ||
            !is_named(settings.classes, detection.label))
            return;
        line.label = detection.label;
        line.unless_tracked = true;
        lines.push_back(std::move(line));
    };
    read_regions(buffer, found);
#ifdef AUSM_GST_ANALYTICS
    read_analytics(buffer, found);
#endif
    return lines;
}

}  // namespace ausm::gst
