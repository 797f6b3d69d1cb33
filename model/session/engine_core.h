// SPDX-License-Identifier: MIT
// The engine thread's side of a frame, and what sessions share with their engine.
#pragma once

#include "session/engine_thread.h"
#include "session/step_clock.h"
#include "session/tracker.h"

#include <exception>

namespace ausm {

/// What sessions share with their engine.
struct EngineCore {
    ModelInfo info;
    int batch = 1;  // frames of different streams at once, at most
    std::unique_ptr<AusmNet> net;
    std::unique_ptr<NetRunner> runner;  // of net; the engine thread's
    std::function<std::unique_ptr<InputMaker>()> make_input_maker;
    std::function<std::string(const c10::Error&)> explain;  // a failure of LibTorch for people; on any thread
    double rehearsal = 1;                                   // seconds, at most
    StepClock clock;                                        // of the frames of all streams

    /// An error as the caller of a session shall see it: what() of a c10::Error ends with a stack trace, and does not say
    /// what became of the stream.
    [[nodiscard]] std::exception_ptr for_people(const std::exception_ptr& error) const;

    /// One frame of each of these streams, then their callers are woken. On the engine thread; does not throw.
    void step(const EngineThread::Frames& frames) noexcept;
};

/// Throws std::invalid_argument naming the setting that is out of range.
void check_options(const SessionOptions& options, const ModelInfo& info);

}  // namespace ausm
