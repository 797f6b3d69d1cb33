// SPDX-License-Identifier: MIT
// y = x W^T + b, its rows shared by the workers.
#pragma once

#include <ATen/core/Tensor.h>

namespace ausm::ops {

/// x: [..., in]; weight: [out, in]; bias: [out] or undefined -> [..., out]. Split over the workers when x has rows enough for
/// them.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

/// The same into `out` [rows, out] of x [rows, in], on the calling thread.
void linear_into(const at::Tensor& out, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace ausm::ops
