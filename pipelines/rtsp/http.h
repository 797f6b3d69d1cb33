// SPDX-License-Identifier: MIT
// GET /metrics for Prometheus and GET /health for whoever watches over the service.
#pragma once

#include "pipelines/rtsp/camera.h"

#include <libsoup/soup.h>

#include <memory>
#include <vector>

namespace ausm::rtsp {

using Cameras = std::vector<std::unique_ptr<Camera>>;

/// Bound to the main thread.
class HttpServer {
public:
    /// Listens at once. Both outlive it. Throws Failure.
    HttpServer(const Config& config, const Cameras& cameras);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] int port() const { return port_; }

private:
    void listen();
    static void on_request(SoupServer* server, SoupServerMessage* message, const char* path, GHashTable* query,
                           gpointer self) noexcept;
    static gboolean on_password(SoupAuthDomain* domain, SoupServerMessage* message, const char* user,
                                const char* password, gpointer self) noexcept;

    const Config& config_;
    const Cameras& cameras_;
    SoupServer* server_;
    GSocketService* service_;
    int port_ = 0;
};

/// Prometheus' text format.
[[nodiscard]] std::string metrics_text(const Cameras& cameras);

/// A JSON object; `well` is false when a camera that is to be read brings no picture.
[[nodiscard]] std::string health_text(const Cameras& cameras, bool& well);

}  // namespace ausm::rtsp
