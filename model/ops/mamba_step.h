// SPDX-License-Identifier: MIT
// One frame of Mamba between its projections, fused (CUDA).
#pragma once

#include <ATen/core/Tensor.h>

namespace ausm::ops {

/// Weights in float32, or all in float64 on the CPU; C channels, S states, rank R, K taps.
struct MambaStepInputs {
    at::Tensor projected;               ///< [B, N, 2 C] = u, z; float32, bfloat16 (or float64), innermost contiguous
    at::Tensor conv_weight, conv_bias;  ///< [K, C], [C]
    at::Tensor x_weight;                ///< [R + 2 S, C] -> dt_low, B, C
    at::Tensor dt_weight, dt_bias;      ///< [R, C] (transposed), [C]
    at::Tensor a, d;                    ///< [S, C], [C]
    at::Tensor tail;                    ///< [B, K - 1, N, C]
    at::Tensor state;                   ///< [B, N, S, C]
    at::Tensor rows{};  ///< instead of both: [B, 4] int64, each row a MambaStateRow, with these sizes for B = 1
    double dt_min = 0;  ///< added to the step size, after the softplus
};

struct MambaStepOutputs {
    at::Tensor y;            ///< [B, N, C] in projected's dtype
    at::Tensor tail, state;  ///< after the frame; undefined with `rows`, which have been written
};

/// What causal_conv1d, the projections to dt, B and C, and selective_scan give for one frame (arXiv 2312.00752, Alg. 2),
/// reading and writing the state once. Throws c10::Error on shapes and dtypes that do not fit. Without gradient.
MambaStepOutputs mamba_step(const MambaStepInputs& inputs);

}  // namespace ausm::ops
