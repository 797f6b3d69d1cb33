// SPDX-License-Identifier: MIT
// Builds the input of a camera again and again, with pauses that grow, and decides when its memory is given up.
#include "pipelines/rtsp/camera.h"

#include "pipelines/rtsp/log.h"

#include <ausm/gstausmmeta.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace ausm::rtsp {

namespace {

namespace fs = std::filesystem;

constexpr double kLinger = 10;       // seconds for which a camera on demand is read after the last viewer
constexpr double kLoopPause = 0.05;  // a file begins again
constexpr std::size_t kLatencies = 512;

std::int64_t milliseconds(double seconds) { return std::llround(1000 * seconds); }

std::vector<std::int64_t> seen_objects(GstBuffer* picture) {
    std::vector<std::int64_t> ids;
    GstAusmMetaView view;
    GstAusmObject object;
    if (gst_ausm_meta_get(picture, &view))
        for (guint i = 0; i < view.n_objects; ++i)
            if (gst_ausm_meta_get_object(&view, i, &object) &&
                (object.state == GST_AUSM_OBJECT_NEW || object.state == GST_AUSM_OBJECT_TRACKED))
                ids.push_back(object.id);
    return ids;
}

/// The file of the camera's state; one that is older than what is remembered is put aside.
std::string state_file(const Config& config, const CameraConfig& camera) {
    if (config.state.empty())
        return "";
    const fs::path file = fs::path(config.state) / (camera.name + ".state");
    std::error_code error;
    fs::create_directories(config.state, error);
    if (error)
        throw Failure("$.state: the folder " + config.state + " cannot be made (" + error.message() + ").");
    const auto written = fs::last_write_time(file, error);
    if (error)
        return file;  // there is none yet
    const double age = std::chrono::duration<double>(fs::file_time_type::clock::now() - written).count();
    if (age > config.forget_after) {
        fs::rename(file, file.string() + ".old", error);
        log_event(Level::kInfo, "state",
                  {{"camera", camera.name},
                   {"action", "put-aside"},
                   {"location", file.string() + ".old"},
                   {"age-ms", milliseconds(age)}});
    }
    return file;
}

}  // namespace

Camera::Camera(const Config& config, std::size_t index, Engine& engine)
    : config_(config.cameras[index]), forget_after_(config.forget_after), index_(index), engine_(engine),
      output_(config_, figures_) {
    if (config_.json.wanted())
        json_.emplace(config_);
    engine.add(config_, state_file(config, config_),
               [this](GstSample* picture, double seconds) { show(picture, seconds); });
}

Camera::~Camera() { stop(); }

void Camera::start() {
    thread_ = std::thread([this] { run(); });
}

void Camera::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    woken_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

void Camera::tick() {
    output_.tick();
    if (json_)
        json_->tick();
}

/// On a streaming thread of the engine.
void Camera::show(GstSample* picture, double seconds) {
    output_.show(picture);
    if (json_)
        json_->push(picture);
    auto objects = seen_objects(gst_sample_get_buffer(picture));
    figures_.change([&](Figures& figures) {
        if (figures.latencies.size() < kLatencies)
            figures.latencies.push_back(seconds);
        else
            figures.latencies[figures.latency_count % kLatencies] = seconds;
        ++figures.latency_count;
        figures.latency_sum += seconds;
        ++figures.segmented;
        figures.objects = std::move(objects);
    });
}

/// On a streaming thread of the input; `first`: the input has brought none before.
void Camera::take(GstBuffer* picture, bool& first) {
    if (std::exchange(first, false)) {
        const gint64 last = figures_.read().last_picture;
        const double gap = last == 0 ? 0 : seconds_since(last);
        const bool forgets = gap > forget_after_;
        if (forgets)
            engine_.forget(index_);
        figures_.change([forgets](Figures& figures) {
            ++figures.connections;
            figures.forgotten += forgets ? 1 : 0;
        });
        set_state(InputState::kPlaying, "");
        log_event(Level::kInfo, "input-plays",
                  {{"camera", config_.name}, {"gap-ms", milliseconds(gap)}, {"forgotten", forgets}});
    }
    engine_.push(index_, picture);
    figures_.change([](Figures& figures) {
        ++figures.received;
        figures.last_picture = g_get_monotonic_time();
    });
}

void Camera::set_state(InputState state, const std::string& reason) {
    figures_.change([&](Figures& figures) {
        figures.state = state;
        figures.reason = reason;
    });
    output_.set_reason(reason.empty() ? "connecting" : reason);
}

/// Whether the input is to be read: always, or on demand while somebody watches and a little longer.
bool Camera::wanted() {
    const std::lock_guard lock(mutex_);
    if (stopping_)
        return false;
    if (!config_.on_demand || output_.watched()) {
        unwatched_since_ = 0;
        return true;
    }
    if (unwatched_since_ == 0)
        unwatched_since_ = g_get_monotonic_time();
    return figures_.read().state == InputState::kPlaying && seconds_since(unwatched_since_) < kLinger;
}

void Camera::wait(double seconds) {
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return stopping_; });
}

Ending Camera::play_once() {
    set_state(InputState::kConnecting, figures_.read().reason);
    bool first = true;
    Input input(config_, [this, &first](GstBuffer* picture) { take(picture, first); });
    const Ending ending = input.play([this] { return wanted(); });
    const bool loops = ending.kind == Ending::Kind::kEnd && input.had_pictures() && !config_.uri.starts_with("rtsp");
    return loops ? Ending{Ending::Kind::kEnd, "", ""} : ending;
}

/// The camera's thread. A pause is twice the last one, unless the input has played for longer than that.
void Camera::run() {
    double pause = config_.first_pause;
    const auto stopping = [this] {
        const std::lock_guard lock(mutex_);
        return stopping_;
    };
    while (!stopping()) {
        if (!wanted()) {
            if (figures_.read().state != InputState::kIdle)
                set_state(InputState::kIdle, "");
            wait(0.1);
            continue;
        }
        const gint64 begin = g_get_monotonic_time();
        Ending ending;
        try {
            ending = play_once();
        } catch (const std::exception& failure) {
            ending = {Ending::Kind::kFailed, "the input cannot be built", failure.what()};
        }
        if (ending.kind == Ending::Kind::kStopped)
            continue;
        if (ending.reason.empty()) {
            wait(kLoopPause);
            continue;
        }
        if (figures_.read().state == InputState::kPlaying && seconds_since(begin) > pause)
            pause = config_.first_pause;
        if (ending.kind == Ending::Kind::kRefused)
            pause = config_.longest_pause;  // cameras lock those out who try often
        figures_.change([](Figures& figures) { ++figures.failures; });
        set_state(InputState::kWaiting, ending.reason);
        log_event(Level::kWarning, "input-failed",
                  {{"camera", config_.name},
                   {"reason", ending.reason},
                   {"detail", ending.detail},
                   {"pause-ms", milliseconds(pause)}});
        wait(pause);
        pause = std::min(2 * pause, config_.longest_pause);
    }
}

}  // namespace ausm::rtsp
