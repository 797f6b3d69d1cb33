// SPDX-License-Identifier: MIT
// One connection to a camera, from the start of its pipeline to the reason why it ended.
#pragma once

#include "pipelines/rtsp/element.h"

#include <atomic>
#include <functional>
#include <string>

namespace ausm::rtsp {

struct Ending {
    enum class Kind { kStopped, kEnd, kRefused, kFailed };
    Kind kind = Kind::kStopped;
    std::string reason;  ///< for everybody, viewers too; empty when stopped
    std::string detail;  ///< for the log: GStreamer's words
};

/// Scales whatever the camera sends to the camera's size. Bound to the camera's thread.
class Input {
public:
    /// `taker` is called on a streaming thread.
    Input(const CameraConfig& camera, std::function<void(GstBuffer*)> taker);
    ~Input();
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    /// Plays until it fails, ends, brings no picture for too long, or `goes_on` (asked several times a second) says no.
    [[nodiscard]] Ending play(const std::function<bool()>& goes_on);
    [[nodiscard]] bool had_pictures() const { return pictures_ > 0; }

private:
    const CameraConfig& camera_;
    std::function<void(GstBuffer*)> taker_;
    Owned<GstElement> pipeline_;
    std::atomic<gint64> last_{0};  // monotonic microseconds
    std::atomic<long> pictures_{0};
};

}  // namespace ausm::rtsp
