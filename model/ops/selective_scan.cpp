// SPDX-License-Identifier: MIT
// From tensors to SelectiveScanParams.
#include "ops/selective_scan.h"

#include "ops/cuda_launch.h"
#include "ops/selective_scan_grad.h"
#include "ops/selective_scan_params.h"
#include "ops/workers.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace ausm::ops {
namespace {

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
    auto params = selective_scan_params<Scalar>(in);
    params.y = out.y.mutable_data_ptr<Scalar>();
    params.y_strides = row_strides(out.y);
    params.state_out = out.state.mutable_data_ptr<Scalar>();
    if (in.x.is_cuda()) {
        launch_cuda(in.x, "selective_scan", [&](void* stream) { return selective_scan_cuda(params, stream); });
        return;
    }
    split_range(params.batch * params.pixels, 32,
                [&](std::int64_t begin, std::int64_t end) { selective_scan_cpu(params, begin, end); });
}

SelectiveScanOutputs compute(const SelectiveScanInputs& in) {
    SelectiveScanOutputs out{at::empty(in.x.sizes(), in.x.options()), at::empty_like(in.state)};
    in.x.scalar_type() == at::kFloat ? run<float>(in, out) : run<double>(in, out);
    return out;
}

/// The same with a gradient.
struct Differentiable : torch::autograd::Function<Differentiable> {
    using Tensors = torch::autograd::variable_list;

    static Tensors forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& dt,
                           const at::Tensor& b, const at::Tensor& c, const at::Tensor& z, const at::Tensor& a,
                           const at::Tensor& d, const at::Tensor& dt_bias, const at::Tensor& state, double dt_min) {
        context->save_for_backward({x, dt, b, c, z, a, d, dt_bias, state});
        context->set_materialize_grads(false);
        context->saved_data["dt_min"] = dt_min;
        const auto out = compute({x, dt, b, c, z, a, d, dt_bias, state, dt_min});
        return {out.y, out.state};
    }
    static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& grads) {
        const auto in = context->get_saved_variables();
        const auto g = selective_scan_grad(
            {in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7], in[8], context->saved_data["dt_min"].toDouble()},
            grads[0], grads[1]);
        return {g.x, g.dt, g.b, g.c, g.z, g.a, g.d, g.dt_bias, g.state, {}};
    }
};

bool wants_gradient(const SelectiveScanInputs& in) {
    if (!c10::GradMode::is_enabled())
        return false;
    const auto all = {&in.x, &in.dt, &in.b, &in.c, &in.z, &in.a, &in.d, &in.dt_bias, &in.state};
    return std::any_of(all.begin(), all.end(), [](const auto* tensor) { return tensor->requires_grad(); });
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
    if (!wants_gradient(in))
        return compute(in);
    const auto out = Differentiable::apply(in.x, in.dt, in.b, in.c, in.z, in.a, in.d, in.dt_bias, in.state, in.dt_min);
    return {out[0], out[1]};
}

}  // namespace ausm::ops
