// SPDX-License-Identifier: MIT
// The latency that a stream of ausmsegment declares to a live pipeline, and when the model is asked for it.
#pragma once

#include "settings.h"

#include "model/ausm.h"

#include <gst/video/video.h>

#include <atomic>

namespace ausm::gst {

/// Follows what frames take. It changes seldom: whoever hears of another latency moves the clock of every sink, which
/// the viewer sees. Thread-bound to the streaming thread, but for value().
class DeclaredLatency {
public:
    /// What is declared is rounded up to this.
    static constexpr GstClockTime kStep = 5 * GST_MSECOND;
    /// What frames have come to take more is declared with this much room, so that the next change is far.
    static constexpr double kRoom = 1.1;
    /// Less is declared after so many frames in a row that would do with this share.
    static constexpr int kPatience = 250;
    static constexpr double kShare = 0.7;

    /// Any thread.
    [[nodiscard]] GstClockTime value() const noexcept { return value_; }
    // The others say whether the value has changed.
    /// A number that frames do not change.
    bool fix(GstClockTime time) noexcept;
    /// Of a stream that begins: as it is; 0: not known. `extra` is added to what frames take, here and below.
    bool begin(double seconds, GstClockTime extra) noexcept;
    /// Of a stream that goes on: what another frame would take.
    bool follow(double seconds, GstClockTime extra) noexcept;

private:
    bool set(GstClockTime frames, GstClockTime extra) noexcept;

    GstClockTime frames_ = 0;  // what frames take, without extra
    int shorter_ = 0;          // frames in a row
    std::atomic<GstClockTime> value_{0};
};

/// Asks the model what frames take, where the latency follows them. Thread-bound to the streaming thread, but for value().
class LatencyProbe {
public:
    /// A new stream: nothing is declared.
    void restart() noexcept;
    /// Any thread.
    [[nodiscard]] GstClockTime value() const noexcept { return declared_.value(); }
    /// Takes the settings: the latency that is set, or with `live`, which is what upstream is, the one that frames of this
    /// format take. `began`: frames have come. True when it changed. Throws what the model throws.
    [[nodiscard]] bool update(Session& session, const GstVideoInfo& info, const SegmentSettings& settings, bool live,
                              bool began);
    /// After a frame. True when it changed.
    [[nodiscard]] bool follow(const Session& session, const GstVideoInfo& info, const SegmentSettings& settings);

private:
    DeclaredLatency declared_;
    bool follows_ = false;    // what frames take
    bool rehearsed_ = false;  // since the restart
};

}  // namespace ausm::gst
