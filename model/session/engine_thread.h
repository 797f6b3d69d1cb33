// SPDX-License-Identifier: MIT
// The one thread that runs the network of an engine.
#pragma once

#include "session/frame_input.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ausm {

struct FrameGate;
struct FrameJob;

/// Runs jobs and frames in the order they come, in inference mode and as the leader of `threads` workers; LibTorch's own
/// threads stay out, so OpenMP has no team here that could spin beside a decoder. Thread-safe.
class EngineThread {
public:
    using Frames = std::vector<std::shared_ptr<FrameJob>>;

    /// Frames that wait when the thread becomes free are handed to `step` together, as far as they have one size: at
    /// most `batch`. The free thread waits for those of other streams as long as each frame's options allow, and no
    /// longer than until all have come. `step` must not throw.
    EngineThread(int threads, int batch, std::function<void(const Frames&)> step);
    /// Runs what is queued, then ends the thread.
    ~EngineThread();
    EngineThread(const EngineThread&) = delete;
    EngineThread& operator=(const EngineThread&) = delete;

    /// The frame is handed to `step` some time. From now on the others wait for its stream, as their options allow,
    /// until they did so in vain or it leaves.
    void post(std::shared_ptr<FrameJob> frame);
    /// Nobody waits for this stream any more until it posts again; a frame of it that waits is forgotten.
    void leave(const FrameGate* stream) noexcept;
    /// The sizes of the last frames of all streams but `stream` that have posted one and have not left.
    [[nodiscard]] std::vector<InputSize> sizes_of_others(const FrameGate* stream) const;
    /// Runs `job` and waits; what it throws is thrown here.
    void run(const std::function<void()>& job);

private:
    using Clock = std::chrono::steady_clock;

    /// Either a job or a frame.
    struct Entry {
        std::function<void()> job;
        std::shared_ptr<FrameJob> frame;
        Clock::time_point until{};  // a frame waits for others no longer; the epoch: the free thread has not seen it
    };
    using Queue = std::deque<Entry>;

    void push(Entry entry);
    void loop(int threads);
    Queue::iterator next_ready(Clock::time_point now, Clock::time_point& wake);
    bool is_ready(InputSize size, Clock::time_point now, Clock::time_point& wake);
    void give_up_waiting(InputSize size);
    Frames take_frames(Queue::iterator first);

    const std::size_t batch_;
    const std::function<void(const Frames&)> step_;
    mutable std::mutex mutex_;  // guards everything below but thread_
    std::condition_variable wake_;
    Queue queue_;
    std::map<const FrameGate*, InputSize> active_;  // streams that are worth waiting for, and the size of their frames
    bool ending_ = false;
    std::thread thread_;  // last: it uses the others
};

}  // namespace ausm
