// SPDX-License-Identifier: MIT
// The pipeline from pictures with metadata to a file or to whoever connects.
#include "pipelines/rtsp/json_lines.h"

#include "pipelines/rtsp/log.h"

#include <gst/app/app.h>

#include <chrono>
#include <utility>

namespace ausm::rtsp {

namespace {

constexpr std::int64_t kPause = 5000;  // milliseconds between tries

std::string json_line(const CameraConfig& camera) {
    return picture_source(camera, 8) + "! maskjson name=maskjson ! " +
           (camera.json.port != 0 ? "tcpserversink name=sink host=127.0.0.1 sync=false"
                                  : "filesink name=sink append=true buffer-mode=unbuffered sync=false async=false");
}

}  // namespace

JsonLines::JsonLines(const CameraConfig& camera) : camera_(camera) { open(); }

JsonLines::~JsonLines() { close(); }

void JsonLines::open() {
    auto pipeline = make_pipeline(json_line(camera_));
    const auto sink = element_in(pipeline.get(), "sink");
    if (camera_.json.port != 0)
        g_object_set(sink.get(), "port", camera_.json.port, nullptr);
    else
        g_object_set(sink.get(), "location", camera_.json.file.c_str(), nullptr);
    set_properties(element_in(pipeline.get(), "maskjson").get(), camera_.json.maskjson);
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);  // what fails is on the bus
    opened_ = g_get_monotonic_time();
    auto input = element_in(pipeline.get(), "input");
    const std::lock_guard lock(mutex_);
    pipeline_ = std::move(pipeline);
    input_ = std::move(input);
}

void JsonLines::close() {
    Owned<GstElement> pipeline, input;
    {
        const std::lock_guard lock(mutex_);
        pipeline = std::move(pipeline_);
        input = std::move(input_);
    }
    if (pipeline)
        gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

void JsonLines::push(GstSample* picture) {
    const std::lock_guard lock(mutex_);
    if (input_)
        gst_app_src_push_buffer(GST_APP_SRC(input_.get()), gst_buffer_ref(gst_sample_get_buffer(picture)));
}

void JsonLines::tick() {
    if (!pipeline_) {
        if (g_get_monotonic_time() - opened_ > 1000 * kPause)
            open();
        return;
    }
    const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    const Owned<GstMessage> message(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
    if (!message)
        return;
    log_event(Level::kWarning, "json-failed",
              {{"camera", camera_.name}, {"reason", problem_text(message.get())}, {"pause-ms", kPause}});
    close();
}

}  // namespace ausm::rtsp
