// SPDX-License-Identifier: MIT
// A small RTSP server that behaves as badly as it is told to.
#include "fake_camera.h"

#include <stdexcept>

namespace ausm::test {

namespace {

std::string camera_line(const FakeCamera::Kind& kind) {
    const auto text = [](int number) { return std::to_string(number); };
    const int across = kind.width / 4, up = kind.height / 4;
    return "( videotestsrc is-live=true pattern=white ! video/x-raw,format=I420,width=" +
           text(kind.width - 2 * across) + ",height=" + text(kind.height - 2 * up) + ",framerate=" + text(kind.rate) +
           "/1 ! videobox left=-" + text(across) + " right=-" + text(across) + " top=-" + text(up) + " bottom=-" +
           text(up) +
           " ! valve name=valve ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=5 ! "
           "rtph264pay name=pay0 pt=96 config-interval=-1 )";
}

void protect(GstRTSPServer* server, GstRTSPMediaFactory* factory, const FakeCamera::Kind& kind) {
    GstRTSPAuth* auth = gst_rtsp_auth_new();
    GstRTSPToken* token = gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "user", nullptr);
    gchar* basic = gst_rtsp_auth_make_basic(kind.user.c_str(), kind.password.c_str());
    gst_rtsp_auth_add_basic(auth, basic, token);
    gst_rtsp_media_factory_add_role(factory, "user", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
                                    GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, nullptr);
    gst_rtsp_server_set_auth(server, auth);
    g_free(basic);
    gst_rtsp_token_unref(token);
    g_object_unref(auth);
}

/// The one before may need a moment to let go of the port.
GSource* listen(GstRTSPServer* server) {
    GError* error = nullptr;
    for (int tries = 0; tries < 50; ++tries) {
        g_clear_error(&error);
        if (GSource* source = gst_rtsp_server_create_source(server, nullptr, &error))
            return source;
        g_usleep(100'000);
    }
    const gst::Owned<GError> owned(error);
    throw std::runtime_error(std::string("the camera cannot listen: ") + (error ? error->message : "unknown reason"));
}

}  // namespace

FakeCamera::FakeCamera(Kind kind) : context_(g_main_context_new()), loop_(g_main_loop_new(context_, FALSE)) {
    thread_ = std::thread([this] {
        g_main_context_push_thread_default(context_);
        g_main_loop_run(loop_);
        g_main_context_pop_thread_default(context_);
    });
    live(std::move(kind));
}

FakeCamera::~FakeCamera() {
    die();
    g_main_loop_quit(loop_);
    thread_.join();
    g_main_loop_unref(loop_);
    g_main_context_unref(context_);
}

void FakeCamera::live(Kind kind) {
    die();
    kind_ = std::move(kind);
    server_ = gst_rtsp_server_new();
    gst_rtsp_server_set_address(server_, "127.0.0.1");
    gst_rtsp_server_set_service(server_, std::to_string(port_).c_str());
    GstRTSPMediaFactory* factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, camera_line(kind_).c_str());
    gst_rtsp_media_factory_set_shared(factory, TRUE);
    if (!kind_.user.empty())
        protect(server_, factory, kind_);
    g_signal_connect(factory, "media-configure", G_CALLBACK(on_configure), this);
    GstRTSPMountPoints* mounts = gst_rtsp_server_get_mount_points(server_);
    gst_rtsp_mount_points_add_factory(mounts, "/camera", factory);
    g_object_unref(mounts);
    source_ = listen(server_);
    g_source_attach(source_, context_);
    port_ = gst_rtsp_server_get_bound_port(server_);
}

void FakeCamera::die() {
    if (!server_)
        return;
    g_source_destroy(source_);
    g_source_unref(source_);
    const auto remove = [](GstRTSPServer*, GstRTSPClient*, gpointer) { return GST_RTSP_FILTER_REMOVE; };
    g_list_free_full(gst_rtsp_server_client_filter(server_, remove, nullptr), g_object_unref);
    g_clear_object(&server_);
    const std::lock_guard lock(mutex_);
    valves_.clear();
}

void FakeCamera::on_configure(GstRTSPMediaFactory*, GstRTSPMedia* media, gpointer data) noexcept {
    auto* self = static_cast<FakeCamera*>(data);
    const gst::Owned<GstElement> bin(gst_rtsp_media_get_element(media));
    const std::lock_guard lock(self->mutex_);
    self->valves_.emplace_back(gst_bin_get_by_name(GST_BIN(bin.get()), "valve"));
}

void FakeCamera::fall_silent() {
    const std::lock_guard lock(mutex_);
    for (const auto& valve : valves_)
        g_object_set(valve.get(), "drop", TRUE, nullptr);
}

}  // namespace ausm::test
