// SPDX-License-Identifier: MIT
// Attention of bfloat16 with a gradient, on the CPU.
#pragma once

#include <ATen/core/Tensor.h>

namespace ausm::ops {

/// softmax(q k^T / sqrt(d) + mask) v. query [B, H, Q, d], key, value [B, H, N, d], all bfloat16; mask: undefined, or added
/// to the scores, broadcast to [B, 1, Q, N], without a gradient -> [B, H, Q, d]. Scores and softmax are computed in float32,
/// as in LibTorch's fused attention, whose gradient takes twice as long; in turn the weights, [B, H, Q, N], are kept for
/// it.
[[nodiscard]] at::Tensor attention_with_gradient(const at::Tensor& query, const at::Tensor& key,
                                                 const at::Tensor& value, const at::Tensor& mask);

}  // namespace ausm::ops
