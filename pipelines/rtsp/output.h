// SPDX-License-Identifier: MIT
// The mount of a camera: the same pictures for all viewers, and something to see when the camera brings none.
#pragma once

#include "pipelines/rtsp/element.h"
#include "pipelines/rtsp/figures.h"

#include <mutex>
#include <string>
#include <vector>

namespace ausm::rtsp {

/// Encodes only while somebody watches. Thread-safe, but for attach(), which belongs to the main thread.
class Output {
public:
    Output(const CameraConfig& camera, FigureBoard& figures);
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    /// Opens the mount; `role`: who may watch, empty: everybody.
    void attach(GstRTSPMountPoints* mounts, const std::string& role);
    /// The camera's next picture, ready to be seen.
    void show(GstSample* picture);
    /// Several times a second: when pictures are missing, shows the last one with a notice, or black where pictures hide
    /// something.
    void tick();
    /// What the notice says about the camera.
    void set_reason(const std::string& reason);
    [[nodiscard]] bool watched() const;

private:
    struct Viewing {
        GstRTSPMedia* media;  // not owned: it says when it ends
        Owned<GstElement> input, notice;
    };
    static void on_configure(GstRTSPMediaFactory* factory, GstRTSPMedia* media, gpointer self) noexcept;
    static void on_unprepared(GstRTSPMedia* media, gpointer self) noexcept;
    static void on_gone(gpointer self, GObject* media) noexcept;
    bool remove(const GObject* media);
    void push(GstBuffer* picture, const std::string& notice);
    [[nodiscard]] std::string notice_text() const;

    const CameraConfig& camera_;
    FigureBoard& figures_;
    Owned<GstBuffer> black_;
    GstRTSPMediaFactory* factory_ = nullptr;

    mutable std::mutex mutex_;  // guards everything below; no peer is called under it that could call back
    std::vector<Viewing> viewings_;
    Owned<GstBuffer> last_;  // without metadata and times
    gint64 last_time_ = 0;   // monotonic microseconds
    std::string since_;      // wall clock of the last picture
    std::string reason_ = "connecting";
};

}  // namespace ausm::rtsp
