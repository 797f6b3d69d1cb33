// SPDX-License-Identifier: MIT
// Who may watch, and the end of viewers that have vanished.
#include "pipelines/rtsp/rtsp_server.h"

#include <gst/video/video.h>

namespace ausm::rtsp {

namespace {

constexpr guint kCleanUp = 10;           // seconds between looks at sessions whose viewer has vanished
constexpr const char* kRole = "viewer";  // who has given user and password

gboolean on_clean_up(gpointer server) noexcept {
    GstRTSPSessionPool* pool = gst_rtsp_server_get_session_pool(static_cast<GstRTSPServer*>(server));
    gst_rtsp_session_pool_cleanup(pool);
    g_object_unref(pool);
    return G_SOURCE_CONTINUE;
}

/// Whoever joins needs a whole picture; the encoder is the same for all.
void on_play(GstRTSPClient*, GstRTSPContext* context, gpointer) noexcept {
    if (!context->media)
        return;
    const Owned<GstElement> bin(gst_rtsp_media_get_element(context->media));
    if (const auto pay = element_in(bin.get(), "pay0"))
        gst_element_send_event(pay.get(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

void on_connected(GstRTSPServer*, GstRTSPClient* client, gpointer) noexcept {
    g_signal_connect(client, "play-request", G_CALLBACK(on_play), nullptr);
}

GstRTSPFilterResult remove_client(GstRTSPServer*, GstRTSPClient*, gpointer) noexcept { return GST_RTSP_FILTER_REMOVE; }

}  // namespace

RtspServer::RtspServer(const Config& config, const std::vector<std::unique_ptr<Camera>>& cameras)
    : server_(gst_rtsp_server_new()) {
    gst_rtsp_server_set_address(server_.get(), config.listen.c_str());
    gst_rtsp_server_set_service(server_.get(), std::to_string(config.rtsp_port).c_str());
    if (!config.user.empty())
        protect(config);
    g_signal_connect(server_.get(), "client-connected", G_CALLBACK(on_connected), nullptr);
    GstRTSPMountPoints* mounts = gst_rtsp_server_get_mount_points(server_.get());
    for (const auto& camera : cameras)
        camera->output().attach(mounts, config.user.empty() ? "" : kRole);
    g_object_unref(mounts);
    source_ = gst_rtsp_server_attach(server_.get(), nullptr);
    if (source_ == 0)
        throw Failure("$.rtsp-port: " + config.listen + " port " + std::to_string(config.rtsp_port) +
                      " cannot be listened on; is another service there?");
    clean_up_ = g_timeout_add_seconds(kCleanUp, on_clean_up, server_.get());
}

RtspServer::~RtspServer() {
    if (clean_up_ != 0)
        g_source_remove(clean_up_);
    if (source_ != 0)
        g_source_remove(source_);
    g_list_free_full(gst_rtsp_server_client_filter(server_.get(), remove_client, nullptr), g_object_unref);
}

/// The password itself never crosses the network.
void RtspServer::protect(const Config& config) {
    const Owned<GstRTSPAuth> auth(gst_rtsp_auth_new());
    const Owned<GstRTSPToken> token(
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, kRole, nullptr));
    gst_rtsp_auth_set_supported_methods(auth.get(), GST_RTSP_AUTH_DIGEST);
    gst_rtsp_auth_add_digest(auth.get(), config.user.c_str(), config.password.c_str(), token.get());
    gst_rtsp_server_set_auth(server_.get(), auth.get());
}

}  // namespace ausm::rtsp
