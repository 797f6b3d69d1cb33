// SPDX-License-Identifier: MIT
// A GstBuffer as the picture that the model library reads.
#pragma once

#include "gstausmcuda.h"

#include "model/ausm.h"

#include <gst/video/video.h>

#include <optional>
#include <string>

namespace ausm::gst {

/// Formats that map_frame() understands, for pad templates.
#define GST_AUSM_FORMATS "{ I420, NV12, RGB, BGR, RGBx, BGRx, RGBA, BGRA, GRAY8 }"

/// The library's name of a format; nothing when it has none.
[[nodiscard]] std::optional<PixelFormat> pixel_format(GstVideoFormat format) noexcept;

/// Coefficients of the YUV picture; unknown ones: BT.601 up to 576 lines, else BT.709.
[[nodiscard]] ColorMatrix color_matrix(const GstVideoInfo& info) noexcept;

/// gst_video_frame_map(), which believes every size, offset and stride of the buffer's GstVideoMeta, with checks: empty
/// and mapped when every byte of the picture lies in the buffer's memory, else the text of what is wrong.
[[nodiscard]] std::string map_frame(GstVideoFrame& frame, GstBuffer* buffer, const GstVideoInfo& info,
                                    GstMapFlags flags);

/// A buffer mapped for reading, honouring the strides and offsets of its GstVideoMeta. Thread-bound.
class MappedFrame {
public:
    MappedFrame() = default;
    ~MappedFrame() { unmap(); }
    MappedFrame(const MappedFrame&) = delete;
    MappedFrame& operator=(const MappedFrame&) = delete;

    /// `stream_time` in nanoseconds or GST_CLOCK_TIME_NONE. On failure false, and error() says what is wrong with the
    /// buffer; no byte outside the buffer's memory can be reached through frame().
    /// With an open `cuda`, a buffer in CUDA memory is mapped on its device; otherwise GStreamer downloads it.
    [[nodiscard]] bool map(GstBuffer* buffer, const GstVideoInfo& info, GstClockTime stream_time,
                           const CudaShare* cuda = nullptr);
    void unmap() noexcept;

    [[nodiscard]] const Frame& frame() const noexcept { return frame_; }
    [[nodiscard]] const std::string& error() const noexcept { return error_; }

private:
    Owned<GstBuffer> device_copy_;  // of a frame that belongs to another CUDA context
    GstVideoFrame mapped_{};
    bool is_mapped_ = false;
    Frame frame_;
    std::string error_;
};

}  // namespace ausm::gst
