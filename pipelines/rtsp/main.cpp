// SPDX-License-Identifier: MIT
// ausm-rtsp: cameras in, the same cameras with masks out, by RTSP.
#include "pipelines/rtsp/http.h"
#include "pipelines/rtsp/log.h"
#include "pipelines/rtsp/rtsp_server.h"

#include <glib-unix.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace ausm::rtsp {
namespace {

constexpr guint kTick = 200;  // milliseconds between pictures that stand in for the camera's

struct Options {
    std::string config;
    bool check = false;
};

Options read_options(int argc, char** argv) {
    char* config = nullptr;
    gboolean check = FALSE, version = FALSE;
    const GOptionEntry entries[] = {
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &config, "Cameras and settings, JSON", "FILE"},
        {"check", 0, 0, G_OPTION_ARG_NONE, &check, "Say whether the file is right, and end", nullptr},
        {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version, and end", nullptr},
        {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
    const Owned<GOptionContext> context(g_option_context_new(nullptr));
    g_option_context_set_summary(context.get(),
                                 "Serves cameras by RTSP with what is in them marked, hidden or left alone.");
    g_option_context_set_description(
        context.get(),
        "The least that a file can say: {\"cameras\": [{\"name\": \"yard\", \"uri\": \"rtsp://...\"}]}\n"
        "SIGTERM and Ctrl-C end the service; states are saved. All settings: pipelines/rtsp/README.md");
    g_option_context_add_main_entries(context.get(), entries, nullptr);
    g_option_context_add_group(context.get(), gst_init_get_option_group());
    GError* raw = nullptr;
    const bool parsed = g_option_context_parse(context.get(), &argc, &argv, &raw);
    const Owned<GError> error(raw);
    const Owned<char> owned(config);
    if (!parsed)
        throw Failure(std::string(error->message) + "; --help lists the options.");
    if (version) {
        std::printf("ausm-rtsp %s\n", AUSM_VERSION);
        std::exit(EXIT_SUCCESS);
    }
    if (!config || argc > 1)
        throw Failure("give the file of settings by --config FILE; --help tells more.");
    return {config, check != FALSE};
}

void hide_secrets(const Config& config) {
    hide_in_logs(config.password, "***");
    for (const CameraConfig& camera : config.cameras) {
        hide_in_logs(camera.uri, "the address of " + camera.name);
        hide_in_logs(camera.password, "***");
    }
}

/// One run of the service.
class Service {
public:
    explicit Service(const Config& config) : loop_(g_main_loop_new(nullptr, FALSE)), engine_(config) {
        for (std::size_t i = 0; i < config.cameras.size(); ++i)
            cameras_.push_back(std::make_unique<Camera>(config, i, engine_));
        rtsp_.emplace(config, cameras_);
        http_.emplace(config, cameras_);
    }

    void run() {
        engine_.start([this](const std::string& reason) {
            failure_ = reason;
            g_main_loop_quit(loop_.get());
        });
        for (const auto& camera : cameras_)
            camera->start();
        const guint sources[] = {g_unix_signal_add(SIGTERM, on_stop, this), g_unix_signal_add(SIGINT, on_stop, this),
                                 g_timeout_add(kTick, on_tick, this)};
        log_event(Level::kInfo, "listening",
                  {{"rtsp-port", std::int64_t(rtsp_->port())},
                   {"http-port", std::int64_t(http_->port())},
                   {"cameras", std::int64_t(cameras_.size())}});
        g_main_loop_run(loop_.get());
        for (const guint source : sources)
            g_source_remove(source);
        stop();
    }

private:
    void stop() {
        for (const auto& camera : cameras_)
            camera->stop();
        engine_.stop();
        http_.reset();
        rtsp_.reset();
        if (!failure_.empty())
            throw Failure("the model's pipeline has failed: " + failure_);
        log_event(Level::kInfo, "stopped");
    }
    static gboolean on_stop(gpointer self) noexcept {
        g_main_loop_quit(static_cast<Service*>(self)->loop_.get());
        return G_SOURCE_CONTINUE;
    }
    static gboolean on_tick(gpointer self) noexcept {
        try {
            for (const auto& camera : static_cast<Service*>(self)->cameras_)
                camera->tick();
        } catch (const std::exception& failure) {
            log_event(Level::kError, "tick-failed", {{"reason", failure.what()}});
        }
        return G_SOURCE_CONTINUE;
    }

    Owned<GMainLoop> loop_;
    std::string failure_;
    Engine engine_;
    Cameras cameras_;
    std::optional<RtspServer> rtsp_;
    std::optional<HttpServer> http_;
};

}  // namespace
}  // namespace ausm::rtsp

int main(int argc, char** argv) {
    using namespace ausm::rtsp;
    Options options;
    Config config;
    try {
        options = read_options(argc, argv);
        config = read_config(options.config);
        check_elements(config);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "ausm-rtsp: %s%s%s\n", options.config.c_str(), options.config.empty() ? "" : ": ",
                     failure.what());
        return 2;
    }
    if (options.check) {
        std::printf("%s is right: %zu cameras\n", options.config.c_str(), config.cameras.size());
        return EXIT_SUCCESS;
    }
    hide_secrets(config);
    log_glib_messages();
    try {
        Service(config).run();
        return EXIT_SUCCESS;
    } catch (const std::exception& failure) {
        log_event(Level::kError, "failed", {{"reason", failure.what()}});
        return EXIT_FAILURE;
    }
}
