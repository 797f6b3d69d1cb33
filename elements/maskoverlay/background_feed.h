// SPDX-License-Identifier: MIT
// Pictures of another stream on their way behind those of the video, in step with them.
#pragma once

#include "gst/raii.h"

#include <gst/video/video.h>

#include <condition_variable>
#include <mutex>
#include <optional>

namespace ausm::gst::overlay {

/// A picture and when it begins, in running time; NONE: at once.
struct FedPicture {
    Owned<GstBuffer> buffer;
    GstVideoInfo info{};
    GstClockTime begin = GST_CLOCK_TIME_NONE;
};

/// Two streams meet here: each waits for the other, and whatever ends or flushes one of them ends the waiting.
/// Thread-safe.
class BackgroundFeed {
public:
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
    /// until the next one is known, so that none is missed. Nothing: there is none yet, and the waiting was ended.
    [[nodiscard]] std::optional<FedPicture> picture_at(GstClockTime running_time);
    void start_video_flush();
    void stop_video_flush();

private:
    [[nodiscard]] bool has_begun(const FedPicture& picture, GstClockTime running_time) const noexcept;

    mutable std::mutex mutex_;  // guards all below; innermost
    std::condition_variable changed_;
    FedPicture current_, next_;
    bool active_ = false, linked_ = false, ended_ = false, flushing_ = false, video_flushing_ = false;
};

}  // namespace ausm::gst::overlay
