// SPDX-License-Identifier: MIT
// preprocess (here) -> network and objects (engine thread, on a copy of the state) -> label map (here).
#include "session/session.h"

#include "session/draw_result.h"
#include "session/state_file.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ausm {
namespace {

using Clock = FrameTask::Clock;

double seconds(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
}

std::int64_t pixels_of(const Frame& frame) { return std::int64_t{frame.width} * frame.height; }

}  // namespace

void check_options(const SessionOptions& options, const ModelInfo& info) {
    if (!(options.threshold >= 0 && options.threshold <= 1))
        throw std::invalid_argument("threshold must lie in 0 .. 1");
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

void EngineCore::step(const EngineThread::Frames& frames) noexcept {
    const auto begin = Clock::now();
    StepClock::Batch work{frames.front()->size, static_cast<int>(frames.size())};
    std::vector<StreamFrame> streams(frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
        auto& task = *frames[i];
        task.started = Clock::now();
        work.objects = std::max(work.objects, static_cast<int>(task.state.table.objects().size()));
        auto& stream = streams[i];
        stream.state = &task.state;
        stream.prompts = task.prompts;
        stream.options = &task.options;
        stream.map = task.map;
        try {
            stream.images = task.input->images();
        } catch (...) {
            stream.error = std::current_exception();
        }
    }
    try {
        Tracker(*runner).step(streams);
        if (std::ranges::none_of(streams, [](const StreamFrame& stream) { return stream.error != nullptr; }))
            clock.add_batch(work, seconds(begin, Clock::now()));
    } catch (...) {
        for (auto& stream : streams)
            stream.error = std::current_exception();
    }
    for (std::size_t i = 0; i < frames.size(); ++i) {
        auto& task = *frames[i];
        task.output = std::move(streams[i].output);
        if (streams[i].error)
            task.error = for_people(streams[i].error);
        task.ended = Clock::now();
        const std::lock_guard lock(task.gate->mutex);
        task.done = true;
        task.gate->changed.notify_all();
    }
}

SessionImpl::SessionImpl(std::shared_ptr<Engine> engine, std::shared_ptr<EngineCore> core, EngineThread& thread,
                         const SessionOptions& options)
    : engine_(std::move(engine)), core_(std::move(core)), thread_(thread), input_maker_(core_->make_input_maker()),
      options_(options) {
    reset();
}

bool SessionImpl::wait(const std::shared_ptr<FrameTask>& task) {
    thread_.post(task);
    {
        std::unique_lock lock(gate_->mutex);
        gate_->changed.wait(lock, [&] { return task->done || gate_->interrupted; });
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

std::shared_ptr<FrameTask> SessionImpl::make_task(const Frame& frame, std::span<const Prompt> prompts,
                                                  const StreamState& state) {
    auto task = std::make_shared<FrameTask>();
    task->gate = gate_;
    task->size = size_for(frame);
    task->map = map_request(frame, task->size, options_);
    task->input = told([&] { return make_input(frame, task->size); });
    task->prompts.assign(prompts.begin(), prompts.end());
    task->options = options_;
    task->state = state;
    task->posted = Clock::now();
    return task;
}

std::shared_ptr<FrameTask> SessionImpl::compute(const Frame& frame, std::span<const Prompt> prompts,
                                                const StreamState& state, Result& result) {
    check_frame(frame);
    const auto begin = Clock::now();
    const auto task = make_task(frame, prompts, state);
    if (!wait(task)) {
        told([&] { task->input->release_frame(); });
        return nullptr;
    }
    if (task->error) {
        try {
            task->input->release_frame();  // the frame failed before the network waited for its picture
        } catch (const c10::Error&) {
            // The device is lost: nothing reads the frame any more, and task->error says so.
        }
        std::rethrow_exception(task->error);
    }
    const auto finished = Clock::now();
    told([&] { draw_result(task->output, task->prompts, task->map, frame.stream_time, result); });
    const auto end = Clock::now();
    auto& times = task->output.times;
    times.preprocess = seconds(begin, task->posted);
    times.wait = seconds(task->posted, task->started) + seconds(task->ended, finished);
    times.postprocess = seconds(finished, end);
    core_->clock.add_picture(pixels_of(frame), seconds(begin, task->posted) + seconds(task->ended, end));
    return task;
}

StepStatus SessionImpl::step(const Frame& frame, std::span<const Prompt> prompts, Result& result) {
    const auto task = compute(frame, prompts, state_, result);
    if (!task)
        return StepStatus::kInterrupted;
    // Nothing below throws: the frame counts.
    state_ = std::move(task->state);
    info_.input_width = task->size.width;
    info_.input_height = task->size.height;
    info_.frames = state_.frames;
    info_.state_bytes = state_.history.bytes();
    info_.graphs = std::move(task->output.graphs);
    info_.last = task->output.times;
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
    const auto begin = Clock::now();
    auto state = new_state();
    Result result;
    for (int i = 0; !core_->clock.knows(size_for(frame)) && thread_.sizes_of_others(gate_.get()).empty(); ++i) {
        if (i > StepClock::kWarmUp && seconds(begin, Clock::now()) > core_->rehearsal)
            break;  // a slow machine: the stream's own frames say the rest
        const auto task = compute(frame, {}, state, result);
        if (!task)
            return StepStatus::kInterrupted;
        state = std::move(task->state);
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
