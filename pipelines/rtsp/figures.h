// SPDX-License-Identifier: MIT
// What a camera has done so far, for /metrics and /health.
#pragma once

#include <glib.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace ausm::rtsp {

enum class InputState { kIdle, kConnecting, kPlaying, kWaiting };

struct Figures {
    InputState state = InputState::kConnecting;
    std::string reason;                 ///< why the input failed last; empty while it plays
    std::uint64_t received = 0;         ///< pictures of the camera
    std::uint64_t segmented = 0;        ///< of these, what the model has seen
    std::uint64_t notices = 0;          ///< pictures of the output that stood in for the camera's
    std::uint64_t connections = 0;      ///< inputs that brought a picture
    std::uint64_t failures = 0;         ///< inputs that failed, whether or not they brought one
    std::uint64_t forgotten = 0;        ///< times that the memory was given up
    std::vector<std::int64_t> objects;  ///< ids that are seen on the last picture
    std::vector<double> latencies;      ///< seconds from the camera's picture to the masked one, the last ones
    std::uint64_t latency_count = 0;    ///< of all
    double latency_sum = 0;             ///< of all
    gint64 last_picture = 0;            ///< of the camera: monotonic microseconds, 0: none yet
    bool watched = false;
};

/// Figures that several threads write. Thread-safe.
class FigureBoard {
public:
    template <typename Change>
    void change(Change&& change) {
        const std::lock_guard lock(mutex_);
        change(figures_);
    }
    [[nodiscard]] Figures read() const {
        const std::lock_guard lock(mutex_);
        return figures_;
    }

private:
    mutable std::mutex mutex_;  // guards figures_; innermost
    Figures figures_;
};

}  // namespace ausm::rtsp
