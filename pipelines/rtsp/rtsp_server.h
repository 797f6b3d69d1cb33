// SPDX-License-Identifier: MIT
// The RTSP side: one server, a mount for each camera.
#pragma once

#include "pipelines/rtsp/camera.h"

#include <memory>
#include <vector>

namespace ausm::rtsp {

/// Bound to the main thread.
class RtspServer {
public:
    /// Listens at once. The cameras outlive it. Throws Failure.
    RtspServer(const Config& config, const std::vector<std::unique_ptr<Camera>>& cameras);
    ~RtspServer();
    RtspServer(const RtspServer&) = delete;
    RtspServer& operator=(const RtspServer&) = delete;

    [[nodiscard]] int port() const { return gst_rtsp_server_get_bound_port(server_.get()); }

private:
    void protect(const Config& config);

    Owned<GstRTSPServer> server_;
    guint source_ = 0, clean_up_ = 0;
};

}  // namespace ausm::rtsp
