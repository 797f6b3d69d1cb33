// SPDX-License-Identifier: MIT
// A queue and a thread.
#include "session/engine_thread.h"

#include "ops/single_thread.h"
#include "ops/workers.h"
#include "session/frame_job.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <pthread.h>

#include <algorithm>
#include <future>

namespace ausm {

EngineThread::EngineThread(int threads, int batch, std::function<void(const Frames&)> step)
    : batch_(static_cast<std::size_t>(batch)), step_(std::move(step)), thread_([this, threads] { loop(threads); }) {}

EngineThread::~EngineThread() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void EngineThread::push(Entry entry) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(entry));
    }
    wake_.notify_one();
}

void EngineThread::post(std::shared_ptr<FrameJob> frame) {
    {
        const std::lock_guard lock(mutex_);
        active_[frame->gate.get()] = frame->size;
    }
    push({{}, std::move(frame)});
}

void EngineThread::leave(const FrameGate* stream) noexcept {
    std::shared_ptr<FrameJob> forgotten;  // released when the lock is not held any more
    {
        const std::lock_guard lock(mutex_);
        active_.erase(stream);
        const auto entry = std::ranges::find_if(
            queue_, [stream](const Entry& one) { return one.frame && one.frame->gate.get() == stream; });
        if (entry != queue_.end()) {
            forgotten = std::move(entry->frame);
            queue_.erase(entry);
        }
    }
    wake_.notify_one();
}

std::vector<InputSize> EngineThread::sizes_of_others(const FrameGate* stream) const {
    const std::lock_guard lock(mutex_);
    std::vector<InputSize> sizes;
    for (const auto& [gate, size] : active_)
        if (gate != stream)
            sizes.push_back(size);
    return sizes;
}

void EngineThread::run(const std::function<void()>& job) {
    std::packaged_task<void()> task(job);
    auto done = task.get_future();
    push({[&task] { task(); }, {}});
    done.get();
}

/// The streams of this size that have no frame in the queue were waited for in vain.
void EngineThread::give_up_waiting(InputSize size) {
    std::erase_if(active_, [&](const auto& stream) {
        return stream.second == size && std::ranges::none_of(queue_, [&](const Entry& entry) {
                   return entry.frame && entry.frame->gate.get() == stream.first;
               });
    });
}

/// Whether the queue's frames of this size wait for no others; if they do, `wake` becomes no later than their patience
/// lasts, which begins when the thread looks at them for the first time: while it is busy they wait anyway.
bool EngineThread::is_ready(InputSize size, Clock::time_point now, Clock::time_point& wake) {
    std::size_t waiting = 0;
    const Entry* first = nullptr;  // to lose its patience
    for (auto& entry : queue_) {
        if (!entry.frame || entry.frame->size != size)
            continue;
        if (entry.until == Clock::time_point{})
            entry.until = now + std::chrono::microseconds(entry.frame->options.batch_timeout);
        if (!first || entry.until < first->until)
            first = &entry;
        ++waiting;
    }
    const auto active = std::ranges::count(active_, size, [](const auto& stream) { return stream.second; });
    if (ending_ || waiting >= std::min(batch_, static_cast<std::size_t>(active)))
        return true;
    wake = std::min(wake, first->until);
    if (first->until > now)
        return false;
    if (first->frame->options.batch_timeout > 0)
        give_up_waiting(size);
    return true;
}

/// The first job of the queue, or the first frame that waits for no others; its end when all wait, till `wake`.
EngineThread::Queue::iterator EngineThread::next_ready(Clock::time_point now, Clock::time_point& wake) {
    return std::ranges::find_if(
        queue_, [&](const Entry& entry) { return !entry.frame || is_ready(entry.frame->size, now, wake); });
}

/// This frame and those behind it that fit it. A stream has one frame in the queue at most, so that streams may
/// overtake each other.
EngineThread::Frames EngineThread::take_frames(Queue::iterator first) {
    Frames frames;
    const auto size = first->frame->size;
    for (auto entry = first; entry != queue_.end() && frames.size() < batch_;) {
        if (entry->frame && entry->frame->size == size) {
            frames.push_back(std::move(entry->frame));
            entry = queue_.erase(entry);
        } else {
            ++entry;
        }
    }
    return frames;
}

void EngineThread::loop(int threads) {
    pthread_setname_np(pthread_self(), "ausm-engine");
    ops::use_single_thread();  // LibTorch's own threads stay out: the workers share the work
    ops::Workers workers(threads);
    const ops::LeadWorkers lead(workers);
    const c10::InferenceMode inference;
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
        if (queue_.empty())
            return;
        auto wake = Clock::time_point::max();
        const auto next = next_ready(Clock::now(), wake);
        if (next == queue_.end()) {
            wake_.wait_until(lock, wake);
            continue;
        }
        Frames frames;
        std::function<void()> job;
        if (next->frame) {
            frames = take_frames(next);
        } else {
            job = std::move(next->job);
            queue_.erase(next);
        }
        lock.unlock();
        if (job)
            job();
        else
            step_(frames);
        job = nullptr;  // what they hold is released before the lock is taken again
        frames.clear();
        lock.lock();
    }
}

}  // namespace ausm
