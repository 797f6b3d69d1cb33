// SPDX-License-Identifier: MIT
// The one thread that runs the network of an engine.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace ausm {

/// Runs jobs in the order they come, in inference mode and as the leader of `threads` lanes; LibTorch's own threads stay
/// out, so OpenMP has no team here that could spin beside a decoder. Thread-safe.
class EngineThread {
public:
    explicit EngineThread(int threads);
    /// Runs what is queued, then ends the thread.
    ~EngineThread();
    EngineThread(const EngineThread&) = delete;
    EngineThread& operator=(const EngineThread&) = delete;

    /// `job` must not throw.
    void post(std::function<void()> job);
    /// Runs `job` and waits; what it throws is thrown here.
    void run(const std::function<void()>& job);

private:
    void loop(int threads);

    std::mutex mutex_;  // guards jobs_ and ending_
    std::condition_variable wake_;
    std::deque<std::function<void()>> jobs_;
    bool ending_ = false;
    std::thread thread_;  // last: it uses the others
};

}  // namespace ausm
