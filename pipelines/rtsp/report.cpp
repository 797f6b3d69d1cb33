// SPDX-License-Identifier: MIT
// The figures of all cameras as Prometheus' text and as JSON.
#include "pipelines/rtsp/http.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

namespace ausm::rtsp {

namespace {

const char* name_of(InputState state) {
    static const char* const names[] = {"idle", "connecting", "playing", "waiting"};
    return names[static_cast<int>(state)];
}

double picture_age(const Figures& figures) {
    return figures.last_picture == 0 ? -1 : seconds_since(figures.last_picture);
}

double quantile(std::vector<double> values, double share) {
    if (values.empty())
        return NAN;
    std::sort(values.begin(), values.end());
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
    return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

std::string number(double value) {
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    return std::isnan(value) ? "NaN" : g_ascii_formatd(text, sizeof text, "%.9g", value);
}

struct Metric {
    const char *name, *type, *help;
    std::function<double(const Figures&)> value;
};

const std::vector<Metric>& metrics() {
    static const std::vector<Metric> all{
        {"ausm_frames_received_total", "counter", "Pictures that the camera has sent.",
         [](const Figures& f) { return static_cast<double>(f.received); }},
        {"ausm_frames_segmented_total", "counter", "Pictures that have gone through the model.",
         [](const Figures& f) { return static_cast<double>(f.segmented); }},
        {"ausm_frames_notice_total", "counter", "Pictures of the output that stood in for the camera's.",
         [](const Figures& f) { return static_cast<double>(f.notices); }},
        {"ausm_reconnects_total", "counter", "Connections after the first one that brought a picture.",
         [](const Figures& f) { return static_cast<double>(f.connections > 0 ? f.connections - 1 : 0); }},
        {"ausm_input_failures_total", "counter", "Times that the input failed.",
         [](const Figures& f) { return static_cast<double>(f.failures); }},
        {"ausm_memory_forgotten_total", "counter", "Times that the memory was given up after forget-after.",
         [](const Figures& f) { return static_cast<double>(f.forgotten); }},
        {"ausm_objects", "gauge", "Objects on the last picture.",
         [](const Figures& f) { return static_cast<double>(f.objects.size()); }},
        {"ausm_up", "gauge", "1 while the camera brings pictures.",
         [](const Figures& f) { return f.state == InputState::kPlaying ? 1.0 : 0.0; }},
        {"ausm_watched", "gauge", "1 while somebody watches.", [](const Figures& f) { return f.watched ? 1.0 : 0.0; }},
    };
    return all;
}

void add_head(std::string& text, const char* name, const char* type, const char* help) {
    text += std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
}

/// Names of cameras need no escapes.
std::string label(const Camera& camera) { return "camera=\"" + camera.config().name + "\""; }

void add_latency(std::string& text, const Camera& camera, const Figures& figures) {
    for (const char* share : {"0.5", "0.95", "0.99"})
        text += "ausm_latency_seconds{" + label(camera) + ",quantile=\"" + share + "\"} " +
                number(quantile(figures.latencies, g_ascii_strtod(share, nullptr))) + "\n";
    text += "ausm_latency_seconds_sum{" + label(camera) + "} " + number(figures.latency_sum) + "\n";
    text += "ausm_latency_seconds_count{" + label(camera) + "} " + std::to_string(figures.latency_count) + "\n";
}

void add_process(std::string& text) {
    std::ifstream statm("/proc/self/statm");
    double total = 0, resident = 0;
    statm >> total >> resident;
    const auto entries = [](const char* folder) {
        return static_cast<double>(std::distance(std::filesystem::directory_iterator(folder), {}));
    };
    const auto add = [&text](const char* name, const char* help, double value) {
        add_head(text, name, "gauge", help);
        text += std::string(name) + " " + number(value) + "\n";
    };
    add("process_resident_memory_bytes", "Resident memory.", resident * static_cast<double>(sysconf(_SC_PAGESIZE)));
    add("process_open_fds", "Open file descriptors.", entries("/proc/self/fd") - 1);  // one is for counting
    add("process_threads", "Threads.", entries("/proc/self/task"));
}

}  // namespace

std::string metrics_text(const Cameras& cameras) {
    std::vector<Figures> figures;
    for (const auto& camera : cameras)
        figures.push_back(camera->figures());
    std::string text;
    for (const Metric& metric : metrics()) {
        add_head(text, metric.name, metric.type, metric.help);
        for (std::size_t i = 0; i < cameras.size(); ++i)
            text +=
                std::string(metric.name) + "{" + label(*cameras[i]) + "} " + number(metric.value(figures[i])) + "\n";
    }
    add_head(text, "ausm_latency_seconds", "summary", "From the camera's picture to the masked one; the last 512.");
    for (std::size_t i = 0; i < cameras.size(); ++i)
        add_latency(text, *cameras[i], figures[i]);
    add_process(text);
    return text;
}

std::string health_text(const Cameras& cameras, bool& well) {
    const Owned<JsonBuilder> builder(json_builder_new());
    JsonBuilder* const b = builder.get();
    well = true;
    json_builder_begin_object(b);
    json_builder_begin_array(json_builder_set_member_name(b, "cameras"));
    for (const auto& camera : cameras) {
        const Figures figures = camera->figures();
        well = well && (figures.state == InputState::kPlaying || figures.state == InputState::kIdle);
        json_builder_begin_object(b);
        json_builder_add_string_value(json_builder_set_member_name(b, "name"), camera->config().name.c_str());
        json_builder_add_string_value(json_builder_set_member_name(b, "mount"), camera->config().mount.c_str());
        json_builder_add_string_value(json_builder_set_member_name(b, "input"), name_of(figures.state));
        json_builder_add_string_value(json_builder_set_member_name(b, "reason"), figures.reason.c_str());
        json_builder_add_double_value(json_builder_set_member_name(b, "picture-age"), picture_age(figures));
        json_builder_begin_array(json_builder_set_member_name(b, "objects"));
        for (const std::int64_t id : figures.objects)
            json_builder_add_int_value(b, id);
        json_builder_end_array(b);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
    json_builder_add_string_value(json_builder_set_member_name(b, "status"), well ? "well" : "degraded");
    json_builder_end_object(b);
    const Owned<JsonNode> root(json_builder_get_root(b));
    return std::string(Owned<char>(json_to_string(root.get(), FALSE)).get()) + "\n";
}

}  // namespace ausm::rtsp
