// SPDX-License-Identifier: MIT
// A GstBuffer as the picture that the model library reads.
#include "gstausmframe.h"

#include <algorithm>
#include <cstdint>

namespace ausm::gst {

std::optional<PixelFormat> pixel_format(GstVideoFormat format) noexcept {
    switch (format) {
    case GST_VIDEO_FORMAT_RGB: return PixelFormat::kRgb;
    case GST_VIDEO_FORMAT_BGR: return PixelFormat::kBgr;
    case GST_VIDEO_FORMAT_RGBA: return PixelFormat::kRgba;
    case GST_VIDEO_FORMAT_BGRA: return PixelFormat::kBgra;
    case GST_VIDEO_FORMAT_RGBx: return PixelFormat::kRgbx;
    case GST_VIDEO_FORMAT_BGRx: return PixelFormat::kBgrx;
    case GST_VIDEO_FORMAT_NV12: return PixelFormat::kNv12;
    case GST_VIDEO_FORMAT_I420: return PixelFormat::kI420;
    case GST_VIDEO_FORMAT_GRAY8: return PixelFormat::kGray8;
    default: return std::nullopt;
    }
}

ColorMatrix color_matrix(const GstVideoInfo& info) noexcept {
    switch (info.colorimetry.matrix) {
    case GST_VIDEO_COLOR_MATRIX_BT601:
    case GST_VIDEO_COLOR_MATRIX_FCC:  // differs from BT.601 in the third digit
        return ColorMatrix::kBt601;
    case GST_VIDEO_COLOR_MATRIX_BT709:
    case GST_VIDEO_COLOR_MATRIX_SMPTE240M:
    case GST_VIDEO_COLOR_MATRIX_BT2020:  // nearer to BT.709 than to BT.601
        return ColorMatrix::kBt709;
    default: return GST_VIDEO_INFO_HEIGHT(&info) <= 576 ? ColorMatrix::kBt601 : ColorMatrix::kBt709;
    }
}

namespace {

/// A decoder's padding may make the picture larger than the caps say, never smaller.
bool fits(const GstVideoMeta& meta, const GstVideoInfo& info) noexcept {
    return meta.format == GST_VIDEO_INFO_FORMAT(&info) && meta.n_planes == GST_VIDEO_INFO_N_PLANES(&info) &&
           meta.width >= static_cast<guint>(info.width) && meta.height >= static_cast<guint>(info.height);
}

/// Whole pixels, with the bytes that no component has: drawing writes them back.
bool is_inside_memory(const GstVideoFrame& frame) noexcept {
    for (guint component = 0; component < GST_VIDEO_FRAME_N_COMPONENTS(&frame); ++component) {
        const auto plane = static_cast<guint>(GST_VIDEO_FRAME_COMP_PLANE(&frame, component));
        const GstMapInfo& memory = frame.map[frame.meta ? plane : 0];
        const auto first = reinterpret_cast<std::intptr_t>(GST_VIDEO_FRAME_PLANE_DATA(&frame, plane));
        const std::intptr_t down = static_cast<std::intptr_t>(GST_VIDEO_FRAME_COMP_HEIGHT(&frame, component) - 1) *
                                   GST_VIDEO_FRAME_COMP_STRIDE(&frame, component);
        const std::intptr_t right = static_cast<std::intptr_t>(GST_VIDEO_FRAME_COMP_WIDTH(&frame, component)) *
                                    GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, component);
        const auto begin = reinterpret_cast<std::intptr_t>(memory.data);
        const std::intptr_t end = begin + static_cast<std::intptr_t>(memory.size);
        if (first + std::min<std::intptr_t>(down, 0) < begin || first + std::max<std::intptr_t>(down, 0) + right > end)
            return false;
    }
    return true;
}

}  // namespace

std::string map_frame(GstVideoFrame& frame, GstBuffer* buffer, const GstVideoInfo& info, GstMapFlags flags) {
    const char* const kLies = "the buffer's video metadata does not fit its memory or the negotiated caps";
    const GstVideoMeta* meta = gst_buffer_get_video_meta(buffer);
    if (meta && !fits(*meta, info))
        return kLies;
    if (!gst_video_frame_map(&frame, &info, buffer, flags)) {
        if (meta && gst_buffer_get_size(buffer) >= info.size)
            return kLies;
        return "a buffer of " + std::to_string(gst_buffer_get_size(buffer)) +
               " bytes cannot be read as the negotiated " + std::to_string(info.width) + "x" +
               std::to_string(info.height) + " picture of " + std::to_string(info.size) + " bytes";
    }
    if (is_inside_memory(frame))
        return {};
    gst_video_frame_unmap(&frame);
    return kLies;
}

bool MappedFrame::map(GstBuffer* buffer, const GstVideoInfo& info, GstClockTime stream_time, const CudaShare* cuda) {
    unmap();
    const auto format = pixel_format(GST_VIDEO_INFO_FORMAT(&info));
    if (!format) {
        error_ =
            std::string("the format ") + gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info)) + " is not supported";
        return false;
    }
    const bool on_device = cuda && cuda->can_read(buffer);
    if (on_device) {
        device_copy_ = cuda->in_shared_context(buffer, info);
        if (!device_copy_) {
            error_ = "its CUDA memory cannot be copied to the model's context";
            return false;
        }
        buffer = device_copy_.get();
    }
    error_ = map_frame(mapped_, buffer, info, on_device ? CudaShare::map_flags() : GST_MAP_READ);
    is_mapped_ = error_.empty();
    if (!is_mapped_)
        return false;
    frame_ = {};
    frame_.format = *format;
    frame_.width = info.width;
    frame_.height = info.height;
    for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(&mapped_); ++plane)
        frame_.planes[plane] = {GST_VIDEO_FRAME_PLANE_DATA(&mapped_, plane),
                                GST_VIDEO_FRAME_PLANE_STRIDE(&mapped_, plane)};
    if (on_device) {
        frame_.memory = MemoryKind::kCuda;
        frame_.device = cuda->device();
        frame_.stream = CudaShare::stream_of(buffer);
    }
    if (info.par_n > 0 && info.par_d > 0) {
        frame_.pixel_aspect_n = info.par_n;
        frame_.pixel_aspect_d = info.par_d;
    }
    frame_.matrix = color_matrix(info);
    frame_.range = info.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255 ? ColorRange::kFull : ColorRange::kLimited;
    frame_.stream_time = GST_CLOCK_TIME_IS_VALID(stream_time) ? static_cast<std::int64_t>(stream_time) : kUnknownTime;
    return true;
}

void MappedFrame::unmap() noexcept {
    if (is_mapped_)
        gst_video_frame_unmap(&mapped_);
    is_mapped_ = false;
    device_copy_.reset();
    frame_ = {};
}

}  // namespace ausm::gst
