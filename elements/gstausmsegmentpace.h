// SPDX-License-Identifier: MIT
// Which frames of a stream the network sees.
#pragma once

#include <gst/gst.h>

#include <atomic>

namespace ausm::gst {

/// Thread-bound to the streaming thread, but for report().
class SegmentPace {
public:
    /// The next frame is seen, and downstream has said nothing about lateness.
    void restart() noexcept;
    /// A QoS event from downstream. Any thread.
    void report(GstEvent* qos) noexcept;
    /// Whether a frame of this running time would reach downstream after its time.
    [[nodiscard]] bool is_late(GstClockTime running_time) const noexcept;
    /// Whether the interval leaves the next frame out.
    [[nodiscard]] bool leaves_out(int interval) const noexcept { return left_out_ + 1 < interval; }
    /// What became of the frame.
    void seen() noexcept { left_out_ = 0; }
    void left_out() noexcept { ++left_out_; }

private:
    static constexpr int kSeeNext = 1 << 20;  // more than any interval

    int left_out_ = kSeeNext;                                  // frames since the last one that was seen
    std::atomic<GstClockTime> earliest_{GST_CLOCK_TIME_NONE};  // running time; frames before it are late
};

}  // namespace ausm::gst
