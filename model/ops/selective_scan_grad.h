// SPDX-License-Identifier: MIT
// Gradient of the selective scan on tensors: what autograd calls.
#pragma once

#include "ops/selective_scan.h"

namespace ausm::ops {

/// Gradients of everything that went into selective_scan(in), in the places of `in`, from those of its results: y_grad
/// [B, T, N, C], state_grad [B, N, S, C]; an undefined one counts as zero. Equal inputs give equal bits, whatever the
/// number of threads.
SelectiveScanInputs selective_scan_grad(const SelectiveScanInputs& in, const at::Tensor& y_grad,
                                        const at::Tensor& state_grad);

}  // namespace ausm::ops
