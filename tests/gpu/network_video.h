// SPDX-License-Identifier: MIT
// Drawn pictures in every layout that a decoder makes, in host memory or on a GPU, for the sections that use sessions.
#pragma once

#include "ausm.h"
#include "check.h"

namespace ausm::gpu {

/// A disc and a square that move over a textured ground; the pictures repeat after `length` frames.
class Video {
public:
    Video(PixelFormat format, int width, int height, int length);
    /// The pixels live as long as the video.
    [[nodiscard]] Frame frame(int time) const;
    /// The same pixels on the current GPU, ready.
    [[nodiscard]] Frame device_frame(int time);
    [[nodiscard]] static const char* name(PixelFormat format);
    /// Boxes of `count` objects on frame 0: the disc, the square, then places of the ground.
    [[nodiscard]] static std::vector<Prompt> boxes(int count);

private:
    [[nodiscard]] std::vector<std::uint8_t> drawn(int time) const;
    [[nodiscard]] std::size_t picture_bytes() const;
    [[nodiscard]] Frame frame_at(const std::uint8_t* data, int time) const;

    PixelFormat format_;
    int width_, height_;
    std::vector<std::vector<std::uint8_t>> pictures_;
    std::vector<void*> on_device_;
    DeviceArrays arrays_;
};

/// Throws std::runtime_error with what the library says.
std::shared_ptr<Engine> open(const std::string& weights, const std::string& device, Precision precision, int batch = 0);
/// The next frame; throws std::runtime_error where a prompt is refused.
void step(Session& session, const Frame& frame, std::vector<Prompt> prompts, Result& result);

}  // namespace ausm::gpu
