// SPDX-License-Identifier: MIT
// Ranges of pixels have sums of their own, added up in the order of the ranges.
#include "ops/selective_scan_grad.h"

#include "kernels/selective_scan_grad.h"
#include "ops/cuda_launch.h"
#include "ops/selective_scan_params.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

namespace ausm::ops {
namespace {

constexpr std::int64_t kRanges = 16;  // fixed, so that sums do not depend on the number of threads

template <class Scalar>
SelectiveScanGradParams<Scalar> params_of(const SelectiveScanInputs& in, const at::Tensor& y_grad,
                                          const at::Tensor& state_grad, const SelectiveScanInputs& out) {
    const auto data = [](const at::Tensor& x) { return x.mutable_data_ptr<Scalar>(); };
    return {
        .scan = selective_scan_params<Scalar>(in),
        .y_grad = y_grad.defined() ? y_grad.const_data_ptr<Scalar>() : nullptr,
        .state_out_grad = state_grad.defined() ? state_grad.const_data_ptr<Scalar>() : nullptr,
        .x_grad = data(out.x),
        .dt_grad = data(out.dt),
        .b_grad = data(out.b),
        .c_grad = data(out.c),
        .z_grad = data(out.z),
        .y_grad_strides = y_grad.defined() ? row_strides(y_grad) : RowStrides{},
        .x_grad_strides = row_strides(out.x),
        .dt_grad_strides = row_strides(out.dt),
        .b_grad_strides = row_strides(out.b),
        .c_grad_strides = row_strides(out.c),
        .z_grad_strides = row_strides(out.z),
        .a_grad = data(out.a),
        .d_grad = data(out.d),
        .dt_bias_grad = data(out.dt_bias),
        .state_in_grad = data(out.state),
    };
}

/// out.a, out.d and out.dt_bias have a leading dimension of kRanges here.
template <class Scalar>
void run_cpu(const SelectiveScanGradParams<Scalar>& whole, const SelectiveScanInputs& out) {
    const auto pixels = whole.scan.batch * whole.scan.pixels;
    at::parallel_for(0, kRanges, 1, [&](std::int64_t first, std::int64_t last) {
        for (auto i = first; i < last; ++i) {
            auto params = whole;
            params.a_grad += i * out.a.stride(0);
            params.d_grad += i * out.d.stride(0);
            params.dt_bias_grad += i * out.dt_bias.stride(0);
            selective_scan_grad_cpu(params, pixels * i / kRanges, pixels * (i + 1) / kRanges);
        }
    });
}

void run_cuda(const SelectiveScanGradParams<float>& params, const at::Tensor& x) {
    launch_cuda(x, "selective_scan_grad", [&](void* stream) {
        const auto bytes = static_cast<std::int64_t>(selective_scan_grad_workspace_bytes(params));
        const auto workspace = at::empty({bytes}, x.options().dtype(at::kByte));
        return selective_scan_grad_cuda(params, workspace.mutable_data_ptr(), stream);
    });
}

}  // namespace

SelectiveScanInputs selective_scan_grad(const SelectiveScanInputs& in, const at::Tensor& y_grad,
                                        const at::Tensor& state_grad) {
    const auto like = [](const at::Tensor& x) { return at::empty(x.sizes(), x.options()); };  // contiguous
    const bool cuda = in.x.is_cuda();
    const auto summed = [&](const at::Tensor& x) {
        auto sizes = x.sizes().vec();
        if (!cuda)
            sizes.insert(sizes.begin(), kRanges);
        return at::empty(sizes, x.options());
    };
    const auto y = y_grad.defined() ? y_grad.contiguous() : y_grad;
    const auto state = state_grad.defined() ? state_grad.contiguous() : state_grad;
    SelectiveScanInputs out{.x = like(in.x),
                            .dt = like(in.dt),
                            .b = like(in.b),
                            .c = like(in.c),
                            .z = like(in.z),
                            .a = summed(in.a),
                            .d = summed(in.d),
                            .dt_bias = summed(in.dt_bias),
                            .state = like(in.state)};
    if (cuda) {
        TORCH_CHECK(in.x.scalar_type() == at::kFloat, "selective_scan_grad: float64 on the CPU only");
        run_cuda(params_of<float>(in, y, state, out), in.x);
        return out;
    }
    if (in.x.scalar_type() == at::kFloat)
        run_cpu(params_of<float>(in, y, state, out), out);
    else
        run_cpu(params_of<double>(in, y, state, out), out);
    for (auto* sum : {&out.a, &out.d, &out.dt_bias})
        *sum = sum->sum(0);
    return out;
}

}  // namespace ausm::ops
