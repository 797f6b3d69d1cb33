// SPDX-License-Identifier: MIT
// The picture that takes the place of what is replaced.
#include "elements/maskoverlay/background.h"

#include "gst/gstausmpicture.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace ausm::gst::overlay {
namespace {

double shape(const GstVideoInfo& info) noexcept {
    return static_cast<double>(info.width) * std::max(info.par_n, 1) /
           (static_cast<double>(info.height) * std::max(info.par_d, 1));
}

/// The largest part in the middle of a picture that has the shape of the video.
Part covering_part(const GstVideoInfo& from, const GstVideoInfo& video) {
    const double ratio = shape(video) / shape(from);
    const int wide = std::clamp(static_cast<int>(std::lround(from.width * ratio)), 1, from.width);
    const int high = std::clamp(static_cast<int>(std::lround(from.height / ratio)), 1, from.height);
    return {(from.width - wide) / 2, (from.height - high) / 2, wide, high};
}

/// The picture's pixels with the padding that GStreamer wants at the end of rows.
Owned<GstBuffer> buffer_of(const io::RgbPicture& picture, GstVideoInfo& info) {
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_RGB, static_cast<guint>(picture.width),
                              static_cast<guint>(picture.height));
    Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
    const auto row_bytes = static_cast<gsize>(picture.width) * 3;
    for (gsize y = 0; y < static_cast<gsize>(picture.height); ++y)
        gst_buffer_fill(buffer.get(), y * static_cast<gsize>(info.stride[0]), picture.pixels.data() + y * row_bytes,
                        row_bytes);
    return buffer;
}

}  // namespace

std::string Background::load(const std::string& path) {
    original_ = {};
    file_ = {};
    if (path.empty())
        return {};
    auto read = read_picture(path);
    if (auto* wrong = std::get_if<std::string>(&read))
        return std::move(*wrong);
    original_ = std::get<io::RgbPicture>(std::move(read));
    return {};
}

void Background::make_converter(const GstVideoInfo& from, const GstVideoInfo& to) {
    if (converted_ && gst_video_info_is_equal(&converted_->first, &from) &&
        gst_video_info_is_equal(&converted_->second, &to))
        return;
    converter_ = Converter(from, covering_part(from, to), to);
    converted_ = {from, to};
}

Background::Fitted Background::fitted(GstBuffer* original, const GstVideoInfo& from, const GstVideoInfo& info) {
    // A converter does neither change rates nor make fields.
    GstVideoInfo source_info = from, to = info;
    source_info.fps_n = info.fps_n;
    source_info.fps_d = info.fps_d;
    source_info.interlace_mode = to.interlace_mode = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
    Fitted made;
    made.buffer.reset(gst_buffer_new_allocate(nullptr, info.size, nullptr));
    FramePicture source(original, source_info, GST_MAP_READ);
    made.frame = std::make_unique<FramePicture>(made.buffer.get(), to, GST_MAP_READWRITE);
    for (const std::string& error : {source.error(), made.frame->error()})
        if (!error.empty())
            throw std::runtime_error(error);
    make_converter(source_info, to);
    converter_.convert(*source.frame(), *made.frame->frame());
    return made;
}

void Background::fit(const GstVideoInfo& info) {
    file_ = {};
    fed_ = {};
    shown_.reset();
    if (original_.pixels.empty())
        return;
    GstVideoInfo from;
    const Owned<GstBuffer> original = buffer_of(original_, from);
    file_ = fitted(original.get(), from, info);
}

std::string Background::show(const FedPicture* fed, const GstVideoInfo& info) {
    if (fed && fed->buffer.get() == shown_.get())
        return {};
    fed_ = {};
    shown_.reset();
    if (!fed)
        return {};
    try {
        fed_ = fitted(fed->buffer.get(), fed->info, info);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    shown_.reset(gst_buffer_ref(fed->buffer.get()));
    return {};
}

}  // namespace ausm::gst::overlay
