// SPDX-License-Identifier: MIT
// From a picture of any 8-bit format and size to the network's normalised RGB input of a fixed size.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"

namespace ausm {

enum class PixelLayout {
    kPacked,  // planes[0]: pixel_stride bytes per pixel (RGB, BGR, RGBA, BGRx, ...)
    kNv12,    // planes[0]: Y, planes[1]: U and V in turn, at half the width and height (rounded up)
    kI420,    // planes[0..2]: Y, U, V, chroma as for NV12 (YV12: swap the last two)
    kGray,    // planes[0]: one byte per pixel, shown as R = G = B
};

enum class YuvMatrix { kBt601, kBt709 };

struct PicturePlane {
    const std::uint8_t* data;
    std::int64_t stride;  // bytes from one row to the next, may be negative
};

/// One picture in, one picture out; out = (v - mean) * scale with v in 0..255.
/// Resized per plane and axis: shrinking averages by exact area coverage, enlarging is bilinear between pixel centres
/// with the edge repeated. The colour matrix comes after the resizing, and its result is clamped to 0..255.
template <class Out>
struct PreprocessParamsOf {
    PixelLayout layout;
    std::int64_t width, height;  // of the picture, >= 1, odd ones too
    PicturePlane planes[3];
    std::int64_t pixel_stride;      // packed: 3 or 4 bytes
    std::int64_t red, green, blue;  // packed: byte of each inside the pixel
    YuvMatrix matrix;               // NV12, I420
    bool full_range;                // NV12, I420, gray: Y in 0..255, else 16..235 (chroma 16..240)
    std::int64_t out_width, out_height;
    Out* out;  // [out_height, out_width, 3] RGB at the strides below, in elements: NHWC, NCHW, part of a batch
    std::int64_t out_row_stride, out_column_stride, out_channel_stride;
    float mean, scale;  // 127 and 1/128 give about -1..1
};
using PreprocessParams = PreprocessParamsOf<float>;

/// All write the output rows [begin, end), in float or BFloat16 (the float result, rounded). Reentrant.
/// The reference sums in double straight from the definition.
template <class Out>
void preprocess_reference(const PreprocessParamsOf<Out>& params, std::int64_t begin, std::int64_t end) noexcept;
/// Needs a few rows of scratch memory: throws std::bad_alloc, before anything is written.
void preprocess_cpu(const PreprocessParamsOf<float>& params, std::int64_t begin, std::int64_t end);
void preprocess_cpu(const PreprocessParamsOf<BFloat16>& params, std::int64_t begin, std::int64_t end);

/// All rows on a cudaStream_t by one launch; device pointers; the same bits every time. Pictures up to 32767 pixels a
/// side, outputs up to 16383, else cudaErrorInvalidValue. Reads whole words of four bytes: nothing behind a row, but up
/// to 3 bytes before one that does not begin with a word. Returns the launch's cudaError_t (0: success). A batch is one
/// call for each of its pictures. Only in the CUDA kernels' library.
int preprocess_cuda(const PreprocessParamsOf<float>& params, void* stream) noexcept;
int preprocess_cuda(const PreprocessParamsOf<BFloat16>& params, void* stream) noexcept;

}  // namespace ausm
