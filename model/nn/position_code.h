// SPDX-License-Identifier: MIT
// Sine and cosine of where a cell is in the frame.
#pragma once

#include "nn/grid.h"

#include <ATen/core/Tensor.h>

namespace ausm {

/// [1, rows * columns, dim]: sin y, cos y, sin x, cos x of the cell centres, dim / 4 frequencies each from one period
/// per frame up to 14 (ausm.md section 3: added to queries and keys of spatial attention, none over time).
at::Tensor position_code(Grid grid, std::int64_t dim, at::ScalarType dtype, at::Device device = at::kCPU);

}  // namespace ausm
