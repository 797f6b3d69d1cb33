// SPDX-License-Identifier: MIT
// Where the video of ausmprompt is: which moments of the stream each frame stands for.
#include "position.h"

#include <algorithm>
#include <utility>

namespace ausm::gst {

namespace {

GstClockTime end_of(GstClockTime pts, GstClockTime duration) {
    const bool known = GST_CLOCK_TIME_IS_VALID(duration) && duration > 0 && duration < G_MAXINT64 - pts;
    return pts + (known ? duration : 1);
}

bool in_range(GstClockTime time) { return GST_CLOCK_TIME_IS_VALID(time) && time < G_MAXINT64 / 4; }

GstClockTime running_time(const GstSegment& segment, GstClockTime position) {
    guint64 time = 0;
    const gint sign = gst_segment_to_running_time_full(&segment, GST_FORMAT_TIME, position, &time);
    return sign == 0 ? GST_CLOCK_TIME_NONE : sign > 0 ? time : 0;
}

}  // namespace

RunningSpan running_span(const GstSegment& segment, GstClockTime pts, GstClockTime duration) {
    if (segment.format != GST_FORMAT_TIME || !in_range(pts))
        return {};
    const GstClockTime a = running_time(segment, pts);
    const GstClockTime b = running_time(segment, end_of(pts, duration));
    if (!in_range(a) || !in_range(b))
        return {};
    return {std::min(a, b), std::max({a, b, std::min(a, b) + 1})};
}

void StreamPosition::restart() noexcept {
    frame_ = 0;
    flushed_ = new_segment_ = reverse_ = false;
    cursor_.reset();
}

void StreamPosition::flush() noexcept {
    restart();
    gst_segment_init(&segment_, GST_FORMAT_UNDEFINED);
    flushed_ = true;
}

void StreamPosition::segment(const GstSegment& segment) noexcept {
    gst_segment_copy_into(&segment, &segment_);
    new_segment_ = true;
}

std::optional<std::int64_t> StreamPosition::stream_time(GstClockTime position) const {
    guint64 time = 0;
    const gint sign =
        in_range(position) ? gst_segment_to_stream_time_full(&segment_, GST_FORMAT_TIME, position, &time) : 0;
    if (sign == 0 || time >= G_MAXINT64 / 2)
        return std::nullopt;
    return sign * static_cast<std::int64_t>(time);
}

/// The frame in the order of playing; nothing when it has no time, or lies before the stream's beginning.
std::optional<StreamPosition::Progress> StreamPosition::progress(GstClockTime pts, GstClockTime duration) const {
    if (segment_.format != GST_FORMAT_TIME || !in_range(pts))
        return std::nullopt;
    const auto a = stream_time(pts);
    const auto b = stream_time(end_of(pts, duration));
    if (!a || !b || std::max(*a, *b) <= 0)
        return std::nullopt;
    const std::int64_t start = std::max<std::int64_t>(std::min(*a, *b), 0);
    const std::int64_t end = std::max(std::max(*a, *b), start + 1);
    const bool reverse = segment_.rate * segment_.applied_rate < 0;
    return reverse ? Progress{-(end - 1), -start + 1} : Progress{start, end};
}

/// Sets the cursor for a frame when none goes on from the frame before. True when the stream jumped there.
bool StreamPosition::find_cursor(const Progress& frame) {
    const bool reverse = segment_.rate * segment_.applied_rate < 0;
    const bool fresh = std::exchange(new_segment_, false);
    const bool turned = std::exchange(reverse_, reverse) != reverse;
    if (cursor_ && !fresh)
        return false;
    if ((!cursor_ && flushed_) || (cursor_ && (turned || frame.first < last_))) {
        cursor_ = frame.first;
        return true;
    }
    // What lies between the last frame and a segment that begins further on is jumped over; in the first segment
    // everything before is.
    auto entry = stream_time(segment_.rate > 0 ? segment_.start : segment_.stop);
    if (entry && reverse)
        entry = -*entry;
    const std::int64_t begin = entry ? std::min(*entry, frame.first) : frame.first;
    const bool jumped = cursor_ ? begin > *cursor_ : reverse || begin > 0;
    if (!cursor_ || jumped)
        cursor_ = begin;
    return jumped;
}

FrameSpan StreamPosition::next(GstClockTime pts, GstClockTime duration) {
    FrameSpan span;
    if (!flushed_)
        span.frame = frame_;
    ++frame_;
    const auto frame = progress(pts, duration);
    if (!frame)
        return span;
    span.timed = true;
    span.sought = find_cursor(*frame);
    span.reverse = reverse_;
    last_ = frame->first;
    const std::int64_t first = *cursor_;
    const std::int64_t end = std::max(first, frame->end);
    cursor_ = end;
    span.from = static_cast<GstClockTime>(std::max<std::int64_t>(reverse_ ? -end + 1 : first, 0));
    span.to = static_cast<GstClockTime>(std::max<std::int64_t>(reverse_ ? -first + 1 : end, 0));
    return span;
}

}  // namespace ausm::gst
