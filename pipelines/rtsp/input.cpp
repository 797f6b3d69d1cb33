// SPDX-License-Identifier: MIT
// The pipeline that reads a camera, and the watch over it.
#include "pipelines/rtsp/input.h"

#include <gst/app/app.h>

namespace ausm::rtsp {

namespace {

constexpr GstClockTime kPatience = 100 * GST_MSECOND;

bool is_rtsp(const CameraConfig& camera) { return camera.uri.starts_with("rtsp"); }

std::string input_line(const CameraConfig& camera) {
    const bool test = camera.uri.starts_with("test:");
    const std::string source = test ? "videotestsrc name=source is-live=true ! video/x-raw,framerate=25/1,width=" +
                                          std::to_string(camera.width) + ",height=" + std::to_string(camera.height)
                                    : "uridecodebin name=source";
    // Files play at their own speed; what is live is taken as it comes.
    return source + " ! videoconvertscale add-borders=true ! " + picture_caps(camera) +
           " ! appsink name=output max-buffers=2 drop=" + (is_rtsp(camera) ? "true sync=false" : "false sync=true");
}

template <typename Value>
void set_if_there(GstElement* source, const char* name, Value value) {
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(source), name))
        g_object_set(source, name, value, nullptr);
}

void set_up_source(GstElement*, GstElement* source, gpointer data) noexcept {
    const auto& camera = *static_cast<const CameraConfig*>(data);
    if (!camera.user.empty()) {
        set_if_there(source, "user-id", camera.user.c_str());
        set_if_there(source, "user-pw", camera.password.c_str());
    }
    if (!is_rtsp(camera))
        return;
    set_if_there(source, "latency", static_cast<guint>(camera.latency));
    gst_util_set_object_arg(G_OBJECT(source), "protocols", camera.udp ? "udp" : "tcp");
}

Ending ending_of(GstMessage* message) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
        return {Ending::Kind::kEnd, "the stream has ended", ""};
    GError* raw = nullptr;
    gst_message_parse_error(message, &raw, nullptr);
    const Owned<GError> error(raw);
    if (g_error_matches(error.get(), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED))
        return {Ending::Kind::kRefused, "user or password was refused", error->message};
    const char* what = "the picture cannot be decoded";
    if (error->domain == GST_RESOURCE_ERROR)
        what = "the camera cannot be reached";
    return {Ending::Kind::kFailed, what, error->message};
}

}  // namespace

Input::Input(const CameraConfig& camera, std::function<void(GstBuffer*)> taker)
    : camera_(camera), taker_(std::move(taker)), pipeline_(make_pipeline(input_line(camera))) {
    const auto source = element_in(pipeline_.get(), "source"), output = element_in(pipeline_.get(), "output");
    if (camera.uri.starts_with("test:")) {
        set_properties(source.get(), {{"pattern", camera.uri.substr(5), "uri"}});
    } else {
        g_signal_connect(source.get(), "source-setup", G_CALLBACK(set_up_source), const_cast<CameraConfig*>(&camera_));
        g_object_set(source.get(), "uri", camera.uri.c_str(), nullptr);
    }
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = [](GstAppSink* sink, gpointer data) noexcept {
        auto* self = static_cast<Input*>(data);
        if (const Owned<GstSample> sample{gst_app_sink_pull_sample(sink)}) {
            self->taker_(gst_sample_get_buffer(sample.get()));
            self->last_ = g_get_monotonic_time();
            ++self->pictures_;
        }
        return GST_FLOW_OK;
    };
    gst_app_sink_set_callbacks(GST_APP_SINK(output.get()), &callbacks, this, nullptr);
}

Input::~Input() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

Ending Input::play(const std::function<bool()>& goes_on) {
    const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    last_ = g_get_monotonic_time();
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);  // what fails is on the bus
    constexpr auto kWanted = static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_LATENCY);
    while (goes_on()) {
        const Owned<GstMessage> message(gst_bus_timed_pop_filtered(bus.get(), kPatience, kWanted));
        if (message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_LATENCY)
            gst_bin_recalculate_latency(GST_BIN(pipeline_.get()));
        else if (message)
            return ending_of(message.get());
        if (seconds_since(last_) > camera_.stall)
            return {Ending::Kind::kFailed, "the camera sends no pictures", ""};
    }
    return {};
}

}  // namespace ausm::rtsp
