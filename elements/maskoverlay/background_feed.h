// SPDX-License-Identifier: MIT
// Pictures of another stream on their way behind those of the video, in step with them.
#pragma once

#include "gst/raii.h"

#include <gst/video/video.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace ausm::gst::overlay {

/// A picture and when it is shown, in running time. No begin: at once; no end: until the next one.
struct FedPicture {
    Owned<GstBuffer> buffer;
    GstVideoInfo info{};
    GstClockTime begin = GST_CLOCK_TIME_NONE, end = GST_CLOCK_TIME_NONE;
};

/// What belongs behind a picture of the video.
struct Behind {
    std::optional<FedPicture> picture;  ///< nothing: there has been none yet
    bool overdue = false;               ///< the other stream kept this picture waiting for kPatience, in vain
    bool flushed = false;               ///< the video is being flushed: this picture goes nowhere any more
};

/// Two streams meet here: each waits for the other, and whatever ends or flushes one of them ends the waiting. The video
/// waits for kPatience at most, and then no more until something comes.
/// Thread-safe.
class BackgroundFeed {
public:
    static constexpr std::chrono::seconds kPatience{2};

    // The element's state, and the pad's life.
    void start();
    void stop();  ///< nobody waits until the next start(); what has come is forgotten
    void link();
    void unlink();

    // The other stream.
    /// Waits until the video has reached the picture before this one. GST_FLOW_FLUSHING: it was not taken.
    [[nodiscard]] GstFlowReturn push(FedPicture picture);
    void end();  ///< the last picture stays
    void start_flush();
    void stop_flush();

    // The video.
    /// Whether there is another stream.
    [[nodiscard]] bool is_linked() const;
    /// The picture that belongs behind one of this running time: the last that has begun by then, or the first. Waits
    /// until the next one is known, so that none is missed, unless the last one says that it lasts.
    [[nodiscard]] Behind picture_at(GstClockTime running_time);
    void start_video_flush();
    void stop_video_flush();

private:
    /// Takes the pictures that have begun by then, or the first one. True when none that comes later is meant.
    [[nodiscard]] bool take_due(GstClockTime running_time);
    [[nodiscard]] bool nothing_to_wait_for() const noexcept;

    mutable std::mutex mutex_;  // guards all below; innermost
    std::condition_variable changed_;
    FedPicture current_, next_;
    bool active_ = false, linked_ = false, ended_ = false, flushing_ = false, video_flushing_ = false;
    bool overdue_ = false;  ///< the video does not wait any more
};

}  // namespace ausm::gst::overlay
