// SPDX-License-Identifier: MIT
// One ausmsegment for all cameras: its pipeline never stops, whatever becomes of the inputs.
#pragma once

#include "pipelines/rtsp/element.h"

#include <gst/app/app.h>

#include <functional>
#include <string>
#include <vector>

namespace ausm::rtsp {

/// Each camera has a branch: pictures in, pictures with masks drawn, hidden or untouched out. A branch never sees
/// another stream, format or end, so its memory stays until forget(). Bound to the main thread but for what says so.
class Engine {
public:
    /// Called on a streaming thread with each picture and the seconds that it took from push() to there.
    using Taker = std::function<void(GstSample*, double)>;

    /// Throws Failure.
    explicit Engine(const Config& config);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// The next camera of the configuration; `state`: its file, empty for none. Before start(). Throws Failure.
    void add(const CameraConfig& camera, const std::string& state, Taker taker);
    /// Opens the weights. Throws Failure. `on_failure` is called on the main thread when the pipeline cannot go on.
    void start(std::function<void(const std::string&)> on_failure);
    /// Ends the streams and saves their states.
    void stop();

    /// Any thread. A picture that the model has no time for gives way to a newer one.
    void push(std::size_t camera, GstBuffer* picture) const;
    /// Any thread. The next picture begins with an empty memory and with the camera's prompts.
    void forget(std::size_t camera) const;

private:
    struct Branch {
        std::string name;
        Owned<GstElement> input, output;
        Taker taker;
    };
    static GstFlowReturn on_sample(GstAppSink* sink, gpointer branch) noexcept;
    static gboolean on_message(GstBus* bus, GstMessage* message, gpointer self) noexcept;
    void report(GstMessage* message) const;
    [[nodiscard]] std::string camera_of(const GstStructure* structure) const;

    Owned<GstElement> pipeline_, segment_;
    std::vector<std::unique_ptr<Branch>> branches_;
    std::function<void(const std::string&)> on_failure_;
    guint watch_ = 0;
};

}  // namespace ausm::rtsp
