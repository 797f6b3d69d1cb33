// SPDX-License-Identifier: MIT
// From tensors to HistoryMarkerParams.
#include "ops/history_marker.h"

#include "kernels/history_marker_grad.h"
#include "ops/cuda_launch.h"
#include "ops/workers.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace ausm::ops {
namespace {

/// Of the history grid.
struct Shape {
    std::int64_t rows, columns;
};

template <class Scalar>
HistoryMarkerParams<Scalar> params_of(const at::Tensor& masks, const at::Tensor& vectors, Shape shape) {
    return {
        .batch = masks.size(0),
        .objects = masks.size(1),
        .rows = shape.rows,
        .columns = shape.columns,
        .channels = vectors.size(2),
        .ratio = masks.size(2) / shape.rows,
        .masks = static_cast<const Scalar*>(masks.const_data_ptr()),
        .mask_batch_stride = masks.stride(0),
        .mask_object_stride = masks.stride(1),
        .mask_row_stride = masks.stride(2),
        .vectors = static_cast<const Scalar*>(vectors.const_data_ptr()),
        .vector_batch_stride = vectors.stride(0),
        .vector_object_stride = vectors.stride(1),
        .out = nullptr,
        .out_batch_stride = 0,
        .out_cell_stride = 0,
    };
}

template <class Scalar>
void run(const at::Tensor& masks, const at::Tensor& vectors, Shape shape, const at::Tensor& out) {
    auto params = params_of<Scalar>(masks, vectors, shape);
    params.out = static_cast<Scalar*>(out.mutable_data_ptr());
    params.out_batch_stride = out.stride(0);
    params.out_cell_stride = out.stride(1);
    if constexpr (!std::is_same_v<Scalar, double>) {
        if (masks.is_cuda()) {
            launch_cuda(masks, "history_marker", [&](void* stream) { return history_marker_cuda(params, stream); });
            return;
        }
    }
    split_range(params.batch * shape.rows * shape.columns, 64,
                [&](std::int64_t begin, std::int64_t end) { history_marker_cpu(params, begin, end); });
}

at::Tensor compute(const at::Tensor& m, const at::Tensor& v, Shape shape) {
    const auto out = at::empty({m.size(0), shape.rows * shape.columns, v.size(2)}, v.options());
    switch (v.scalar_type()) {
    case at::kDouble: run<double>(m, v, shape, out); break;
    case at::kBFloat16: run<BFloat16>(m, v, shape, out); break;
    default: run<float>(m, v, shape, out);
    }
    return out;
}

template <class Scalar>
void run_grad(const at::Tensor& masks, const at::Tensor& vectors, Shape shape, const at::Tensor& out_grad,
              const at::Tensor& masks_grad, const at::Tensor& vectors_grad) {
    HistoryMarkerGradParams<Scalar> params{
        .forward = params_of<Scalar>(masks, vectors, shape),
        .out_grad = static_cast<const Scalar*>(out_grad.const_data_ptr()),
        .out_grad_batch_stride = out_grad.stride(0),
        .out_grad_cell_stride = out_grad.stride(1),
        .masks_grad = masks_grad.defined() ? static_cast<Scalar*>(masks_grad.mutable_data_ptr()) : nullptr,
        .masks_grad_batch_stride = masks.stride(0),
        .masks_grad_object_stride = masks.stride(1),
        .masks_grad_row_stride = masks.stride(2),
        .vectors_grad = static_cast<Scalar*>(vectors_grad.mutable_data_ptr()),
        .vectors_grad_batch_stride = vectors_grad.stride(0),
        .vectors_grad_object_stride = vectors_grad.stride(1),
        .workspace = nullptr,
    };
    using Number = Compute<Scalar>;
    const auto workspace = at::empty({history_marker_grad_workspace(params)},
                                     masks.options().dtype(c10::CppTypeToScalarType<Number>::value));
    params.workspace = static_cast<Number*>(workspace.mutable_data_ptr());
    if constexpr (!std::is_same_v<Scalar, double>) {
        if (masks.is_cuda()) {
            launch_cuda(masks, "history_marker_grad",
                        [&](void* stream) { return history_marker_grad_cuda(params, stream); });
            return;
        }
    }
    split_range(params.forward.batch * shape.rows * shape.columns, 64,
                [&](std::int64_t begin, std::int64_t end) { history_marker_grad_masks_cpu(params, begin, end); });
    split_range(params.forward.batch * params.forward.objects, 1,
                [&](std::int64_t begin, std::int64_t end) { history_marker_grad_vectors_cpu(params, begin, end); });
}

/// compute() with a gradient.
struct Differentiable : torch::autograd::Function<Differentiable> {
    using Tensors = torch::autograd::variable_list;

    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& masks,
                              const at::Tensor& vectors, std::int64_t rows, std::int64_t columns) {
        context->save_for_backward({masks, vectors});
        context->saved_data["rows"] = rows;
        context->saved_data["columns"] = columns;
        return compute(masks, vectors, {rows, columns});
    }
    static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& grads) {
        const auto saved = context->get_saved_variables();
        const auto &masks = saved[0], &vectors = saved[1];
        const Shape shape{context->saved_data["rows"].toInt(), context->saved_data["columns"].toInt()};
        const auto out_grad = grads[0].contiguous(), vectors_grad = at::empty_like(vectors);
        const auto masks_grad = context->needs_input_grad(0) ? at::empty_like(masks) : at::Tensor();
        switch (vectors.scalar_type()) {
        case at::kDouble: run_grad<double>(masks, vectors, shape, out_grad, masks_grad, vectors_grad); break;
        case at::kBFloat16: run_grad<BFloat16>(masks, vectors, shape, out_grad, masks_grad, vectors_grad); break;
        default: run_grad<float>(masks, vectors, shape, out_grad, masks_grad, vectors_grad);
        }
        return {masks_grad, vectors_grad, {}, {}};
    }
};

}  // namespace

at::Tensor history_marker(const at::Tensor& masks, const at::Tensor& vectors, std::int64_t rows, std::int64_t columns) {
    TORCH_CHECK(masks.dim() == 4 && vectors.dim() == 3, "history_marker: masks need 4 dimensions and vectors 3");
    TORCH_CHECK(masks.device() == vectors.device(), "history_marker: masks are on ", masks.device(), ", vectors on ",
                vectors.device());
    TORCH_CHECK(masks.size(0) == vectors.size(0) && masks.size(1) == vectors.size(1), "history_marker: masks ",
                masks.sizes(), " and vectors ", vectors.sizes(), " differ in batch or objects");
    TORCH_CHECK(rows > 0 && columns > 0 && masks.size(2) % rows == 0 && masks.size(3) % columns == 0 &&
                    masks.size(2) / rows == masks.size(3) / columns && masks.size(2) > 0,
                "history_marker: masks ", masks.sizes(), " are no multiple of the grid ", rows, " x ", columns);
    const auto dtype = vectors.scalar_type();
    TORCH_CHECK(masks.is_cpu() || dtype != at::kDouble, "history_marker: float64 on the CPU only");
    // The CPU's bfloat16 is converted once; a GPU's kernel converts as it reads.
    const auto exact = dtype == at::kBFloat16 && masks.is_cpu() ? at::kFloat : dtype;
    const auto m = masks.to(exact).contiguous(), v = vectors.to(exact).contiguous();
    const bool differentiate = c10::GradMode::is_enabled() && (m.requires_grad() || v.requires_grad());
    return (differentiate ? Differentiable::apply(m, v, rows, columns) : compute(m, v, {rows, columns})).to(dtype);
}

}  // namespace ausm::ops
