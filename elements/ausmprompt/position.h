// SPDX-License-Identifier: MIT
// Where the video of ausmprompt is: which moments of the stream each frame stands for.
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>

namespace ausm::gst {

/// The prompts that belong to one frame.
struct FrameSpan {
    std::optional<std::int64_t> frame;  ///< counted from the stream start; nothing after a flush
    bool timed = false;                 ///< the frame has a stream time
    bool sought = false;                ///< the stream jumped: what lies on the other side of the frame is not due
    bool reverse = false;               ///< stream time falls
    GstClockTime from = 0, to = 0;      ///< stream time: those with from <= time < to, when timed

    /// How a moment lies to the frame.
    [[nodiscard]] bool passed(GstClockTime time) const noexcept { return reverse ? time >= to : time < from; }
    [[nodiscard]] bool has(GstClockTime time) const noexcept { return time >= from && time < to; }
};

/// Running time, first to last moment; none where it is unknown.
struct RunningSpan {
    GstClockTime start = GST_CLOCK_TIME_NONE, end = GST_CLOCK_TIME_NONE;
};

/// Of a buffer in a segment; without a duration it ends right after its start.
[[nodiscard]] RunningSpan running_span(const GstSegment& segment, GstClockTime pts, GstClockTime duration);

/// Follows a video stream, so that each moment belongs to one frame: the first that ends after it, in the order of
/// playing. A jump (a flush, or a segment that begins elsewhere) begins anew at its first frame. Thread-bound.
class StreamPosition {
public:
    StreamPosition() { gst_segment_init(&segment_, GST_FORMAT_UNDEFINED); }

    /// A new stream: frames are counted from 0.
    void restart() noexcept;
    /// Nobody knows the number of the next frame.
    void flush() noexcept;
    void segment(const GstSegment& segment) noexcept;
    /// The next frame; GST_CLOCK_TIME_NONE where unknown.
    [[nodiscard]] FrameSpan next(GstClockTime pts, GstClockTime duration);

private:
    struct Progress {
        std::int64_t first = 0, end = 0;
    };
    [[nodiscard]] std::optional<std::int64_t> stream_time(GstClockTime position) const;
    [[nodiscard]] std::optional<Progress> progress(GstClockTime pts, GstClockTime duration) const;
    [[nodiscard]] bool find_cursor(const Progress& frame);

    GstSegment segment_;
    std::int64_t frame_ = 0;
    bool flushed_ = false;      // since the stream start
    bool new_segment_ = false;  // since the last frame
    bool reverse_ = false;
    // Stream time in the order of playing (negative when it falls): up to where prompts were due, and the last frame.
    std::optional<std::int64_t> cursor_;
    std::int64_t last_ = 0;
};

}  // namespace ausm::gst
