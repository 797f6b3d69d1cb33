// SPDX-License-Identifier: MIT
// From the tensors of a scan to its kernels' parameters; for selective_scan.cpp and selective_scan_grad.cpp.
#pragma once

#include "kernels/selective_scan.h"
#include "ops/selective_scan.h"

#include <ATen/core/Tensor.h>

namespace ausm::ops {

inline RowStrides row_strides(const at::Tensor& x) { return {x.stride(0), x.stride(1), x.stride(2)}; }

/// Without the results.
template <class Scalar>
SelectiveScanParams<Scalar> selective_scan_params(const SelectiveScanInputs& in) {
    return {
        .batch = in.x.size(0),
        .time = in.x.size(1),
        .pixels = in.x.size(2),
        .channels = in.x.size(3),
        .states = in.b.size(3),
        .x = in.x.const_data_ptr<Scalar>(),
        .dt = in.dt.const_data_ptr<Scalar>(),
        .b = in.b.const_data_ptr<Scalar>(),
        .c = in.c.const_data_ptr<Scalar>(),
        .z = in.z.const_data_ptr<Scalar>(),
        .y = nullptr,
        .x_strides = row_strides(in.x),
        .dt_strides = row_strides(in.dt),
        .b_strides = row_strides(in.b),
        .c_strides = row_strides(in.c),
        .z_strides = row_strides(in.z),
        .y_strides = {},
        .a = in.a.const_data_ptr<Scalar>(),
        .d = in.d.const_data_ptr<Scalar>(),
        .dt_bias = in.dt_bias.const_data_ptr<Scalar>(),
        .dt_softplus = true,
        .state_in = in.state.const_data_ptr<Scalar>(),
        .state_out = nullptr,
        .dt_min = static_cast<Scalar>(in.dt_min),
    };
}

}  // namespace ausm::ops
