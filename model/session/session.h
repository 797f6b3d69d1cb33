// SPDX-License-Identifier: MIT
// One stream: the caller's side of a frame, around the engine thread's.
#pragma once

#include "session/engine_thread.h"
#include "session/frame_task.h"
#include "session/step_clock.h"

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

/// Thread-bound, but for interrupt().
class SessionImpl final : public Session {
public:
    SessionImpl(std::shared_ptr<Engine> engine, std::shared_ptr<EngineCore> core, EngineThread& thread,
                const SessionOptions& options);
    ~SessionImpl() override { thread_.leave(gate_.get()); }

    StepStatus step(const Frame& frame, std::span<const Prompt> prompts, Result& result) override;
    void configure(const SessionOptions& options) override;
    void reset() override;
    [[nodiscard]] std::vector<std::uint8_t> save() const override;
    std::vector<std::string> load(std::span<const std::uint8_t> state) override;
    [[nodiscard]] SessionInfo info() const override;
    [[nodiscard]] double typical_seconds(const Frame& frame) const override;
    [[nodiscard]] StepStatus rehearse(const Frame& frame) override;
    void interrupt() noexcept override;
    void resume() noexcept override;

private:
    template <class Work>
    auto told(const Work& work) const;
    /// Empty, as after reset().
    [[nodiscard]] StreamState new_state() const;
    [[nodiscard]] InputSize size_for(const Frame& frame) const;
    std::shared_ptr<FrameTask> make_task(const Frame& frame, std::span<const Prompt> prompts, const StreamState& state);
    std::shared_ptr<FrameInput> make_input(const Frame& frame, InputSize size);
    bool wait(const std::shared_ptr<FrameTask>& task);
    /// A frame of a stream in this state, which it does not change; its times stand in the task's output. Null when the
    /// frame was interrupted.
    std::shared_ptr<FrameTask> compute(const Frame& frame, std::span<const Prompt> prompts, const StreamState& state,
                                       Result& result);

    std::shared_ptr<Engine> engine_;  // keeps the thread alive
    std::shared_ptr<EngineCore> core_;
    EngineThread& thread_;
    std::unique_ptr<InputMaker> input_maker_;
    SessionOptions options_;
    StreamState state_;
    SessionInfo info_;
    std::shared_ptr<FrameGate> gate_ = std::make_shared<FrameGate>();
};

}  // namespace ausm
