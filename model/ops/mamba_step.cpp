// SPDX-License-Identifier: MIT
// From tensors to MambaStepParams.
#include "ops/mamba_step.h"

#include "kernels/mamba_step.h"
#include "ops/cuda_launch.h"
#include "ops/lanes.h"

#include <ATen/ATen.h>

namespace ausm::ops {
namespace {

void check(const at::Tensor& x, at::IntArrayRef shape, at::ScalarType dtype, const char* name) {
    TORCH_CHECK(x.sizes() == shape, "mamba_step: ", name, " is ", x.sizes(), ", expected ", shape);
    TORCH_CHECK(x.scalar_type() == dtype && x.is_contiguous(), "mamba_step: ", name, " must be contiguous ", dtype);
}

template <class Scalar>
void run(const MambaStepInputs& in, const MambaStepOutputs& out) {
    const auto channels = out.y.size(2);
    const auto* u = static_cast<const Scalar*>(in.projected.const_data_ptr());
    const RowStrides strides{in.projected.stride(0), 0, in.projected.stride(1)};
    const MambaStepParams<Scalar> params{
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
        .conv_weight = in.conv_weight.const_data_ptr<float>(),
        .conv_bias = in.conv_bias.const_data_ptr<float>(),
        .x_weight = in.x_weight.const_data_ptr<float>(),
        .dt_weight = in.dt_weight.const_data_ptr<float>(),
        .dt_bias = in.dt_bias.const_data_ptr<float>(),
        .a = in.a.const_data_ptr<float>(),
        .d = in.d.const_data_ptr<float>(),
        .tail_in = in.tail.const_data_ptr<float>(),
        .tail_out = out.tail.mutable_data_ptr<float>(),
        .state_in = in.state.const_data_ptr<float>(),
        .state_out = out.state.mutable_data_ptr<float>(),
    };
    if (in.projected.is_cuda()) {
        launch_cuda(in.projected, "mamba_step", [&](void* stream) { return mamba_step_cuda(params, stream); });
        return;
    }
    split_range(params.batch * params.pixels, 32,
                [&](std::int64_t begin, std::int64_t end) { mamba_step_cpu(params, begin, end); });
}

}  // namespace

MambaStepOutputs mamba_step(const MambaStepInputs& in) {
    TORCH_CHECK(in.projected.dim() == 3 && in.a.dim() == 2 && in.conv_weight.dim() == 2 && in.dt_weight.dim() == 2,
                "mamba_step: projected needs 3 dimensions, the weights 2");
    TORCH_CHECK(in.projected.stride(2) == 1, "mamba_step: projected must be contiguous in its last dimension");
    const auto batch = in.projected.size(0), pixels = in.projected.size(1), channels = in.projected.size(2) / 2;
    const auto taps = in.conv_weight.size(0), states = in.a.size(0), rank = in.dt_weight.size(0);
    const auto dtype = in.projected.scalar_type();
    TORCH_CHECK(dtype == at::kFloat || dtype == at::kBFloat16, "mamba_step: float32 or bfloat16, not ", dtype);
    check(in.conv_weight, {taps, channels}, at::kFloat, "conv_weight");
    check(in.conv_bias, {channels}, at::kFloat, "conv_bias");
    check(in.x_weight, {rank + 2 * states, channels}, at::kFloat, "x_weight");
    check(in.dt_weight, {rank, channels}, at::kFloat, "dt_weight");
    check(in.dt_bias, {channels}, at::kFloat, "dt_bias");
    check(in.a, {states, channels}, at::kFloat, "a");
    check(in.d, {channels}, at::kFloat, "d");
    check(in.tail, {batch, taps - 1, pixels, channels}, at::kFloat, "tail");
    check(in.state, {batch, pixels, states, channels}, at::kFloat, "state");
    const MambaStepOutputs out{at::empty({batch, pixels, channels}, in.projected.options()), at::empty_like(in.tail),
                               at::empty_like(in.state)};
    dtype == at::kFloat ? run<float>(in, out) : run<BFloat16>(in, out);
    return out;
}

}  // namespace ausm::ops
