// SPDX-License-Identifier: MIT
// Products of batches of matrices whose failures are errors in every precision.
#pragma once

#include <ATen/core/Tensor.h>

namespace ausm::ops {

/// sum + a b: sum [B, m, n], a [B, m, k], b [B, k, n] -> [B, m, n]. at::baddbmm, but for bfloat16 on the CPU. There
/// at::baddbmm, at::bmm and at::matmul of batches catch whatever oneDNN throws, a failed allocation too: they warn, go on
/// with another kernel, whose bits are others, and switch oneDNN off for the whole process. Products of single matrices
/// throw, so a batch is made of those. Differentiable.
at::Tensor batch_product(const at::Tensor& sum, const at::Tensor& a, const at::Tensor& b);

/// The same into `out` [B, m, n].
void batch_product_into(const at::Tensor& out, const at::Tensor& sum, const at::Tensor& a, const at::Tensor& b);

}  // namespace ausm::ops
