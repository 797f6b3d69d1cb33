// SPDX-License-Identifier: MIT
// Mamba's short causal convolution over time on tensors.
#pragma once

#include <ATen/core/Tensor.h>

namespace ausm::ops {

struct CausalConv1dOutputs {
    at::Tensor y;     ///< [B, T, N, C]
    at::Tensor tail;  ///< [B, K - 1, N, C], the last K - 1 inputs
};

/// y = SiLU(bias + sum_k weight[k] u[t - (K - 1) + k]), per pixel and channel; u before the clip comes from `tail`.
/// u: [B, T, N, C] (last dimension contiguous); weight: [K, C]; bias: [C]; tail: [B, K - 1, N, C]; float32 or float64.
/// Throws c10::Error on shapes, dtypes or strides that do not fit. Differentiable.
CausalConv1dOutputs causal_conv1d(const at::Tensor& u, const at::Tensor& weight, const at::Tensor& bias,
                                  const at::Tensor& tail);

/// The same in LibTorch's operators: what is done for gradients, and off the CPU, where clips are rare (single frames go
/// through mamba_step). Checks nothing.
CausalConv1dOutputs causal_conv1d_by_operators(const at::Tensor& u, const at::Tensor& weight, const at::Tensor& bias,
                                               const at::Tensor& tail);

}  // namespace ausm::ops
