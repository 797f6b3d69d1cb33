// SPDX-License-Identifier: MIT
// What is in the pictures of a camera, as JSON lines beside its video.
#pragma once

#include "pipelines/rtsp/element.h"

#include <mutex>

namespace ausm::rtsp {

/// A pipeline of its own, so that a full disk costs no picture; it is built anew when it fails. Thread-safe, but for
/// tick(), which belongs to the main thread.
class JsonLines {
public:
    explicit JsonLines(const CameraConfig& camera);
    ~JsonLines();
    JsonLines(const JsonLines&) = delete;
    JsonLines& operator=(const JsonLines&) = delete;

    /// A picture with its metadata; never waits.
    void push(GstSample* picture);
    void tick();

private:
    void open();
    void close();

    const CameraConfig& camera_;
    gint64 opened_ = 0;  // monotonic microseconds

    std::mutex mutex_;  // guards the two below
    Owned<GstElement> pipeline_, input_;
};

}  // namespace ausm::rtsp
