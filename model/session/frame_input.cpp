// SPDX-License-Identifier: MIT
// Runs on the caller's thread, without LibTorch.
#include "session/frame_input.h"

#include "kernels/preprocess.h"
#include "nn/ausm_net.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ausm {
namespace {

constexpr int kMultiple = static_cast<int>(AusmNet::kMultiple);

int nearest_multiple(double pixels) {
    return std::max(1, static_cast<int>(std::lround(pixels / kMultiple))) * kMultiple;
}

struct PackedLayout {
    int pixel_stride, red, green, blue;
};

PackedLayout packed_layout(PixelFormat format) {
    switch (format) {
    case PixelFormat::kRgb: return {3, 0, 1, 2};
    case PixelFormat::kBgr: return {3, 2, 1, 0};
    case PixelFormat::kRgba:
    case PixelFormat::kRgbx: return {4, 0, 1, 2};
    default: return {4, 2, 1, 0};
    }
}

PixelLayout layout_of(PixelFormat format) {
    switch (format) {
    case PixelFormat::kNv12: return PixelLayout::kNv12;
    case PixelFormat::kI420: return PixelLayout::kI420;
    case PixelFormat::kGray8: return PixelLayout::kGray;
    default: return PixelLayout::kPacked;
    }
}

std::size_t plane_count(PixelFormat format) {
    return format == PixelFormat::kI420 ? 3 : format == PixelFormat::kNv12 ? 2 : 1;
}

}  // namespace

InputSize input_size(const Frame& frame, int short_side) {
    const double display =
        static_cast<double>(frame.width) * frame.pixel_aspect_n / frame.pixel_aspect_d / frame.height;
    const double aspect = std::max(display, 1 / display);
    const double cap = short_side * short_side * 1.75;
    const double shrink = std::min(1.0, std::sqrt(cap / (short_side * (short_side * aspect))));
    const int small = nearest_multiple(short_side * shrink);
    const int most = static_cast<int>(cap / small) / kMultiple * kMultiple;
    const int large = nearest_multiple(std::min(short_side * aspect * shrink, static_cast<double>(most)));
    return display >= 1 ? InputSize{large, small} : InputSize{small, large};
}

void check_frame(const Frame& frame) {
    if (frame.width < 1 || frame.height < 1)
        throw std::invalid_argument("a frame of " + std::to_string(frame.width) + " x " + std::to_string(frame.height) +
                                    " pixels");
    if (frame.pixel_aspect_n < 1 || frame.pixel_aspect_d < 1)
        throw std::invalid_argument("the pixel aspect ratio is not positive");
    if (frame.memory != MemoryKind::kHost)
        throw std::invalid_argument("frames in CUDA memory need a CUDA engine");
    for (std::size_t i = 0; i < plane_count(frame.format); ++i)
        if (frame.planes[i].data == nullptr)
            throw std::invalid_argument("plane " + std::to_string(i) + " of the frame is missing");
}

std::vector<float> network_input(const Frame& frame, InputSize size) {
    std::vector<float> out(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3);
    const auto packed = packed_layout(frame.format);
    PreprocessParams params{.layout = layout_of(frame.format),
                            .width = frame.width,
                            .height = frame.height,
                            .planes = {},
                            .pixel_stride = packed.pixel_stride,
                            .red = packed.red,
                            .green = packed.green,
                            .blue = packed.blue,
                            .matrix = frame.matrix == ColorMatrix::kBt601 ? YuvMatrix::kBt601 : YuvMatrix::kBt709,
                            .full_range = frame.range == ColorRange::kFull,
                            .out_width = size.width,
                            .out_height = size.height,
                            .out = out.data(),
                            .out_row_stride = std::int64_t{3} * size.width,
                            .out_column_stride = 3,
                            .out_channel_stride = 1,
                            .mean = static_cast<float>(AusmNet::kMean),
                            .scale = static_cast<float>(AusmNet::kScale)};
    for (std::size_t i = 0; i < plane_count(frame.format); ++i)
        params.planes[i] = {static_cast<const std::uint8_t*>(frame.planes[i].data), frame.planes[i].stride};
    preprocess_cpu(params, 0, params.out_height);
    return out;
}

}  // namespace ausm
