// SPDX-License-Identifier: MIT
// Counts the objects of a video and writes them as a table.
#include "pipelines/report/object_tally.h"

#include "gst/ausm/gstausmmeta.h"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace ausm::report {

bool ObjectTally::add(GstBuffer* buffer, int frame) {
    GstAusmMetaView view;
    if (!gst_ausm_meta_get(buffer, &view))
        return false;
    for (guint i = 0; i < view.n_objects; ++i) {
        GstAusmObject object;
        if (!gst_ausm_meta_get_object(&view, i, &object))
            continue;
        if (object.state != GST_AUSM_OBJECT_NEW && object.state != GST_AUSM_OBJECT_TRACKED)
            continue;
        Found& found = objects_[object.id];
        if (found.seen == 0)
            found.first = frame;
        found.last = frame;
        ++found.seen;
        found.score += static_cast<double>(object.score);
        found.area += object.area;
        found.label = object.label;
        found.prompted = object.origin == GST_AUSM_OBJECT_PROMPT;
    }
    return true;
}

std::string ObjectTally::table(std::size_t rows) const {
    std::vector<std::pair<gint64, Found>> sorted(objects_.begin(), objects_.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second.seen > b.second.seen; });
    std::string text = "  object   first    last  seen on  score    area  origin\n";
    for (std::size_t i = 0; i < std::min(rows, sorted.size()); ++i) {
        const Found& found = sorted[i].second;
        char line[128];
        std::snprintf(line, sizeof line, "  %6lld %7d %7d %8d %6.2f %6.2f%%  %s",
                      static_cast<long long>(sorted[i].first), found.first, found.last, found.seen,
                      found.score / found.seen, 100 * found.area / found.seen, found.prompted ? "prompt" : "discovery");
        text += line + (found.label.empty() ? "" : "  " + found.label) + "\n";
    }
    if (sorted.size() > rows)
        text += "  and " + std::to_string(sorted.size() - rows) + " more, seen more rarely\n";
    return text;
}

}  // namespace ausm::report
