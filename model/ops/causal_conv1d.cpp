// SPDX-License-Identifier: MIT
// From tensors to CausalConv1dParams.
#include "ops/causal_conv1d.h"

#include "kernels/causal_conv1d.h"
#include "ops/workers.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

namespace ausm::ops {
namespace {

template <class Scalar>
void run(const at::Tensor& u, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& tail,
         const CausalConv1dOutputs& out) {
    const CausalConv1dParams<Scalar> params{
        .batch = u.size(0),
        .time = u.size(1),
        .pixels = u.size(2),
        .channels = u.size(3),
        .taps = weight.size(0),
        .u = u.const_data_ptr<Scalar>(),
        .out = out.y.mutable_data_ptr<Scalar>(),
        .u_strides = {u.stride(0), u.stride(1), u.stride(2)},
        .out_strides = {out.y.stride(0), out.y.stride(1), out.y.stride(2)},
        .weight = weight.const_data_ptr<Scalar>(),
        .bias = bias.const_data_ptr<Scalar>(),
        .tail_in = tail.const_data_ptr<Scalar>(),
        .tail_out = out.tail.mutable_data_ptr<Scalar>(),
    };
    split_range(params.batch * params.pixels, 64,
                [&](std::int64_t begin, std::int64_t end) { causal_conv1d_cpu(params, begin, end); });
}

}  // namespace

CausalConv1dOutputs causal_conv1d_by_operators(const at::Tensor& u, const at::Tensor& weight, const at::Tensor& bias,
                                               const at::Tensor& tail) {
    const auto joined = at::cat({tail, u}, 1);  // [B, K - 1 + T, N, C]
    auto sum = bias.expand_as(u);
    for (std::int64_t k = 0; k < weight.size(0); ++k)
        sum = at::addcmul(sum, joined.narrow(1, k, u.size(1)), weight[k]);
    return {at::silu(sum), joined.narrow(1, u.size(1), tail.size(1)).contiguous()};
}

CausalConv1dOutputs causal_conv1d(const at::Tensor& u, const at::Tensor& weight, const at::Tensor& bias,
                                  const at::Tensor& tail) {
    TORCH_CHECK(u.dim() == 4 && weight.dim() == 2, "causal_conv1d: u needs 4 dimensions and weight 2");
    const auto dtype = u.scalar_type();
    TORCH_CHECK(dtype == at::kFloat || dtype == at::kDouble, "causal_conv1d: float32 or float64, u is ", dtype);
    TORCH_CHECK(u.stride(3) == 1 || u.size(3) == 1, "causal_conv1d: u must be contiguous in its last dimension");
    const std::int64_t channels = u.size(3), taps = weight.size(0);
    TORCH_CHECK(taps >= 1 && weight.size(1) == channels, "causal_conv1d: weight is ", weight.sizes(), ", u has ",
                channels, " channels");
    const std::vector<std::int64_t> tail_sizes{u.size(0), taps - 1, u.size(2), channels};
    TORCH_CHECK(bias.sizes() == at::IntArrayRef({channels}), "causal_conv1d: bias is ", bias.sizes());
    TORCH_CHECK(tail.sizes() == at::IntArrayRef(tail_sizes), "causal_conv1d: tail is ", tail.sizes(), ", expected ",
                at::IntArrayRef(tail_sizes));
    for (const auto& part : {weight, bias, tail})
        TORCH_CHECK(part.scalar_type() == dtype && part.is_contiguous(),
                    "causal_conv1d: weight, bias and tail must be contiguous and of u's dtype");
    const bool differentiate = c10::GradMode::is_enabled() && (u.requires_grad() || weight.requires_grad() ||
                                                               bias.requires_grad() || tail.requires_grad());
    if (!u.is_cpu() || differentiate)
        return causal_conv1d_by_operators(u, weight, bias, tail);
    CausalConv1dOutputs out{at::empty(u.sizes(), u.options()), at::empty_like(tail)};
    dtype == at::kFloat ? run<float>(u, weight, bias, tail, out) : run<double>(u, weight, bias, tail, out);
    return out;
}

}  // namespace ausm::ops
