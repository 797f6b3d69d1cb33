// SPDX-License-Identifier: MIT
// Statistics of one stream of ausmsegment.
#pragma once

#include "model/ausm.h"

#include <gst/gst.h>

#include <cstddef>
#include <mutex>
#include <vector>

namespace ausm::gst {

/// Counts for ever, times of the last 256 frames. Thread-safe.
class SegmentStats {
public:
    void clear();
    /// One finished frame: seconds in the element, what the session says, living objects; `end` from
    /// g_get_monotonic_time().
    void add(double seconds, const SessionInfo& info, std::size_t objects, gint64 end);
    /// One frame that carried the last one's result.
    void add_repeated();
    /// Structure ausm-stats: frames, repeated, fps, latency-p50, latency-p95, objects, state-bytes, input-width, input-height,
    /// the phases' mean times, all times in milliseconds, and graphs (SessionInfo::graphs). Transfer full.
    [[nodiscard]] GstStructure* structure() const;

private:
    struct Entry {
        double seconds = 0;
        gint64 end = 0;
        StepTimes times;
    };

    mutable std::mutex mutex_;  // guards everything below; innermost
    std::vector<Entry> ring_;
    guint64 frames_ = 0, repeated_ = 0;
    std::size_t objects_ = 0;
    SessionInfo info_;
};

/// Nearest rank: the smallest value that at least `share` of them do not exceed; 0 of none. Sorts.
[[nodiscard]] double percentile(std::vector<double>& values, double share);

}  // namespace ausm::gst
