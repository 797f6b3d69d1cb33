// SPDX-License-Identifier: MIT
// From pictures to the encoder of the viewers, and the notice when there are none.
#include "pipelines/rtsp/output.h"

#include <gst/app/app.h>
#include <gst/video/video.h>

#include <algorithm>
#include <iterator>

namespace ausm::rtsp {

namespace {

std::string media_line(const CameraConfig& camera) {
    return "( " + picture_source(camera, 4) +
           "do-timestamp=true ! textoverlay name=notice silent=true shaded-background=true valignment=center "
           "halignment=center ! x264enc tune=zerolatency speed-preset=veryfast key-int-max=50 bitrate=" +
           std::to_string(camera.bitrate) + " ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )";
}

Owned<GstBuffer> black_picture(const CameraConfig& camera) {
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, static_cast<guint>(camera.width),
                              static_cast<guint>(camera.height));
    Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr));
    const gsize luma = GST_VIDEO_INFO_PLANE_OFFSET(&info, 1);
    gst_buffer_memset(buffer.get(), 0, 16, luma);
    gst_buffer_memset(buffer.get(), luma, 128, GST_VIDEO_INFO_SIZE(&info) - luma);
    return buffer;
}

std::string clock_text() {
    const Owned<GDateTime> now(g_date_time_new_now_local());
    return Owned<char>(g_date_time_format(now.get(), "%H:%M:%S")).get();
}

}  // namespace

Output::Output(const CameraConfig& camera, FigureBoard& figures)
    : camera_(camera), figures_(figures), black_(black_picture(camera)) {
    (void)make_pipeline(media_line(camera));  // a missing element is said now, not to the first viewer
}

/// The server has been taken down, and with it every media that is not in the list.
Output::~Output() {
    if (!factory_)
        return;
    g_signal_handlers_disconnect_by_data(factory_, this);
    for (const Viewing& viewing : viewings_) {
        g_signal_handlers_disconnect_by_data(viewing.media, this);
        g_object_weak_unref(G_OBJECT(viewing.media), on_gone, this);
    }
    g_object_unref(factory_);
}

void Output::attach(GstRTSPMountPoints* mounts, const std::string& role) {
    factory_ = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory_, media_line(camera_).c_str());
    gst_rtsp_media_factory_set_shared(factory_, TRUE);
    if (!role.empty())
        gst_rtsp_media_factory_add_role(factory_, role.c_str(), GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN,
                                        TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, nullptr);
    g_signal_connect(factory_, "media-configure", G_CALLBACK(on_configure), this);
    gst_rtsp_mount_points_add_factory(mounts, camera_.mount.c_str(), GST_RTSP_MEDIA_FACTORY(g_object_ref(factory_)));
}

void Output::on_configure(GstRTSPMediaFactory*, GstRTSPMedia* media, gpointer data) noexcept {
    auto* self = static_cast<Output*>(data);
    const Owned<GstElement> bin(gst_rtsp_media_get_element(media));
    g_signal_connect(media, "unprepared", G_CALLBACK(on_unprepared), self);
    g_object_weak_ref(G_OBJECT(media), on_gone, self);  // one that could not be prepared
    {
        const std::lock_guard lock(self->mutex_);
        self->viewings_.push_back({media, element_in(bin.get(), "input"), element_in(bin.get(), "notice")});
    }
    self->figures_.change([](Figures& figures) { figures.watched = true; });
}

void Output::on_unprepared(GstRTSPMedia* media, gpointer data) noexcept {
    if (static_cast<Output*>(data)->remove(G_OBJECT(media)))
        g_object_weak_unref(G_OBJECT(media), on_gone, data);
}

void Output::on_gone(gpointer data, GObject* media) noexcept { static_cast<Output*>(data)->remove(media); }

/// True when it was there.
bool Output::remove(const GObject* media) {
    std::vector<Viewing> ended;  // let go of without the lock
    bool watched = true;
    {
        const std::lock_guard lock(mutex_);
        const auto end = std::partition(viewings_.begin(), viewings_.end(),
                                        [media](const Viewing& viewing) { return G_OBJECT(viewing.media) != media; });
        std::move(end, viewings_.end(), std::back_inserter(ended));
        viewings_.erase(end, viewings_.end());
        watched = !viewings_.empty();
    }
    figures_.change([watched](Figures& figures) { figures.watched = watched; });
    return !ended.empty();
}

bool Output::watched() const {
    const std::lock_guard lock(mutex_);
    return !viewings_.empty();
}

void Output::set_reason(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    reason_ = reason;
}

/// The lock is held.
std::string Output::notice_text() const {
    return camera_.name + ": no picture" + (since_.empty() ? "" : " since " + since_) + "\n" + reason_;
}

/// The lock is held; the encoder's queue never makes us wait.
void Output::push(GstBuffer* picture, const std::string& notice) {
    for (const Viewing& viewing : viewings_) {
        g_object_set(viewing.notice.get(), "silent", notice.empty(), "text", notice.c_str(), nullptr);
        gst_app_src_push_buffer(GST_APP_SRC(viewing.input.get()), gst_buffer_copy(picture));
    }
}

void Output::show(GstSample* sample) {
    Owned<GstBuffer> picture(gst_buffer_new());
    gst_buffer_copy_into(picture.get(), gst_sample_get_buffer(sample), GST_BUFFER_COPY_MEMORY, 0, G_MAXSIZE);
    const std::lock_guard lock(mutex_);
    push(picture.get(), "");
    last_ = std::move(picture);
    last_time_ = g_get_monotonic_time();
    since_ = clock_text();
}

void Output::tick() {
    const std::lock_guard lock(mutex_);
    if (viewings_.empty() || (last_ && seconds_since(last_time_) < camera_.notice))
        return;
    push(last_ && camera_.show != Show::kHidden ? last_.get() : black_.get(), notice_text());
    figures_.change([](Figures& figures) { ++figures.notices; });
}

}  // namespace ausm::rtsp
