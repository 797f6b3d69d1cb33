// SPDX-License-Identifier: MIT
// Which frames of a stream the network sees.
#pragma once

#include <gst/gst.h>

#include <atomic>

namespace ausm::gst {

/// Thread-bound to the streaming thread, but for report().
class SegmentPace {
public:
    /// The next frame is seen, downstream has said nothing about lateness, and counts begin anew.
    void restart() noexcept;
    /// A QoS event from downstream. Any thread.
    void report(GstEvent* qos) noexcept;
    /// Whether a frame of this running time would reach downstream after its time.
    [[nodiscard]] bool is_late(GstClockTime running_time) const noexcept;
    /// Whether the interval leaves the next frame out.
    [[nodiscard]] bool leaves_out(int interval) const noexcept { return left_out_ + 1 < interval; }
    /// What became of the frame.
    void seen() noexcept;
    void left_out() noexcept { ++left_out_; }
    /// Left out because it was late. Gives the message of it, for which `live` and the times are said. Transfer full.
    [[nodiscard]] GstMessage* dropped(GstObject* source, bool live, GstClockTime running_time, GstClockTime stream_time,
                                      GstBuffer* buffer) noexcept;

private:
    static constexpr int kSeeNext = 1 << 20;  // more than any interval

    int left_out_ = kSeeNext;                                  // frames since the last one that was seen
    guint64 seen_ = 0, dropped_ = 0;                           // frames since the restart
    std::atomic<GstClockTime> earliest_{GST_CLOCK_TIME_NONE};  // running time; frames before it are late
    std::atomic<double> proportion_{1};                        // of the last QoS event
};

}  // namespace ausm::gst
