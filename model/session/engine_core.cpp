// SPDX-License-Identifier: MIT
// A batch through the tracker; errors in words for people.
#include "session/engine_core.h"

#include <algorithm>
#include <stdexcept>

namespace ausm {

void check_options(const SessionOptions& options, const ModelInfo& info) {
    if (!(options.threshold >= 0 && options.threshold <= 1))
        throw std::invalid_argument("threshold must lie in 0 .. 1");
    if (!(options.presence >= 0 && options.presence <= 1))
        throw std::invalid_argument("presence must lie in 0 .. 1");
    if (options.max_objects < 0 || options.max_objects > info.max_objects)
        throw std::invalid_argument("max-objects must lie in 0 .. " + std::to_string(info.max_objects));
    if (options.inference_size < 0 || options.inference_size % AusmNet::kMultiple != 0 || options.inference_size > 2048)
        throw std::invalid_argument("inference-size must be 0 or a multiple of 32 up to 2048");
    if (options.max_age < 0)
        throw std::invalid_argument("max-age must not be negative");
    if (options.top_k < 0)
        throw std::invalid_argument("top-k must not be negative");
    if (options.passes < 1 || options.passes > 8)
        throw std::invalid_argument("passes must lie in 1 .. 8");
    if (options.batch_timeout < 0 || options.batch_timeout > 1'000'000)
        throw std::invalid_argument("batch-timeout must lie in 0 .. 1000000 microseconds");
}

std::exception_ptr EngineCore::for_people(const std::exception_ptr& error) const {
    try {
        std::rethrow_exception(error);
    } catch (const c10::Error& failure) {
        return std::make_exception_ptr(std::runtime_error(explain(failure)));
    } catch (...) {
        return std::current_exception();
    }
}

void EngineCore::step(const EngineThread::Frames& jobs) noexcept {
    const auto begin = FrameJob::Clock::now();
    StepClock::Batch work{jobs.front()->size, static_cast<int>(jobs.size())};
    for (const auto& job : jobs) {
        job->started = begin;
        work.objects = std::max(work.objects, static_cast<int>(job->state.table.objects().size()));
    }
    try {
        Tracker(*runner).step(jobs);
        if (std::ranges::none_of(jobs, [](const auto& job) { return job->error != nullptr; }))
            clock.add_batch(work, std::chrono::duration<double>(FrameJob::Clock::now() - begin).count());
    } catch (...) {
        for (const auto& job : jobs)
            job->error = std::current_exception();
    }
    for (const auto& job : jobs) {
        if (job->error)
            job->error = for_people(job->error);
        job->ended = FrameJob::Clock::now();
        const std::lock_guard lock(job->gate->mutex);
        job->done = true;
        job->gate->changed.notify_all();
    }
}

}  // namespace ausm
