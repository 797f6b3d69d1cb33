// SPDX-License-Identifier: MIT
// The pipeline with the model: a branch for each camera, and what its messages become.
#include "pipelines/rtsp/engine.h"

#include "pipelines/rtsp/log.h"

namespace ausm::rtsp {

namespace {

/// From the service's pictures to ausmsegment: a picture that waits gives way to a newer one.
std::string head_line(const CameraConfig& camera) {
    return picture_source(camera, 1) + "do-timestamp=true" + (camera.prompt.empty() ? "" : " ! ausmprompt name=prompt");
}

std::string tail_line(const CameraConfig& camera) {
    std::string line;
    if (camera.show != Show::kUntouched)
        line = std::string("maskoverlay name=overlay") + (camera.show == Show::kHidden ? " effect=blur ! " : " ! ");
    return line + "appsink name=output sync=false async=false max-buffers=1";  // a silent camera holds nobody up
}

std::string text_of(const GstStructure* structure, const char* field) {
    const char* text = gst_structure_get_string(structure, field);
    return text ? text : "";
}

bool flag_of(const GstStructure* structure, const char* field) {
    gboolean flag = FALSE;
    gst_structure_get_boolean(structure, field, &flag);
    return flag;
}

gint64 number_of(const GstStructure* structure, const char* field) {
    gint64 number = 0;
    gst_structure_get_int64(structure, field, &number);
    return number;
}

void log_element_message(const GstStructure* structure, const std::string& camera) {
    const std::string reason = text_of(structure, "reason");
    if (gst_structure_has_name(structure, "ausm-object")) {
        log_event(Level::kInfo, "object",
                  {{"camera", camera},
                   {"what", text_of(structure, "event")},
                   {"id", number_of(structure, "id")},
                   {"label", text_of(structure, "label")}});
    } else if (gst_structure_has_name(structure, "ausm-prompt")) {
        const bool accepted = flag_of(structure, "accepted");
        log_event(accepted ? Level::kInfo : Level::kWarning, "prompt",
                  {{"camera", camera},
                   {"accepted", accepted},
                   {"object", number_of(structure, "object")},
                   {"reason", reason}});
    } else if (gst_structure_has_name(structure, "ausm-state")) {
        const bool done = flag_of(structure, "done");
        log_event(done ? Level::kInfo : Level::kWarning, "state",
                  {{"camera", camera},
                   {"action", text_of(structure, "action")},
                   {"location", text_of(structure, "location")},
                   {"done", done},
                   {"reason", reason}});
    } else if (gst_structure_has_name(structure, "ausm-reset")) {
        log_event(Level::kInfo, "reset", {{"camera", camera}, {"reason", reason}});
    }
}

}  // namespace

Engine::Engine(const Config& config) : pipeline_(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new("engine")))) {
    // Pictures go on as soon as they are there, so nobody needs to know how long the model takes.
    segment_ = make_pipeline("ausmsegment latency=0 reset-on=flush");
    set_properties(segment_.get(), config.segment);
    gst_bin_add(GST_BIN(pipeline_.get()), segment_.get());
}

Engine::~Engine() {
    if (watch_ != 0)
        g_source_remove(watch_);
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

void Engine::add(const CameraConfig& camera, const std::string& state, Taker taker) {
    const auto head = make_bin(head_line(camera)), tail = make_bin(tail_line(camera));
    auto branch = std::make_unique<Branch>(
        Branch{camera.name, element_in(head.get(), "input"), element_in(tail.get(), "output"), std::move(taker)});
    if (const auto prompt = element_in(head.get(), "prompt"))
        set_properties(prompt.get(), camera.prompt);
    if (const auto overlay = element_in(tail.get(), "overlay"))
        set_properties(overlay.get(), camera.overlay);
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = on_sample;
    gst_app_sink_set_callbacks(GST_APP_SINK(branch->output.get()), &callbacks, branch.get(), nullptr);
    gst_bin_add_many(GST_BIN(pipeline_.get()), head.get(), tail.get(), nullptr);
    const std::string number = std::to_string(branches_.size());
    const Owned<GstPad> sink(gst_element_request_pad_simple(segment_.get(), ("sink_" + number).c_str()));
    if (!state.empty())
        g_object_set(sink.get(), "state-location", state.c_str(), nullptr);
    if (!gst_element_link_pads(head.get(), nullptr, segment_.get(), ("sink_" + number).c_str()) ||
        !gst_element_link_pads(segment_.get(), ("src_" + number).c_str(), tail.get(), nullptr))
        throw Failure("the pipeline of camera " + camera.name + " cannot be joined.");
    branches_.push_back(std::move(branch));
}

void Engine::start(std::function<void(const std::string&)> on_failure) {
    on_failure_ = std::move(on_failure);
    const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        const Owned<GstMessage> error(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
        throw Failure(error ? problem_text(error.get()) : "the model cannot be started.");
    }
    watch_ = gst_bus_add_watch(bus.get(), on_message, this);
}

void Engine::stop() {
    gst_element_set_state(pipeline_.get(), GST_STATE_READY);
    const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    while (const Owned<GstMessage> message{gst_bus_pop(bus.get())})
        report(message.get());
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

void Engine::push(std::size_t camera, GstBuffer* picture) const {
    GstBuffer* const own = gst_buffer_copy(picture);  // the bytes are shared
    GST_BUFFER_PTS(own) = GST_BUFFER_DTS(own) = GST_BUFFER_DURATION(own) = GST_CLOCK_TIME_NONE;
    GST_BUFFER_FLAG_UNSET(own, GST_BUFFER_FLAG_DISCONT);
    gst_app_src_push_buffer(GST_APP_SRC(branches_[camera]->input.get()), own);
}

void Engine::forget(std::size_t camera) const {
    GstElement* const input = branches_[camera]->input.get();
    gst_element_send_event(input, gst_event_new_flush_start());
    gst_element_send_event(input, gst_event_new_flush_stop(FALSE));
}

GstFlowReturn Engine::on_sample(GstAppSink* sink, gpointer data) noexcept {
    const auto* branch = static_cast<const Branch*>(data);
    const Owned<GstSample> sample(gst_app_sink_pull_sample(sink));
    if (!sample)
        return GST_FLOW_OK;  // a flush took it
    const GstClockTime now = gst_element_get_current_running_time(GST_ELEMENT(sink));
    const GstClockTime then = GST_BUFFER_PTS(gst_sample_get_buffer(sample.get()));
    const bool known = GST_CLOCK_TIME_IS_VALID(now) && GST_CLOCK_TIME_IS_VALID(then) && now > then;
    try {
        branch->taker(sample.get(), known ? static_cast<double>(now - then) / GST_SECOND : 0);
    } catch (const std::exception& failure) {
        log_event(Level::kError, "picture-failed", {{"camera", branch->name}, {"reason", failure.what()}});
    }
    return GST_FLOW_OK;
}

/// Pads are called sink_0, sink_1, ... in the order of the cameras.
std::string Engine::camera_of(const GstStructure* structure) const {
    const std::string pad = text_of(structure, "pad");
    const auto number = pad.starts_with("sink_") ? g_ascii_strtoull(pad.c_str() + 5, nullptr, 10) : branches_.size();
    return number < branches_.size() ? branches_[number]->name : "";
}

void Engine::report(GstMessage* message) const {
    const GstStructure* structure = gst_message_get_structure(message);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT && structure)
        log_element_message(structure, camera_of(structure));
    else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
        log_event(Level::kWarning, "engine", {{"reason", problem_text(message)}});
}

gboolean Engine::on_message(GstBus*, GstMessage* message, gpointer data) noexcept {
    const auto* self = static_cast<const Engine*>(data);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        self->on_failure_(problem_text(message));
    else
        self->report(message);
    return G_SOURCE_CONTINUE;
}

}  // namespace ausm::rtsp
