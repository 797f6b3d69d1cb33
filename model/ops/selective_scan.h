// SPDX-License-Identifier: MIT
// Mamba's selective scan on tensors: checks, allocation, choice of the kernel.
#pragma once

#include <ATen/core/Tensor.h>

namespace ausm::ops {

/// Inputs of a scan over T frames of B x N independent pixels with C channels and S states each; float32 or float64.
/// The last dimension of each [B, T, N, .] tensor is contiguous, the others may be strided (slices of a projection).
struct SelectiveScanInputs {
    at::Tensor x;        ///< [B, T, N, C]
    at::Tensor dt;       ///< [B, T, N, C] before softplus
    at::Tensor b, c;     ///< [B, T, N, S]
    at::Tensor z;        ///< [B, T, N, C] gate
    at::Tensor a;        ///< [S, C] = -exp(A_log), transposed
    at::Tensor d;        ///< [C] skip
    at::Tensor dt_bias;  ///< [C]
    at::Tensor state;    ///< [B, N, S, C] before the first frame
    double dt_min = 0;   ///< added to dt, after the softplus
};

struct SelectiveScanOutputs {
    at::Tensor y;      ///< [B, T, N, C]
    at::Tensor state;  ///< [B, N, S, C] after the last frame
};

/// h = exp(dt a) h + dt b x; y = (<c, h> + d x) SiLU(z), with dt = softplus(dt + dt_bias) + dt_min (arXiv 2312.00752, Alg. 2).
/// Throws c10::Error on shapes, dtypes or strides that do not fit. Differentiable.
SelectiveScanOutputs selective_scan(const SelectiveScanInputs& inputs);

}  // namespace ausm::ops
