// SPDX-License-Identifier: MIT
// The rule of GStreamer's own decoders and transforms: after lateness `diff`, frames up to timestamp + 2 diff are late.
#include "gstausmsegmentpace.h"

namespace ausm::gst {

void SegmentPace::restart() noexcept {
    left_out_ = kSeeNext;
    earliest_ = GST_CLOCK_TIME_NONE;
}

void SegmentPace::report(GstEvent* qos) noexcept {
    GstClockTimeDiff diff = 0;
    GstClockTime timestamp = GST_CLOCK_TIME_NONE;
    gst_event_parse_qos(qos, nullptr, nullptr, &diff, &timestamp);
    if (!GST_CLOCK_TIME_IS_VALID(timestamp)) {
        earliest_ = GST_CLOCK_TIME_NONE;
        return;
    }
    const auto shift = diff > 0 ? 2 * diff : diff;
    const auto back = static_cast<GstClockTime>(-shift);
    earliest_ = shift >= 0 ? timestamp + static_cast<GstClockTime>(shift) : timestamp > back ? timestamp - back : 0;
}

bool SegmentPace::is_late(GstClockTime running_time) const noexcept {
    const GstClockTime earliest = earliest_;
    return GST_CLOCK_TIME_IS_VALID(running_time) && GST_CLOCK_TIME_IS_VALID(earliest) && running_time < earliest;
}

}  // namespace ausm::gst
