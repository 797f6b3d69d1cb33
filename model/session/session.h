// SPDX-License-Identifier: MIT
// One stream: the caller's side of a frame, around the engine thread's.
#pragma once

#include "session/engine_core.h"

namespace ausm {

/// Thread-bound, but for interrupt().
class SessionImpl final : public Session {
public:
    SessionImpl(std::shared_ptr<Engine> engine, std::shared_ptr<EngineCore> core, EngineThread& thread,
                const SessionOptions& options);
    ~SessionImpl() override { thread_.leave(gate_.get()); }

    StepStatus step(const Frame& frame, std::vector<Prompt> prompts, Result& result) override;
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
    std::shared_ptr<FrameJob> make_job(const Frame& frame, std::vector<Prompt> prompts, const StreamState& state);
    std::shared_ptr<FrameInput> make_input(const Frame& frame, InputSize size);
    bool wait(const std::shared_ptr<FrameJob>& job);
    /// A frame of a stream in this state, which it does not change; its times stand in the job's output. Null when the
    /// frame was interrupted.
    std::shared_ptr<FrameJob> compute(const Frame& frame, std::vector<Prompt> prompts, const StreamState& state,
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
