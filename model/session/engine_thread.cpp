// SPDX-License-Identifier: MIT
// A queue and a thread.
#include "session/engine_thread.h"

#include "ops/lanes.h"
#include "session/frame_task.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <pthread.h>

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

void EngineThread::post(std::shared_ptr<FrameTask> frame) { push({{}, std::move(frame)}); }

void EngineThread::run(const std::function<void()>& job) {
    std::packaged_task<void()> task(job);
    auto done = task.get_future();
    push({[&task] { task(); }, {}});
    done.get();
}

/// The first frame of the queue and those behind it that fit it. A stream has one frame in the queue at most, so that
/// streams may overtake each other.
EngineThread::Frames EngineThread::take_frames() {
    Frames frames;
    const auto size = queue_.front().frame->size;
    for (auto entry = queue_.begin(); entry != queue_.end() && frames.size() < batch_;) {
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
    at::set_num_threads(1);  // LibTorch's own threads stay out: the lanes share the work
    ops::Lanes lanes(threads);
    const ops::LeadLanes lead(lanes);
    const c10::InferenceMode inference;
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
        if (queue_.empty())
            return;
        Frames frames;
        std::function<void()> job;
        if (queue_.front().frame) {
            frames = take_frames();
        } else {
            job = std::move(queue_.front().job);
            queue_.pop_front();
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
