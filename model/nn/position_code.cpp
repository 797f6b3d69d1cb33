// SPDX-License-Identifier: MIT
// Computed in float32 (float64 for float64), then rounded to the working precision.
#include "nn/position_code.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

namespace ausm {
namespace {

constexpr double kMaxPeriods = 14;

/// [size, 2 * frequencies.numel()]: sin and cos of the centres of `size` cells.
at::Tensor axis_code(std::int64_t size, const at::Tensor& frequencies) {
    const at::Tensor angle = (at::arange(size, frequencies.options()) + 0.5) / size * (2 * std::numbers::pi);
    const at::Tensor phases = angle.unsqueeze(1) * frequencies;  // [size, frequencies]
    return at::cat({phases.sin(), phases.cos()}, 1);
}

}  // namespace

at::Tensor position_code(Grid grid, std::int64_t dim, at::ScalarType dtype, at::Device device) {
    TORCH_CHECK(dim % 4 == 0 && dim >= 8, "position code: the width must be a multiple of 4, at least 8");
    const auto options = at::TensorOptions().dtype(dtype == at::kDouble ? at::kDouble : at::kFloat);
    const std::int64_t count = dim / 4;
    const at::Tensor frequencies = at::pow(2.0, at::arange(count, options) / (count - 1) * std::log2(kMaxPeriods));
    const at::Tensor rows = axis_code(grid.rows, frequencies).unsqueeze(1).expand({-1, grid.columns, -1});
    const at::Tensor columns = axis_code(grid.columns, frequencies).unsqueeze(0).expand({grid.rows, -1, -1});
    return at::cat({rows, columns}, -1).reshape({1, grid.tokens(), dim}).to(device, dtype);
}

}  // namespace ausm
