// SPDX-License-Identifier: MIT
// The picture that takes the place of what is replaced.
#pragma once

#include "elements/maskoverlay/background_feed.h"
#include "elements/maskoverlay/convert.h"
#include "elements/maskoverlay/frame_picture.h"
#include "gst/raii.h"
#include "model/io/picture.h"

#include <gst/video/video.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace ausm::gst::overlay {

/// Thread-bound to the streaming thread.
class Background {
public:
    /// Reads the file; an empty name: there is none. The text of what is wrong, else empty.
    [[nodiscard]] std::string load(const std::string& path);

    /// Makes it as large as the video, in its format: it fills the video, and what is too much of it on two sides is cut
    /// off. Throws std::runtime_error when GStreamer has no such conversion.
    void fit(const GstVideoInfo& info);

    /// A picture of another stream in its place; null: the file's again. What has another shape than the video is cut as
    /// the file's is. The text of what is wrong with the picture, which is not shown then, else empty.
    [[nodiscard]] std::string show(const FedPicture* fed, const GstVideoInfo& info);

    /// Null when there is none.
    [[nodiscard]] const Picture* picture() const noexcept {
        const Fitted& shown = fed_.frame ? fed_ : file_;
        return shown.frame ? &shown.frame->picture() : nullptr;
    }

private:
    /// A picture as large as the video, in its format.
    struct Fitted {
        Owned<GstBuffer> buffer;
        std::unique_ptr<FramePicture> frame;  ///< of the buffer, which lives longer

        Fitted() = default;
        Fitted(Fitted&&) = default;
        Fitted& operator=(Fitted&& other) noexcept {
            frame = std::move(other.frame);
            buffer = std::move(other.buffer);
            return *this;
        }
    };

    Fitted fitted(GstBuffer* original, const GstVideoInfo& from, const GstVideoInfo& info);
    void make_converter(const GstVideoInfo& from, const GstVideoInfo& to);

    io::RgbPicture original_;
    Fitted file_, fed_;
    Owned<GstBuffer> shown_;  ///< what fed_ was made of
    Converter converter_;     ///< of these
    std::optional<std::pair<GstVideoInfo, GstVideoInfo>> converted_;
};

}  // namespace ausm::gst::overlay
