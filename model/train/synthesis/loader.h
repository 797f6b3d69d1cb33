// SPDX-License-Identifier: MIT
// Clips made ahead by worker threads, handed out as batches in order.
#pragma once

#include "train/synthesis/clip_maker.h"

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

namespace ausm::train {

struct LoaderOptions {
    std::int64_t batch = 2;    ///< clips
    std::int64_t workers = 1;  ///< threads
    std::int64_t ahead = 3;    ///< batches in the making or waiting, the next one among them
};

/// Batch i has the clips i B ... i B + B - 1, whatever the number of workers. Thread-bound.
class Loader {
public:
    /// Starts the workers. Throws c10::Error for options below 1.
    Loader(std::shared_ptr<const ClipMaker> maker, const LoaderOptions& options);
    /// Returns when the clips in the making are done.
    ~Loader();
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    /// Waits for the next batch. Throws what a worker threw for one of its clips, and again when called again; seek()
    /// leads past it.
    [[nodiscard]] ClipBatch next();
    /// The next batch is number `batch`, as when resuming.
    void seek(std::uint64_t batch);

    /// The number of the next batch.
    [[nodiscard]] std::uint64_t position() const { return position_ / static_cast<std::uint64_t>(options_.batch); }
    /// Seconds that next() has waited for workers since the start.
    [[nodiscard]] double waited() const { return waited_; }

private:
    using Made = std::variant<Clip, std::exception_ptr>;

    void work();
    [[nodiscard]] bool may_begin() const;

    const std::shared_ptr<const ClipMaker> maker_;
    const LoaderOptions options_;
    double waited_ = 0;

    std::mutex mutex_;  // guards everything down to made_
    std::condition_variable room_, done_;
    bool stopping_ = false;
    std::uint64_t generation_ = 0;  // of seeks: clips begun before the last one are thrown away
    std::uint64_t position_ = 0;    // the first clip of the next batch
    std::uint64_t begun_ = 0;       // the next clip that a worker takes
    std::map<std::uint64_t, Made> made_;

    std::vector<std::thread> workers_;
};

}  // namespace ausm::train
