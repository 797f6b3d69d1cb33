// SPDX-License-Identifier: MIT
// Selective scan of Mamba (arXiv 2312.00752, section 3) over time, each pixel and channel on its own.
#pragma once

#include <cstdint>

#include "kernels/row_strides.h"

namespace ausm {

/// States a channel may have at most on a GPU.
inline constexpr std::int64_t kMaxScanStates = 16;

/// Sizes, strides and pointers of one scan; the channel is the innermost, contiguous dimension everywhere.
/// Scalar: float or double.
/// Outputs must not overlap inputs, except that `state_out` may be `state_in`.
template <class Scalar>
struct SelectiveScanParams {
    std::int64_t batch, time, pixels, channels, states;  // B, T, N, C, S
    const Scalar* x;                                     // [B, T, N, C]
    const Scalar* dt;                                    // [B, T, N, C] step size, >= 0 unless dt_softplus
    const Scalar* b;                                     // [B, T, N, S]
    const Scalar* c;                                     // [B, T, N, S]
    const Scalar* z;                                     // [B, T, N, C] gate, or null: no gate
    Scalar* y;                                           // [B, T, N, C]
    RowStrides x_strides, dt_strides, b_strides, c_strides, z_strides, y_strides;
    const Scalar* a;         // [S, C] contiguous, negative: -exp(A_log) transposed
    const Scalar* d;         // [C] skip, or null: no skip
    const Scalar* dt_bias;   // [C] added to dt before the softplus, or null
    bool dt_softplus;        // dt := softplus(dt + dt_bias)
    const Scalar* state_in;  // [B, N, S, C] contiguous, or null: zero
    Scalar* state_out;       // [B, N, S, C] contiguous, the state after the last time step
    Scalar dt_min = 0;       // added to what the softplus gives; not looked at without it
};

/// Both handle the pixels [begin, end) out of batch * pixels (index b * pixels + n). Reentrant.
/// The reference walks channel by channel with <cmath> and needs a few bytes of memory; the other runs over channels
/// in vectors, with fast_exp.
template <class Scalar>
void selective_scan_reference(const SelectiveScanParams<Scalar>& params, std::int64_t begin, std::int64_t end);
void selective_scan_cpu(const SelectiveScanParams<float>& params, std::int64_t begin, std::int64_t end) noexcept;
void selective_scan_cpu(const SelectiveScanParams<double>& params, std::int64_t begin, std::int64_t end) noexcept;

/// All pixels on a cudaStream_t; device pointers; float or double. Returns the launch's cudaError_t (0:
/// success), cudaErrorInvalidValue for more than kMaxScanStates states or 2^31 or more rows of 32 channels.
/// Deterministic. Only in the CUDA kernels' library.
template <class Scalar>
int selective_scan_cuda(const SelectiveScanParams<Scalar>& params, void* stream) noexcept;

}  // namespace ausm
