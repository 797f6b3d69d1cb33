// SPDX-License-Identifier: MIT
// The same results in GStreamer's own words: analytics metadata, which its elements and bindings read.
#pragma once

#include <gst/gst.h>

#include <map>

namespace ausm::gst {

/// Writes what a buffer's GstAusmMeta says a second time as GstAnalyticsRelationMeta. GStreamer 1.24: for every object
/// that is seen a GstAnalyticsODMtd (pixels; type = label, or "object") related to a GstAnalyticsTrackingMtd with its
/// id; for one that is not seen the latter alone, marked as lost. From 1.26 on also one GstAnalyticsSegmentationMtd of
/// instances, the label map, whose region ids are the map's values and at the same time their own indices, and a
/// GstAnalyticsClsMtd with the label and score at each of these indices, related N to N. Thread-bound.
class AnalyticsWriter {
public:
    /// Whether this build has GStreamer's analytics library; else attach() does nothing.
    [[nodiscard]] static bool available() noexcept;

    /// A new stream: no object has been seen yet.
    void restart() { first_seen_.clear(); }
    /// `buffer` is writable; `time` goes into the tracking records. Bytes follow the number of objects.
    void attach(GstBuffer* buffer, GstClockTime time);

private:
    std::map<gint64, GstClockTime> first_seen_;  // of the living objects
};

}  // namespace ausm::gst
