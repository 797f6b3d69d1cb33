// SPDX-License-Identifier: MIT
// Preprocess (here) -> network and objects (engine thread, on a copy of the state) -> label map (here).
#include "session/session.h"

#include "session/draw_result.h"
#include "session/state_file.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ausm {
namespace {

using Clock = FrameJob::Clock;

double seconds(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
}

std::int64_t pixels_of(const Frame& frame) { return std::int64_t{frame.width} * frame.height; }

}  // namespace

SessionImpl::SessionImpl(std::shared_ptr<Engine> engine, std::shared_ptr<EngineCore> core, EngineThread& thread,
                         const SessionOptions& options)
    : engine_(std::move(engine)), core_(std::move(core)), thread_(thread), input_maker_(core_->make_input_maker()),
      options_(options) {
    reset();
}

bool SessionImpl::wait(const std::shared_ptr<FrameJob>& job) {
    thread_.post(job);
    {
        std::unique_lock lock(gate_->mutex);
        gate_->changed.wait(lock, [&] { return job->done || gate_->interrupted; });
        if (!gate_->interrupted)
            return true;
    }
    thread_.leave(gate_.get());  // once more: the frame may have been posted after interrupt() did so
    return false;
}

/// What `work` gives; its errors are for people.
template <class Work>
auto SessionImpl::told(const Work& work) const {
    try {
        return work();
    } catch (const c10::Error&) {
        std::rethrow_exception(core_->for_people(std::current_exception()));
    }
}

std::shared_ptr<FrameInput> SessionImpl::make_input(const Frame& frame, InputSize size) {
    try {
        return input_maker_->make(frame, size);
    } catch (const c10::OutOfMemoryError&) {
        thread_.run([&] { core_->runner->free_spare_memory(); });
        return input_maker_->make(frame, size);
    }
}

InputSize SessionImpl::size_for(const Frame& frame) const {
    return input_size(frame, options_.inference_size > 0 ? options_.inference_size : core_->info.inference_size);
}

std::shared_ptr<FrameJob> SessionImpl::make_job(const Frame& frame, std::vector<Prompt> prompts,
                                                const StreamState& state) {
    auto job = std::make_shared<FrameJob>();
    job->gate = gate_;
    job->size = size_for(frame);
    job->map = map_request(frame, job->size, options_);
    job->picture = told([&] { return make_input(frame, job->size); });
    job->prompts = std::move(prompts);
    job->options = options_;
    job->state = state;
    job->posted = Clock::now();
    return job;
}

std::shared_ptr<FrameJob> SessionImpl::compute(const Frame& frame, std::vector<Prompt> prompts,
                                               const StreamState& state, Result& result) {
    check_frame(frame);
    const auto begin = Clock::now();
    const auto job = make_job(frame, std::move(prompts), state);
    if (!wait(job)) {
        told([&] { job->picture->release_frame(); });
        return nullptr;
    }
    if (job->error) {
        try {
            job->picture->release_frame();  // the frame failed before the network waited for its picture
        } catch (const c10::Error&) {
            // The device is lost: nothing reads the frame any more, and job->error says so.
        }
        std::rethrow_exception(job->error);
    }
    const auto finished = Clock::now();
    told([&] { draw_result(job->output, job->prompts, job->map, frame.stream_time, result); });
    const auto end = Clock::now();
    auto& times = job->output.times;
    times.preprocess = seconds(begin, job->posted);
    times.wait = seconds(job->posted, job->started) + seconds(job->ended, finished);
    times.postprocess = seconds(finished, end);
    core_->clock.add_picture(pixels_of(frame), seconds(begin, job->posted) + seconds(job->ended, end));
    return job;
}

StepStatus SessionImpl::step(const Frame& frame, std::vector<Prompt> prompts, Result& result) {
    const auto job = compute(frame, std::move(prompts), state_, result);
    if (!job)
        return StepStatus::kInterrupted;
    // Nothing below throws: the frame counts.
    state_ = std::move(job->state);
    info_.input_width = job->size.width;
    info_.input_height = job->size.height;
    info_.frames = state_.frames;
    info_.state_bytes = state_.history.bytes();
    info_.graphs = std::move(job->output.graphs);
    info_.last = job->output.times;
    return StepStatus::kOk;
}

double SessionImpl::typical_seconds(const Frame& frame) const {
    auto streams = thread_.sizes_of_others(gate_.get());
    streams.push_back(size_for(frame));
    return core_->clock.typical_seconds(pixels_of(frame), streams, core_->batch);
}

StepStatus SessionImpl::rehearse(const Frame& frame) {
    const struct Leaves {
        SessionImpl& session;
        ~Leaves() { session.thread_.leave(session.gate_.get()); }
    } leaves{*this};  // nobody is to wait for the stream's next frame
    auto begin = Clock::now();
    auto state = new_state();
    Result result;
    for (int i = 0; !core_->clock.knows(size_for(frame)) && thread_.sizes_of_others(gate_.get()).empty(); ++i) {
        if (i == StepClock::kWarmUp)
            begin = Clock::now();  // on a GPU the first frames record, which takes seconds
        if (i > StepClock::kWarmUp && seconds(begin, Clock::now()) > core_->rehearsal)
            break;  // a slow machine: the stream's own frames say the rest
        const auto job = compute(frame, {}, state, result);
        if (!job)
            return StepStatus::kInterrupted;
        state = std::move(job->state);
    }
    return StepStatus::kOk;
}

void SessionImpl::configure(const SessionOptions& options) {
    check_options(options, core_->info);
    options_ = options;
}

StreamState SessionImpl::new_state() const {
    StreamState state;
    state.table = ObjectTable(core_->info.max_objects, options_.seed);
    return state;
}

void SessionImpl::reset() {
    state_ = new_state();
    info_ = {};
    resume();
}

std::vector<std::uint8_t> SessionImpl::save() const {
    std::vector<std::uint8_t> bytes;
    told([&] { thread_.run([&] { bytes = save_state(state_, core_->info); }); });
    return bytes;
}

std::vector<std::string> SessionImpl::load(std::span<const std::uint8_t> bytes) {
    LoadedState loaded;
    told([&] { thread_.run([&] { loaded = load_state(bytes, core_->info, *core_->net); }); });
    state_ = std::move(loaded.state);
    info_.frames = state_.frames;
    info_.state_bytes = state_.history.bytes();
    return std::move(loaded.differences);
}

SessionInfo SessionImpl::info() const { return info_; }

void SessionImpl::interrupt() noexcept {
    const std::lock_guard lock(gate_->mutex);
    gate_->interrupted = true;
    gate_->changed.notify_all();
    thread_.leave(gate_.get());  // before a resume() may let the next frame come
}

void SessionImpl::resume() noexcept {
    const std::lock_guard lock(gate_->mutex);
    gate_->interrupted = false;
}

}  // namespace ausm
