// SPDX-License-Identifier: MIT
// Everything about one camera: its input, which is built anew whenever it fails, its output and its figures.
#pragma once

#include "pipelines/rtsp/engine.h"
#include "pipelines/rtsp/figures.h"
#include "pipelines/rtsp/input.h"
#include "pipelines/rtsp/json_lines.h"
#include "pipelines/rtsp/output.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace ausm::rtsp {

/// Bound to the main thread but for what says so; the input has a thread of its own, because what waits for a network
/// must not hold up the others.
class Camera {
public:
    /// The camera of place `index` in `config`, which outlives it, and the engine too. Adds its branch to the engine.
    Camera(const Config& config, std::size_t index, Engine& engine);
    ~Camera();
    Camera(const Camera&) = delete;
    Camera& operator=(const Camera&) = delete;

    void start();
    /// Ends the input; the output goes on.
    void stop();
    /// Several times a second.
    void tick();

    [[nodiscard]] Output& output() { return output_; }
    [[nodiscard]] const CameraConfig& config() const { return config_; }
    /// Any thread.
    [[nodiscard]] Figures figures() const { return figures_.read(); }

private:
    void run();
    [[nodiscard]] Ending play_once();
    [[nodiscard]] bool wanted();
    void wait(double seconds);
    void take(GstBuffer* picture, bool& first);
    void show(GstSample* picture, double seconds);
    void set_state(InputState state, const std::string& reason);

    const CameraConfig& config_;
    const double forget_after_;
    const std::size_t index_;
    Engine& engine_;
    FigureBoard figures_;
    Output output_;
    std::optional<JsonLines> json_;
    std::thread thread_;
    gint64 unwatched_since_ = 0;  // camera's thread

    std::mutex mutex_;  // guards stopping_
    std::condition_variable woken_;
    bool stopping_ = false;
};

}  // namespace ausm::rtsp
