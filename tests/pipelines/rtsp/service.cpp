// SPDX-License-Identifier: MIT
// The process, its log line by line, and questions by HTTP.
#include "service.h"

#include <libsoup/soup.h>
#include <sys/prctl.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace ausm::test {

namespace {

std::string checked(GError* error) {
    const std::string text = error ? error->message : "";
    g_clear_error(&error);
    return text;
}

bool holds(const std::string& line, const std::string& event, const std::vector<std::string>& texts) {
    if (line.find("\"event\":\"" + event + "\"") == line.npos)
        return false;
    for (const std::string& text : texts)
        if (line.find(text) == line.npos)
            return false;
    return true;
}

int count_in(const std::vector<std::string>& lines, const std::string& event, const std::vector<std::string>& texts) {
    int found = 0;
    for (const std::string& line : lines)
        found += holds(line, event, texts) ? 1 : 0;
    return found;
}

/// An answer, in a context of its own.
std::string ask(const std::string& url, unsigned& status, const std::string& login) {
    SoupSession* session = soup_session_new_with_options("timeout", 10, nullptr);
    SoupMessage* message = soup_message_new("GET", url.c_str());
    if (!login.empty()) {
        gchar* code = g_base64_encode(reinterpret_cast<const guchar*>(login.data()), login.size());
        soup_message_headers_append(soup_message_get_request_headers(message), "Authorization",
                                    (std::string("Basic ") + code).c_str());
        g_free(code);
    }
    GBytes* body = soup_session_send_and_read(session, message, nullptr, nullptr);
    status = soup_message_get_status(message);
    gsize size = 0;
    const auto* data = body ? static_cast<const char*>(g_bytes_get_data(body, &size)) : nullptr;
    std::string text(data ? data : "", size);
    if (body)
        g_bytes_unref(body);
    g_object_unref(message);
    g_object_unref(session);
    return text;
}

}  // namespace

bool eventually(const std::function<bool()>& question, double seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (!question()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return true;
}

Folder::Folder() {
    gchar* made = g_dir_make_tmp("ausm-rtsp-XXXXXX", nullptr);
    path_ = made;
    g_free(made);
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
}

Finished run_service(const std::vector<std::string>& arguments) {
    std::vector<const char*> words{AUSM_RTSP};
    for (const std::string& argument : arguments)
        words.push_back(argument.c_str());
    words.push_back(nullptr);
    GError* error = nullptr;
    GSubprocess* process = g_subprocess_newv(
        words.data(), static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE),
        &error);
    if (!process)
        throw std::runtime_error(checked(error));
    gchar *output = nullptr, *errors = nullptr;
    g_subprocess_communicate_utf8(process, nullptr, nullptr, &output, &errors, nullptr);
    Finished finished{g_subprocess_get_if_exited(process) ? g_subprocess_get_exit_status(process) : -1, output, errors};
    g_free(output);
    g_free(errors);
    g_object_unref(process);
    return finished;
}

std::string member(const std::string& json, const char* name) {
    JsonNode* root = json_from_string(json.c_str(), nullptr);
    if (!root)
        return "";
    JsonNode* node = JSON_NODE_HOLDS_OBJECT(root) ? json_object_get_member(json_node_get_object(root), name) : nullptr;
    std::string text;
    if (node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
        text = json_node_get_string(node);
    else if (node && JSON_NODE_HOLDS_VALUE(node))
        text = std::to_string(json_node_get_int(node));
    json_node_unref(root);
    return text;
}

Service::Service(const std::string& config) {
    GError* error = nullptr;
    GSubprocessLauncher* launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_PIPE);
    // A test that crashes leaves no service behind.
    g_subprocess_launcher_set_child_setup(
        launcher, [](gpointer) { prctl(PR_SET_PDEATHSIG, SIGKILL); }, nullptr, nullptr);
    process_ = g_subprocess_launcher_spawn(launcher, &error, AUSM_RTSP, "--config", config.c_str(), nullptr);
    g_object_unref(launcher);
    if (!process_)
        throw std::runtime_error(checked(error));
    reader_ = std::thread([this] { read(); });
    if (!wait_for("listening", {}, 1, 120)) {
        for (const std::string& line : log())
            std::cerr << line << '\n';
        throw std::runtime_error("the service does not listen");
    }
}

Service::~Service() {
    g_subprocess_force_exit(process_);
    g_subprocess_wait(process_, nullptr, nullptr);
    reader_.join();
    g_object_unref(process_);
}

void Service::read() {
    GDataInputStream* stream = g_data_input_stream_new(g_subprocess_get_stderr_pipe(process_));
    while (gchar* line = g_data_input_stream_read_line(stream, nullptr, nullptr, nullptr)) {
        if (g_getenv("AUSM_TEST_LOG"))
            std::cerr << line << '\n';
        const std::lock_guard lock(mutex_);
        lines_.emplace_back(line);
        g_free(line);
        changed_.notify_all();
    }
    g_object_unref(stream);
}

std::vector<std::string> Service::log() const {
    const std::lock_guard lock(mutex_);
    return lines_;
}

int Service::count(const std::string& event, const std::vector<std::string>& texts) const {
    return count_in(log(), event, texts);
}

bool Service::wait_for(const std::string& event, const std::vector<std::string>& texts, int count,
                       double seconds) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::duration<double>(seconds),
                             [&] { return count_in(lines_, event, texts) >= count; });
}

std::string Service::url(const std::string& mount, const std::string& login) const {
    for (const std::string& line : log())
        if (holds(line, "listening", {}))
            return "rtsp://" + login + (login.empty() ? "" : "@") + "127.0.0.1:" + member(line, "rtsp-port") + mount;
    return "";
}

std::string Service::get(const std::string& path, unsigned& status, const std::string& login) const {
    for (const std::string& line : log())
        if (holds(line, "listening", {}))
            return ask("http://127.0.0.1:" + member(line, "http-port") + path, status, login);
    return "";
}

double Service::metric(const std::string& name) const {
    unsigned status = 0;
    const std::string text = "\n" + get("/metrics", status);
    const std::size_t at = text.find("\n" + name + " ");
    return at == text.npos ? -1 : g_ascii_strtod(text.c_str() + at + name.size() + 2, nullptr);
}

bool Service::wait_for_metric(const std::string& name, double least, double seconds) const {
    return eventually([&] { return metric(name) >= least; }, seconds);
}

std::string Service::objects() const {
    unsigned status = 0;
    const std::string text = get("/health", status);
    const std::string begin = "\"objects\":[";
    const std::size_t at = text.find(begin);
    return at == text.npos ? "?" : text.substr(at + begin.size(), text.find(']', at) - at - begin.size());
}

int Service::terminate() {
    g_subprocess_send_signal(process_, SIGTERM);
    g_subprocess_wait(process_, nullptr, nullptr);
    return g_subprocess_get_if_exited(process_) ? g_subprocess_get_exit_status(process_) : -1;
}

}  // namespace ausm::test
