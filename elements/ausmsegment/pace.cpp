// SPDX-License-Identifier: MIT
// The rule of GStreamer's own decoders and transforms: after lateness `diff`, frames up to timestamp + 2 diff are late.
#include "pace.h"

namespace ausm::gst {

namespace {

constexpr gint kFullQuality = 1000000;  // GStreamer's number for it

}  // namespace

void SegmentPace::restart() noexcept {
    left_out_ = kSeeNext;
    seen_ = dropped_ = 0;
    earliest_ = GST_CLOCK_TIME_NONE;
    proportion_ = 1;
}

void SegmentPace::report(GstEvent* qos) noexcept {
    GstClockTimeDiff diff = 0;
    GstClockTime timestamp = GST_CLOCK_TIME_NONE;
    double proportion = 1;
    gst_event_parse_qos(qos, nullptr, &proportion, &diff, &timestamp);
    proportion_ = proportion;
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

void SegmentPace::seen() noexcept {
    left_out_ = 0;
    ++seen_;
}

GstMessage* SegmentPace::dropped(GstObject* source, bool live, GstClockTime running_time, GstClockTime stream_time,
                                 GstBuffer* buffer) noexcept {
    left_out();
    ++dropped_;
    GstMessage* message = gst_message_new_qos(source, live, running_time, stream_time, GST_BUFFER_PTS(buffer),
                                              GST_BUFFER_DURATION(buffer));
    const GstClockTime earliest = earliest_;  // a newer event may have taken it back
    const GstClockTimeDiff jitter =
        GST_CLOCK_TIME_IS_VALID(earliest) ? GST_CLOCK_DIFF(running_time, earliest) : GstClockTimeDiff{0};
    gst_message_set_qos_values(message, jitter, proportion_, kFullQuality);
    gst_message_set_qos_stats(message, GST_FORMAT_BUFFERS, seen_, dropped_);
    return message;
}

}  // namespace ausm::gst
