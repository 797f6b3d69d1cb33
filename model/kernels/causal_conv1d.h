// SPDX-License-Identifier: MIT
// Depthwise causal convolution over time followed by SiLU (Mamba's short convolution), with its tail as state.
#pragma once

#include <cstdint>

#include "kernels/row_strides.h"

namespace ausm {

/// Sizes, strides and pointers; the channel is the innermost, contiguous dimension everywhere.
/// Outputs must not overlap inputs, except that `tail_out` may be `tail_in`.
template <class Scalar>
struct CausalConv1dParams {
    std::int64_t batch, time, pixels, channels, taps;  // B, T, N, C, K >= 1
    const Scalar* u;                                   // [B, T, N, C]
    Scalar* out;                                       // [B, T, N, C]
    RowStrides u_strides, out_strides;
    const Scalar* weight;   // [K, C] contiguous, weight[K - 1] meets the newest frame
    const Scalar* bias;     // [C], or null
    const Scalar* tail_in;  // [B, K - 1, N, C] contiguous, the K - 1 inputs before t = 0, oldest first; null: zero
    Scalar* tail_out;       // [B, K - 1, N, C] contiguous, the last K - 1 of (tail_in, u); null: not wanted
};

/// Both handle the pixels [begin, end) out of batch * pixels (index b * pixels + n). Reentrant.
template <class Scalar>
void causal_conv1d_reference(const CausalConv1dParams<Scalar>& params, std::int64_t begin, std::int64_t end) noexcept;
void causal_conv1d_cpu(const CausalConv1dParams<float>& params, std::int64_t begin, std::int64_t end) noexcept;
void causal_conv1d_cpu(const CausalConv1dParams<double>& params, std::int64_t begin, std::int64_t end) noexcept;

}  // namespace ausm
