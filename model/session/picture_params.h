// SPDX-License-Identifier: MIT
// From ausm::Frame to the preprocess kernel's parameters.
#pragma once

#include "ausm.h"
#include "kernels/preprocess.h"
#include "nn/ausm_net.h"
#include "session/frame_input.h"

namespace ausm {

inline std::size_t planes_of(PixelFormat format) {
    return format == PixelFormat::kI420 ? 3 : format == PixelFormat::kNv12 ? 2 : 1;
}

inline std::int64_t plane_rows(const Frame& frame, std::size_t plane) {
    return plane == 0 ? frame.height : (frame.height + 1) / 2;
}

/// Bytes of a row that are pixels.
inline std::int64_t plane_row_bytes(const Frame& frame, std::size_t plane) {
    const std::int64_t width = frame.width, half = (width + 1) / 2;
    switch (frame.format) {
    case PixelFormat::kRgb:
    case PixelFormat::kBgr: return 3 * width;
    case PixelFormat::kGray8: return width;
    case PixelFormat::kNv12: return plane == 0 ? width : 2 * half;
    case PixelFormat::kI420: return plane == 0 ? width : half;
    default: return 4 * width;
    }
}

inline PixelLayout layout_of(PixelFormat format) {
    switch (format) {
    case PixelFormat::kNv12: return PixelLayout::kNv12;
    case PixelFormat::kI420: return PixelLayout::kI420;
    case PixelFormat::kGray8: return PixelLayout::kGray;
    default: return PixelLayout::kPacked;
    }
}

/// Everything but `out`: a channels-last picture of `size`, values (v - 127) / 128.
template <class Params>
Params picture_params(const Frame& frame, InputSize size) {
    Params params{};
    params.layout = layout_of(frame.format);
    params.width = frame.width;
    params.height = frame.height;
    for (std::size_t i = 0; i < planes_of(frame.format); ++i)
        params.planes[i] = {static_cast<const std::uint8_t*>(frame.planes[i].data), frame.planes[i].stride};
    const bool three = frame.format == PixelFormat::kRgb || frame.format == PixelFormat::kBgr;
    const bool red_first =
        frame.format == PixelFormat::kRgb || frame.format == PixelFormat::kRgba || frame.format == PixelFormat::kRgbx;
    params.pixel_stride = three ? 3 : 4;
    params.red = red_first ? 0 : 2;
    params.green = 1;
    params.blue = red_first ? 2 : 0;
    params.matrix = frame.matrix == ColorMatrix::kBt601 ? YuvMatrix::kBt601 : YuvMatrix::kBt709;
    params.full_range = frame.range == ColorRange::kFull;
    params.out_width = size.width;
    params.out_height = size.height;
    params.out_row_stride = std::int64_t{3} * size.width;
    params.out_column_stride = 3;
    params.out_channel_stride = 1;
    params.mean = static_cast<float>(AusmNet::kMean);
    params.scale = static_cast<float>(AusmNet::kScale);
    return params;
}

}  // namespace ausm
