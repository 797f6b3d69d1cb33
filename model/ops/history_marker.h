// SPDX-License-Identifier: MIT
// ID vectors weighted by masks, on tensors.
#pragma once

#include <ATen/core/Tensor.h>

namespace ausm::ops {

/// masks: [B, K, r * rows, r * columns] probabilities, any strides; vectors: [B, K, D] any strides
/// -> [B, rows * columns, D] = sum_k m_k v_k / max(1, sum_k m_k), m the masks averaged over r x r cells
/// (arXiv 2508.19242, section 2.2; the paper's eps is a 1 here). bfloat16 and float16 are computed in float32.
/// Throws c10::Error on shapes that do not fit. Differentiable.
at::Tensor history_marker(const at::Tensor& masks, const at::Tensor& vectors, std::int64_t rows, std::int64_t columns);

}  // namespace ausm::ops
