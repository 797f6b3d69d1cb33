// SPDX-License-Identifier: MIT
// From tensors to SelectiveScanParams.
#include "ops/selective_scan.h"

#include "kernels/selective_scan.h"
#include "ops/cuda_launch.h"
#include "ops/lanes.h"

#include <ATen/ATen.h>

namespace ausm::ops {
namespace {

RowStrides strides_of(const at::Tensor& x) { return {x.stride(0), x.stride(1), x.stride(2)}; }

void check_rows(const at::Tensor& x, at::IntArrayRef shape, at::ScalarType dtype, const char* name) {
    TORCH_CHECK(x.sizes() == shape, "selective_scan: ", name, " is ", x.sizes(), ", expected ", shape);
    TORCH_CHECK(x.scalar_type() == dtype, "selective_scan: ", name, " is ", x.scalar_type(), ", expected ", dtype);
    TORCH_CHECK(x.stride(-1) == 1 || x.size(-1) == 1, "selective_scan: ", name,
                " must be contiguous in its last dimension");
}

void check_whole(const at::Tensor& x, at::IntArrayRef shape, at::ScalarType dtype, const char* name) {
    check_rows(x, shape, dtype, name);
    TORCH_CHECK(x.is_contiguous(), "selective_scan: ", name, " must be contiguous");
}

template <class Scalar>
void run(const SelectiveScanInputs& in, const SelectiveScanOutputs& out) {
    const SelectiveScanParams<Scalar> params{
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
        .y = out.y.mutable_data_ptr<Scalar>(),
        .x_strides = strides_of(in.x),
        .dt_strides = strides_of(in.dt),
        .b_strides = strides_of(in.b),
        .c_strides = strides_of(in.c),
        .z_strides = strides_of(in.z),
        .y_strides = strides_of(out.y),
        .a = in.a.const_data_ptr<Scalar>(),
        .d = in.d.const_data_ptr<Scalar>(),
        .dt_bias = in.dt_bias.const_data_ptr<Scalar>(),
        .dt_softplus = true,
        .state_in = in.state.const_data_ptr<Scalar>(),
        .state_out = out.state.mutable_data_ptr<Scalar>(),
    };
    if (in.x.is_cuda()) {
        launch_cuda(in.x, "selective_scan", [&](void* stream) { return selective_scan_cuda(params, stream); });
        return;
    }
    split_range(params.batch * params.pixels, 32,
                [&](std::int64_t begin, std::int64_t end) { selective_scan_cpu(params, begin, end); });
}

}  // namespace

SelectiveScanOutputs selective_scan(const SelectiveScanInputs& in) {
    TORCH_CHECK(in.x.dim() == 4 && in.b.dim() == 4, "selective_scan: x and b must have 4 dimensions");
    const auto dtype = in.x.scalar_type();
    TORCH_CHECK(dtype == at::kFloat || dtype == at::kDouble, "selective_scan: float32 or float64, x is ", dtype);
    const auto sizes = in.x.sizes();
    const std::int64_t states = in.b.size(3);
    check_rows(in.x, sizes, dtype, "x");
    check_rows(in.dt, sizes, dtype, "dt");
    check_rows(in.z, sizes, dtype, "z");
    check_rows(in.b, {sizes[0], sizes[1], sizes[2], states}, dtype, "b");
    check_rows(in.c, in.b.sizes(), dtype, "c");
    check_whole(in.a, {states, sizes[3]}, dtype, "a");
    check_whole(in.d, {sizes[3]}, dtype, "d");
    check_whole(in.dt_bias, {sizes[3]}, dtype, "dt_bias");
    check_whole(in.state, {sizes[0], sizes[2], states, sizes[3]}, dtype, "state");
    SelectiveScanOutputs out{at::empty(sizes, in.x.options()), at::empty_like(in.state)};
    dtype == at::kFloat ? run<float>(in, out) : run<double>(in, out);
    return out;
}

}  // namespace ausm::ops
