// SPDX-License-Identifier: MIT
// Multi-scale deformable attention backward: gradients of value, locations and weights from the gradient of the output.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/ms_deform_attn.h"

namespace ausm {

/// Inputs as in the forward; all gradients are overwritten, never added to. They must not overlap inputs.
/// Between pixels the interpolation is smooth; on a pixel's row or column the location's gradient is that of the cell
/// to the right of it or below (as from autograd of a gather of floor(x) and floor(x) + 1), and zero for samples that
/// the forward takes for outside. So rounding may choose the side there, and CPU and GPU may differ on such points.
template <class Scalar>
struct MsDeformAttnGradParams {
    MsDeformAttnShape shape;
    const Scalar* value;               // [B, sum_l H_l W_l, M, D], strided
    const Compute<Scalar>* locations;  // [B, Q, M, L, P, 2]
    const Scalar* weights;             // [B, Q, M, L, P]
    const Scalar* grad_out;            // [B, Q, M, D]
    Compute<Scalar>* grad_value;       // [B, sum_l H_l W_l, M, D] contiguous; float for bfloat16: a sum of many
    Compute<Scalar>* grad_locations;   // [B, Q, M, L, P, 2]
    Scalar* grad_weights;              // [B, Q, M, L, P]
    bool deterministic;                // CUDA: the same bits every time, see below; the CPU always gives them
    void* workspace;                   // CUDA with deterministic: ms_deform_attn_grad_workspace_bytes, 8-byte aligned
};

/// Both handle the heads [begin, end) out of B * M (index b * M + m), all queries in their order: a head's part of
/// grad_value is written by one range alone, so that the result does not depend on the split. Reentrant.
template <class Scalar>
void ms_deform_attn_grad_reference(const MsDeformAttnGradParams<Scalar>& params, std::int64_t begin,
                                   std::int64_t end) noexcept;
void ms_deform_attn_grad_cpu(const MsDeformAttnGradParams<float>& params, std::int64_t begin,
                             std::int64_t end) noexcept;
void ms_deform_attn_grad_cpu(const MsDeformAttnGradParams<double>& params, std::int64_t begin,
                             std::int64_t end) noexcept;
void ms_deform_attn_grad_cpu(const MsDeformAttnGradParams<BFloat16>& params, std::int64_t begin,
                             std::int64_t end) noexcept;

/// Device memory for `workspace`: 0 unless deterministic, else 8 bytes for every element of grad_value and 8 more.
inline std::size_t ms_deform_attn_grad_workspace_bytes(const MsDeformAttnShape& shape, bool deterministic) noexcept {
    const std::int64_t values = shape.batch * first_token(shape, shape.levels) * shape.heads * shape.channels;
    return deterministic ? 8 * static_cast<std::size_t>(values + 1) : 0;
}

/// Everything on a cudaStream_t; device pointers. The gradients of locations and weights have the same bits every time.
/// That of value is summed by float atomics, whose order and so whose last bits vary from run to run; with
/// `deterministic` in 64-bit fixed point, whose sums know no order: contributions are resolved to
/// 2^(ceil(log2(Q P)) - 62) of max |grad_out| * max |weights|, about twice the memory traffic; all of grad_value is NaN
/// when grad_out or weights are not finite. Returns the first cudaError_t (0: success; cudaErrorInvalidValue: sizes
/// outside the limits of MsDeformAttnShape, or no workspace). Only in the CUDA kernels' library.
int ms_deform_attn_grad_cuda(const MsDeformAttnGradParams<float>& params, void* stream) noexcept;
int ms_deform_attn_grad_cuda(const MsDeformAttnGradParams<BFloat16>& params, void* stream) noexcept;

}  // namespace ausm
