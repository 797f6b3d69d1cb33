// SPDX-License-Identifier: MIT
// Workers take single clips, so that a batch is made by all of them at once.
#include "train/synthesis/loader.h"

#include "ops/single_thread.h"

#include <ATen/ATen.h>
#include <pthread.h>

#include <chrono>

namespace ausm::train {

Loader::Loader(std::shared_ptr<const ClipMaker> maker, const LoaderOptions& options)
    : maker_(std::move(maker)), options_(options) {
    TORCH_CHECK(options.batch >= 1 && options.workers >= 1 && options.ahead >= 1,
                "loader: batch, workers and batches ahead must be at least 1");
    for (std::int64_t i = 0; i < options.workers; ++i)
        workers_.emplace_back([this] { work(); });
}

Loader::~Loader() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    room_.notify_all();
    for (auto& worker : workers_)
        worker.join();
}

bool Loader::may_begin() const {
    return begun_ < position_ + static_cast<std::uint64_t>(options_.batch * options_.ahead);
}

void Loader::work() {
    pthread_setname_np(pthread_self(), "ausm-loader");
    ops::use_single_thread();  // all workers together are the parallelism
    std::unique_lock lock(mutex_);
    while (true) {
        room_.wait(lock, [this] { return stopping_ || may_begin(); });
        if (stopping_)
            return;
        const auto index = begun_++;
        const auto generation = generation_;
        lock.unlock();
        Made made;
        try {
            made = maker_->make(index);
        } catch (...) {
            made = std::current_exception();
        }
        lock.lock();
        if (generation != generation_)
            continue;
        made_.emplace(index, std::move(made));
        done_.notify_one();
    }
}

ClipBatch Loader::next() {
    const auto asked = std::chrono::steady_clock::now();
    const auto end = position_ + static_cast<std::uint64_t>(options_.batch);
    std::vector<Clip> clips;
    {
        std::unique_lock lock(mutex_);
        // Only clips from position_ on are kept, so that many of them from there on are the batch.
        done_.wait(lock, [&] {
            const auto last = made_.lower_bound(end);
            return std::distance(made_.begin(), last) == options_.batch;
        });
        waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - asked).count();
        for (auto i = position_; i < end; ++i)
            if (const auto* error = std::get_if<std::exception_ptr>(&made_.at(i)))
                std::rethrow_exception(*error);
        for (; position_ < end; ++position_)
            clips.push_back(std::get<Clip>(std::move(made_.extract(position_).mapped())));
    }
    room_.notify_all();
    return stack(clips);
}

void Loader::seek(std::uint64_t batch) {
    {
        const std::lock_guard lock(mutex_);
        ++generation_;
        made_.clear();
        position_ = begun_ = batch * static_cast<std::uint64_t>(options_.batch);
    }
    room_.notify_all();
}

}  // namespace ausm::train
