// SPDX-License-Identifier: MIT
// A buffer's picture, to be drawn on.
#pragma once

#include "elements/maskoverlay/annotation.h"

#include <gst/video/video.h>

#include <string>

namespace ausm::gst::overlay {

/// Mapped for as long as this lives. Thread-bound.
class FramePicture {
public:
    /// With GST_MAP_READWRITE or GST_MAP_WRITE the buffer must be writable.
    FramePicture(GstBuffer* buffer, const GstVideoInfo& info, GstMapFlags access);
    ~FramePicture();
    FramePicture(const FramePicture&) = delete;
    FramePicture& operator=(const FramePicture&) = delete;

    /// Why it could not be mapped; empty when it is.
    [[nodiscard]] const std::string& error() const noexcept { return error_; }
    [[nodiscard]] GstVideoFrame* frame() noexcept { return &frame_; }
    /// The part that the caps promise: a decoder's padding is not drawn on.
    [[nodiscard]] const Picture& picture() const noexcept { return picture_; }

private:
    GstVideoFrame frame_{};
    std::string error_;
    Picture picture_;
};

[[nodiscard]] ColourCode colour_code(const GstVideoInfo& info) noexcept;

}  // namespace ausm::gst::overlay
