// SPDX-License-Identifier: MIT
// One stream: the caller's side of a frame, around the engine thread's.
#pragma once

#include "session/engine_thread.h"
#include "session/tracker.h"

#include <condition_variable>
#include <mutex>

namespace ausm {

/// What sessions share with their engine.
struct EngineCore {
    ModelInfo info;
    std::unique_ptr<AusmNet> net;
};

/// Throws std::invalid_argument naming the setting that is out of range.
void check_options(const SessionOptions& options, const ModelInfo& info);

/// Thread-bound, but for interrupt().
class SessionImpl final : public Session {
public:
    SessionImpl(std::shared_ptr<Engine> engine, std::shared_ptr<EngineCore> core, EngineThread& thread,
                const SessionOptions& options);

    StepStatus step(const Frame& frame, std::span<const Prompt> prompts, Result& result) override;
    void configure(const SessionOptions& options) override;
    bool remove(std::int64_t object) override;
    void reset() override;
    [[nodiscard]] std::vector<std::uint8_t> save() const override;
    void load(std::span<const std::uint8_t> state) override;
    [[nodiscard]] SessionInfo info() const override;
    void interrupt() noexcept override;

private:
    struct Job;
    struct Gate {
        std::mutex mutex;  // guards interrupted and the jobs' done
        std::condition_variable changed;
        bool interrupted = false;
    };
    bool wait(const std::shared_ptr<Job>& job);

    std::shared_ptr<Engine> engine_;  // keeps the thread alive
    std::shared_ptr<EngineCore> core_;
    EngineThread& thread_;
    SessionOptions options_;
    StreamState state_;
    SessionInfo info_;
    std::vector<ObjectChange> removed_;  // by remove(), told with the next frame
    std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
};

}  // namespace ausm
