// SPDX-License-Identifier: MIT
// The picture that takes the place of what is replaced.
#pragma once

#include "elements/maskoverlay/frame_picture.h"
#include "gst/raii.h"
#include "model/io/picture.h"

#include <gst/video/video.h>

#include <memory>
#include <string>

namespace ausm::gst::overlay {

/// Thread-bound to the streaming thread.
class Background {
public:
    /// Reads the file; an empty name: there is none. The text of what is wrong, else empty.
    [[nodiscard]] std::string load(const std::string& path);

    /// Makes it as large as the video, in its format: it fills the video, and what is too much of it on two sides is cut
    /// off. Throws std::runtime_error when GStreamer has no such conversion.
    void fit(const GstVideoInfo& info);

    /// Null when there is none.
    [[nodiscard]] const Picture* picture() const noexcept { return fitted_ ? &fitted_->picture() : nullptr; }

private:
    io::RgbPicture original_;
    Owned<GstBuffer> buffer_;
    std::unique_ptr<FramePicture> fitted_;  ///< of buffer_
};

}  // namespace ausm::gst::overlay
