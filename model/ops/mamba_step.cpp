// SPDX-License-Identifier: MIT
// From tensors to MambaStepParams.
#include "ops/mamba_step.h"

#include "kernels/mamba_step.h"
#include "ops/cuda_launch.h"
#include "ops/workers.h"

#include <ATen/ATen.h>

namespace ausm::ops {
namespace {

void check(const at::Tensor& x, at::IntArrayRef shape, at::ScalarType dtype, const char* name) {
    TORCH_CHECK(x.sizes() == shape, "mamba_step: ", name, " is ", x.sizes(), ", expected ", shape);
    TORCH_CHECK(x.scalar_type() == dtype && x.is_contiguous(), "mamba_step: ", name, " must be contiguous ", dtype);
}

/// The first row of a batch whose rows lie side by side.
template <class Value>
MambaStateRow<Value> first_row(const MambaStepInputs& in, const MambaStepOutputs& out) {
    return {in.tail.const_data_ptr<Value>(), out.tail.mutable_data_ptr<Value>(), in.state.const_data_ptr<Value>(),
            out.state.mutable_data_ptr<Value>()};
}

template <class Scalar>
MambaStepParams<Scalar> params_of(const MambaStepInputs& in, const MambaStepOutputs& out) {
    using Value = Compute<Scalar>;
    static_assert(sizeof(MambaStateRow<Value>) == 4 * sizeof(std::int64_t));
    const auto channels = out.y.size(2);
    const auto* u = static_cast<const Scalar*>(in.projected.const_data_ptr());
    const RowStrides strides{in.projected.stride(0), 0, in.projected.stride(1)};
    const bool apart = in.rows.defined();
    return {
        .batch = in.projected.size(0),
        .pixels = in.projected.size(1),
        .channels = channels,
        .taps = in.conv_weight.size(0),
        .states = in.a.size(0),
        .rank = in.dt_weight.size(0),
        .u = u,
        .z = u + channels,
        .y = static_cast<Scalar*>(out.y.mutable_data_ptr()),
        .u_strides = strides,
        .z_strides = strides,
        .y_strides = {out.y.stride(0), 0, out.y.stride(1)},
        .conv_weight = in.conv_weight.const_data_ptr<Value>(),
        .conv_bias = in.conv_bias.const_data_ptr<Value>(),
        .x_weight = in.x_weight.const_data_ptr<Value>(),
        .dt_weight = in.dt_weight.const_data_ptr<Value>(),
        .dt_bias = in.dt_bias.const_data_ptr<Value>(),
        .a = in.a.const_data_ptr<Value>(),
        .d = in.d.const_data_ptr<Value>(),
        .first_row = apart ? MambaStateRow<Value>{} : first_row<Value>(in, out),
        .rows = apart ? static_cast<const MambaStateRow<Value>*>(in.rows.const_data_ptr()) : nullptr,
        .dt_min = static_cast<Value>(in.dt_min),
    };
}

template <class Scalar>
void run(const MambaStepInputs& in, const MambaStepOutputs& out) {
    const auto params = params_of<Scalar>(in, out);
    if constexpr (!std::is_same_v<Scalar, double>) {
        if (in.projected.is_cuda()) {
            launch_cuda(in.projected, "mamba_step", [&](void* stream) { return mamba_step_cuda(params, stream); });
            return;
        }
    }
    split_range(params.batch * params.pixels, 32,
                [&](std::int64_t begin, std::int64_t end) { mamba_step_cpu(params, begin, end); });
}

void check_inputs(const MambaStepInputs& in) {
    TORCH_CHECK(in.projected.dim() == 3 && in.a.dim() == 2 && in.conv_weight.dim() == 2 && in.dt_weight.dim() == 2,
                "mamba_step: projected needs 3 dimensions, the weights 2");
    TORCH_CHECK(in.projected.stride(2) == 1, "mamba_step: projected must be contiguous in its last dimension");
    const auto batch = in.projected.size(0), pixels = in.projected.size(1), channels = in.projected.size(2) / 2;
    const auto taps = in.conv_weight.size(0), states = in.a.size(0), rank = in.dt_weight.size(0);
    const auto dtype = in.projected.scalar_type();
    TORCH_CHECK(dtype == at::kFloat || dtype == at::kBFloat16 || (dtype == at::kDouble && in.projected.is_cpu()),
                "mamba_step: float32, bfloat16 or, on the CPU, float64, not ", dtype);
    const auto kept = dtype == at::kDouble ? at::kDouble : at::kFloat;
    check(in.conv_weight, {taps, channels}, kept, "conv_weight");
    check(in.conv_bias, {channels}, kept, "conv_bias");
    check(in.x_weight, {rank + 2 * states, channels}, kept, "x_weight");
    check(in.dt_weight, {rank, channels}, kept, "dt_weight");
    check(in.dt_bias, {channels}, kept, "dt_bias");
    check(in.a, {states, channels}, kept, "a");
    check(in.d, {channels}, kept, "d");
    if (in.rows.defined()) {
        check(in.rows, {batch, 4}, at::kLong, "rows");
        TORCH_CHECK(in.rows.device() == in.projected.device(), "mamba_step: rows are on ", in.rows.device());
        return;
    }
    check(in.tail, {batch, taps - 1, pixels, channels}, kept, "tail");
    check(in.state, {batch, pixels, states, channels}, kept, "state");
}

}  // namespace

MambaStepOutputs mamba_step(const MambaStepInputs& in) {
    check_inputs(in);
    MambaStepOutputs out{
        at::empty({in.projected.size(0), in.projected.size(1), in.projected.size(2) / 2}, in.projected.options()),
        {},
        {}};
    if (!in.rows.defined()) {
        out.tail = at::empty_like(in.tail);
        out.state = at::empty_like(in.state);
    }
    switch (in.projected.scalar_type()) {
    case at::kDouble: run<double>(in, out); break;
    case at::kFloat: run<float>(in, out); break;
    default: run<BFloat16>(in, out);
    }
    return out;
}

}  // namespace ausm::ops
