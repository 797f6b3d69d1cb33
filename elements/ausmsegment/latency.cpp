// SPDX-License-Identifier: MIT
// The latency that a stream of ausmsegment declares to a live pipeline.
#include "latency.h"

namespace ausm::gst {

namespace {

GstClockTime rounded_up(double seconds) {
    const auto time = static_cast<GstClockTime>(seconds * GST_SECOND);
    return (time + DeclaredLatency::kStep - 1) / DeclaredLatency::kStep * DeclaredLatency::kStep;
}

}  // namespace

bool DeclaredLatency::set(GstClockTime frames, GstClockTime extra) noexcept {
    frames_ = frames;
    shorter_ = 0;
    return value_.exchange(frames + extra) != frames + extra;
}

bool DeclaredLatency::fix(GstClockTime time) noexcept { return set(0, time); }

bool DeclaredLatency::begin(double seconds, GstClockTime extra) noexcept { return set(rounded_up(seconds), extra); }

bool DeclaredLatency::follow(double seconds, GstClockTime extra) noexcept {
    const double declared = static_cast<double>(frames_) / GST_SECOND;
    if (seconds > declared)
        return set(rounded_up(seconds * kRoom), extra);
    const bool shorter = seconds > 0 && seconds < declared * kShare;
    shorter_ = shorter ? shorter_ + 1 : 0;
    if (shorter_ >= kPatience)
        return set(rounded_up(seconds * kRoom), extra);
    return value_.exchange(frames_ + extra) != frames_ + extra;
}

}  // namespace ausm::gst
