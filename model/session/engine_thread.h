// SPDX-License-Identifier: MIT
// The one thread that runs the network of an engine.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ausm {

struct FrameTask;

/// Runs jobs and frames in the order they come, in inference mode and as the leader of `threads` lanes; LibTorch's own
/// threads stay out, so OpenMP has no team here that could spin beside a decoder. Thread-safe.
class EngineThread {
public:
    using Frames = std::vector<std::shared_ptr<FrameTask>>;

    /// Frames that wait when the thread becomes free are handed to `step` together, as far as they have one size: at
    /// most `batch`. `step` must not throw.
    EngineThread(int threads, int batch, std::function<void(const Frames&)> step);
    /// Runs what is queued, then ends the thread.
    ~EngineThread();
    EngineThread(const EngineThread&) = delete;
    EngineThread& operator=(const EngineThread&) = delete;

    /// The frame is handed to `step` some time.
    void post(std::shared_ptr<FrameTask> frame);
    /// Runs `job` and waits; what it throws is thrown here.
    void run(const std::function<void()>& job);

private:
    /// Either a job or a frame.
    struct Entry {
        std::function<void()> job;
        std::shared_ptr<FrameTask> frame;
    };
    void push(Entry entry);
    void loop(int threads);
    Frames take_frames();

    const std::size_t batch_;
    const std::function<void(const Frames&)> step_;
    std::mutex mutex_;  // guards queue_ and ending_
    std::condition_variable wake_;
    std::deque<Entry> queue_;
    bool ending_ = false;
    std::thread thread_;  // last: it uses the others
};

}  // namespace ausm
