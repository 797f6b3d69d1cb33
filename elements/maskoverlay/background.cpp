// SPDX-License-Identifier: MIT
// The picture that takes the place of what is replaced.
#include "elements/maskoverlay/background.h"

#include "elements/maskoverlay/convert.h"
#include "gst/gstausmpicture.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace ausm::gst::overlay {
namespace {

/// The largest part in the middle of a picture that has the shape of the video.
Part covering_part(int width, int height, const GstVideoInfo& video) {
    const double shape = static_cast<double>(video.width) * std::max(video.par_n, 1) /
                         (static_cast<double>(video.height) * std::max(video.par_d, 1));
    const int wide = std::clamp(static_cast<int>(std::lround(height * shape)), 1, width);
    const int high = std::clamp(static_cast<int>(std::lround(width / shape)), 1, height);
    return {(width - wide) / 2, (height - high) / 2, wide, high};
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
    fitted_.reset();
    buffer_.reset();
    if (path.empty())
        return {};
    auto read = read_picture(path);
    if (auto* wrong = std::get_if<std::string>(&read))
        return std::move(*wrong);
    original_ = std::get<io::RgbPicture>(std::move(read));
    return {};
}

void Background::fit(const GstVideoInfo& info) {
    fitted_.reset();
    if (original_.pixels.empty())
        return;
    GstVideoInfo from, to = info;
    const Owned<GstBuffer> original = buffer_of(original_, from);
    // A converter does neither change rates nor make fields.
    from.fps_n = info.fps_n;
    from.fps_d = info.fps_d;
    to.interlace_mode = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
    buffer_.reset(gst_buffer_new_allocate(nullptr, info.size, nullptr));
    const Converter converter(from, covering_part(original_.width, original_.height, info), to);
    FramePicture source(original.get(), from, GST_MAP_READ);
    fitted_ = std::make_unique<FramePicture>(buffer_.get(), to, GST_MAP_READWRITE);
    if (!source.error().empty() || !fitted_->error().empty())
        throw std::runtime_error("the background cannot be mapped");
    converter.convert(*source.frame(), *fitted_->frame());
}

}  // namespace ausm::gst::overlay
