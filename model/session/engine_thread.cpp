// SPDX-License-Identifier: MIT
// A queue and a thread.
#include "session/engine_thread.h"

#include "ops/lanes.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <pthread.h>

#include <future>

namespace ausm {

EngineThread::EngineThread(int threads) : thread_([this, threads] { loop(threads); }) {}

EngineThread::~EngineThread() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void EngineThread::post(std::function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
}

void EngineThread::run(const std::function<void()>& job) {
    std::packaged_task<void()> task(job);
    auto done = task.get_future();
    post([&task] { task(); });
    done.get();
}

void EngineThread::loop(int threads) {
    pthread_setname_np(pthread_self(), "ausm-engine");
    at::set_num_threads(1);  // LibTorch's own threads stay out: the lanes share the work
    ops::Lanes lanes(threads);
    const ops::LeadLanes lead(lanes);
    const c10::InferenceMode inference;
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
        if (jobs_.empty())
            return;
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
        job = nullptr;  // what it holds is released before the lock is taken again
        lock.lock();
    }
}

}  // namespace ausm
