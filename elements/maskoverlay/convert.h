// SPDX-License-Identifier: MIT
// Pictures from one format and size to another, by GStreamer's converter.
#pragma once

#include <gst/video/video.h>

#include <memory>

namespace ausm::gst::overlay {

/// The part of a picture that is converted, in pixels.
struct Part {
    int x = 0, y = 0, width = 0, height = 0;
};

/// False for what makes GStreamer 1.22 read outside of the picture: UYVY with an odd width to AYUV.
[[nodiscard]] bool converts_safely(const GstVideoInfo& from, GstVideoFormat to) noexcept;

/// Thread-bound.
class Converter {
public:
    Converter() = default;
    /// Throws std::runtime_error when GStreamer has no such conversion.
    Converter(const GstVideoInfo& from, const GstVideoInfo& to);
    /// Of a part of the pictures alone, which is scaled to all of the others.
    Converter(const GstVideoInfo& from, const Part& part, const GstVideoInfo& to);

    void convert(const GstVideoFrame& from, GstVideoFrame& to) const {
        gst_video_converter_frame(converter_.get(), &from, &to);
    }

private:
    struct Free {
        void operator()(GstVideoConverter* converter) const noexcept { gst_video_converter_free(converter); }
    };

    std::unique_ptr<GstVideoConverter, Free> converter_;
};

}  // namespace ausm::gst::overlay
