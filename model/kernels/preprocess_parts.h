// SPDX-License-Identifier: MIT
// What the CPU and the GPU paths of preprocess share: a picture's planes and the colour matrix.
#pragma once

#include "kernels/cpu_dispatch.h"
#include "kernels/preprocess.h"

namespace ausm {

struct SourcePlane {
    const std::uint8_t* data;
    std::int64_t stride, width, height, components;  // bytes per row, pixels, pixels, bytes per pixel
};

AUSM_KERNEL_INLINE constexpr int plane_count(PixelLayout layout) noexcept {
    switch (layout) {
    case PixelLayout::kNv12: return 2;
    case PixelLayout::kI420: return 3;
    default: return 1;
    }
}

template <class Out>
SourcePlane source_plane(const PreprocessParamsOf<Out>& p, int index) noexcept {
    const std::uint8_t* data = p.planes[index].data;
    const std::int64_t stride = p.planes[index].stride;
    if (p.layout == PixelLayout::kPacked)
        return {data, stride, p.width, p.height, p.pixel_stride};
    if (index == 0)
        return {data, stride, p.width, p.height, 1};
    return {data, stride, (p.width + 1) / 2, (p.height + 1) / 2, p.layout == PixelLayout::kNv12 ? 2 : 1};
}

/// R = y + red_v v, G = y - green_u u - green_v v, B = y + blue_u u, with y = (Y - luma_offset) * luma_scale and
/// u, v = (U, V - 128) * chroma_scale (ITU-R BT.601 and BT.709, 8 bits).
template <class Scalar>
struct ColourMatrix {
    Scalar luma_offset, luma_scale, chroma_scale, red_v, green_u, green_v, blue_u;
};

template <class Scalar>
ColourMatrix<Scalar> colour_matrix(YuvMatrix matrix, bool full_range) noexcept {
    const double kr = matrix == YuvMatrix::kBt601 ? 0.299 : 0.2126;
    const double kb = matrix == YuvMatrix::kBt601 ? 0.114 : 0.0722;
    const double kg = 1.0 - kr - kb;
    return {static_cast<Scalar>(full_range ? 0.0 : 16.0),
            static_cast<Scalar>(full_range ? 1.0 : 255.0 / 219.0),
            static_cast<Scalar>(full_range ? 1.0 : 255.0 / 224.0),
            static_cast<Scalar>(2.0 * (1.0 - kr)),
            static_cast<Scalar>(2.0 * (1.0 - kb) * kb / kg),
            static_cast<Scalar>(2.0 * (1.0 - kr) * kr / kg),
            static_cast<Scalar>(2.0 * (1.0 - kb))};
}

template <class Scalar>
AUSM_KERNEL_INLINE Scalar byte_range(Scalar v) noexcept {
    const Scalar positive = v < Scalar(0) ? Scalar(0) : v;
    return Scalar(255) < positive ? Scalar(255) : positive;
}

template <class Scalar>
AUSM_KERNEL_INLINE void to_rgb(const ColourMatrix<Scalar>& m, Scalar y_byte, Scalar u_byte, Scalar v_byte,
                               Scalar (&rgb)[3]) noexcept {
    const Scalar y = (y_byte - m.luma_offset) * m.luma_scale;
    const Scalar u = (u_byte - Scalar(128)) * m.chroma_scale;
    const Scalar v = (v_byte - Scalar(128)) * m.chroma_scale;
    rgb[0] = byte_range(y + m.red_v * v);
    rgb[1] = byte_range(y - m.green_u * u - m.green_v * v);
    rgb[2] = byte_range(y + m.blue_u * u);
}

}  // namespace ausm
