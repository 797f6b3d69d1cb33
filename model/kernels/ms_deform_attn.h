// SPDX-License-Identifier: MIT
// Multi-scale deformable attention (Deformable DETR, arXiv 2010.04159, eq. 3) as Mask2Former's pixel decoder uses it
// (arXiv 2112.01527): every query reads a few places of each level and sums them with weights.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"

namespace ausm {

inline constexpr int kMsDeformAttnLevels = 8;

/// Sizes and strides, the same for forward and backward. A token is a pixel of a level, row by row; level l begins
/// where l - 1 ends. M and D lie side by side (stride 1). Fewer than 2^31 tokens.
struct MsDeformAttnShape {
    std::int64_t batch, queries, heads, channels;         // B, Q, M, D (per head)
    std::int64_t levels, points;                          // L in 1..8, P >= 1 (per level); CUDA: L * P at most 256
    std::int32_t heights[kMsDeformAttnLevels];            // H_l
    std::int32_t widths[kMsDeformAttnLevels];             // W_l
    std::int64_t value_batch_stride, value_token_stride;  // of value, in elements
};

/// The locations of bfloat16 arrays are float: with 8 bits of mantissa neighbouring places near the right border of
/// 112 pixels would be 0.44 pixels apart.
/// A location is (x, y), 0..1 from border to border of its level: pixel coordinate = location * size - 0.5, so that
/// pixel centres lie on integers; bilinear between them, zeros outside. One pixel and more outside, or not a number:
/// zero. The output must not overlap inputs.
template <class Scalar>
struct MsDeformAttnParams {
    MsDeformAttnShape shape;
    const Scalar* value;               // [B, sum_l H_l W_l, M, D], strided
    const Compute<Scalar>* locations;  // [B, Q, M, L, P, 2]
    const Scalar* weights;             // [B, Q, M, L, P] after the softmax
    Scalar* out;                       // [B, Q, M, D]
};

/// First token of a level; of level L: how many there are.
AUSM_KERNEL_INLINE std::int64_t first_token(const MsDeformAttnShape& shape, std::int64_t level) noexcept {
    std::int64_t token = 0;
    for (std::int64_t l = 0; l < level; ++l)
        token += static_cast<std::int64_t>(shape.heights[l]) * shape.widths[l];
    return token;
}

/// Both handle the rows [begin, end) out of B * Q (index b * Q + q), all heads. Reentrant.
/// The reference walks channel by channel; the other runs over channels in vectors. Float, double, BFloat16.
template <class Scalar>
void ms_deform_attn_reference(const MsDeformAttnParams<Scalar>& params, std::int64_t begin, std::int64_t end) noexcept;
void ms_deform_attn_cpu(const MsDeformAttnParams<float>& params, std::int64_t begin, std::int64_t end) noexcept;
void ms_deform_attn_cpu(const MsDeformAttnParams<double>& params, std::int64_t begin, std::int64_t end) noexcept;
void ms_deform_attn_cpu(const MsDeformAttnParams<BFloat16>& params, std::int64_t begin, std::int64_t end) noexcept;

/// All rows on a cudaStream_t; device pointers. Deterministic. Returns the launch's cudaError_t (0: success;
/// cudaErrorInvalidValue: sizes outside the limits of MsDeformAttnShape). Only in the CUDA kernels' library.
int ms_deform_attn_cuda(const MsDeformAttnParams<float>& params, void* stream) noexcept;
int ms_deform_attn_cuda(const MsDeformAttnParams<BFloat16>& params, void* stream) noexcept;

}  // namespace ausm
