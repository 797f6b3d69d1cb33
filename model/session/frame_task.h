// SPDX-License-Identifier: MIT
// One frame of one stream between its caller and the engine thread.
#pragma once

#include "session/frame_input.h"
#include "session/tracker.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace ausm {

/// Where a caller waits for its frames.
struct FrameGate {
    std::mutex mutex;  // guards interrupted and the frames' done; taken before the engine thread's
    std::condition_variable changed;
    bool interrupted = false;
};

/// Owns everything that the engine thread touches: when the caller stops waiting, the frame ends by itself and its
/// result is forgotten.
struct FrameTask {
    using Clock = std::chrono::steady_clock;

    std::shared_ptr<FrameGate> gate;
    InputSize size;
    MapRequest map;
    std::shared_ptr<FrameInput> input;
    std::vector<Prompt> prompts;
    SessionOptions options;
    StreamState state;
    FrameOutput output;
    std::exception_ptr error;
    Clock::time_point posted, started, ended;
    bool done = false;
};

}  // namespace ausm
