// SPDX-License-Identifier: MIT
// Masks as products of what queries look for and what cells are.
#pragma once

#include <ATen/core/Tensor.h>

namespace ausm::ops {

/// embedding [B, Q, C] . features [B, C, P] + bias [B, Q, 1] -> [B, Q, P], shared by the workers. Differentiable.
at::Tensor mask_logits(const at::Tensor& embedding, const at::Tensor& bias, const at::Tensor& features);

}  // namespace ausm::ops
