// SPDX-License-Identifier: MIT
// Statistics of one stream of ausmsegment.
#include "stats.h"

#include <algorithm>
#include <cmath>

namespace ausm::gst {

namespace {

constexpr std::size_t kRing = 256;
constexpr double kMilli = 1000;

}  // namespace

double percentile(std::vector<double>& values, double share) {
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
    return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

void SegmentStats::clear() {
    const std::lock_guard lock(mutex_);
    ring_.clear();
    frames_ = repeated_ = 0;
    objects_ = 0;
    info_ = {};
}

void SegmentStats::add(double seconds, const SessionInfo& info, std::size_t objects, gint64 end) {
    const std::lock_guard lock(mutex_);
    const Entry entry{seconds, end, info.last};
    if (ring_.size() < kRing)
        ring_.push_back(entry);
    else
        ring_[frames_ % kRing] = entry;
    ++frames_;
    objects_ = objects;
    info_ = info;
}

void SegmentStats::add_repeated() {
    const std::lock_guard lock(mutex_);
    ++repeated_;
}

GstStructure* SegmentStats::structure() const {
    const std::lock_guard lock(mutex_);
    std::vector<double> totals;
    StepTimes sum;
    gint64 first = G_MAXINT64;
    gint64 last = 0;
    for (const Entry& entry : ring_) {
        totals.push_back(entry.seconds * kMilli);
        first = std::min(first, entry.end);
        last = std::max(last, entry.end);
        sum.preprocess += entry.times.preprocess;
        sum.wait += entry.times.wait;
        sum.encode += entry.times.encode;
        sum.compress += entry.times.compress;
        sum.decode += entry.times.decode;
        sum.postprocess += entry.times.postprocess;
    }
    const double frames = static_cast<double>(ring_.size());
    const double fps = last > first ? (frames - 1) * G_USEC_PER_SEC / static_cast<double>(last - first) : 0;
    const double mean = ring_.empty() ? 0 : kMilli / frames;
    return gst_structure_new(
        "ausm-stats", "frames", G_TYPE_UINT64, frames_, "repeated", G_TYPE_UINT64, repeated_, "fps", G_TYPE_DOUBLE, fps,
        "latency-p50", G_TYPE_DOUBLE, percentile(totals, 0.5), "latency-p95", G_TYPE_DOUBLE, percentile(totals, 0.95),
        "objects", G_TYPE_UINT, static_cast<guint>(objects_), "state-bytes", G_TYPE_UINT64,
        static_cast<guint64>(info_.state_bytes), "input-width", G_TYPE_INT, info_.input_width, "input-height",
        G_TYPE_INT, info_.input_height, "preprocess", G_TYPE_DOUBLE, sum.preprocess * mean, "wait", G_TYPE_DOUBLE,
        sum.wait * mean, "encode", G_TYPE_DOUBLE, sum.encode * mean, "compress", G_TYPE_DOUBLE, sum.compress * mean,
        "decode", G_TYPE_DOUBLE, sum.decode * mean, "postprocess", G_TYPE_DOUBLE, sum.postprocess * mean, "graphs",
        G_TYPE_STRING, info_.graphs.c_str(), nullptr);
}

}  // namespace ausm::gst
