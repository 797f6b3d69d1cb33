// SPDX-License-Identifier: MIT
// From tensors to HistoryMarkerParams.
#include "ops/history_marker.h"

#include "kernels/history_marker.h"
#include "ops/cuda_launch.h"
#include "ops/lanes.h"

#include <ATen/ATen.h>

namespace ausm::ops {
namespace {

template <class Scalar>
void run(const at::Tensor& masks, const at::Tensor& vectors, std::int64_t rows, std::int64_t columns,
         const at::Tensor& out) {
    const HistoryMarkerParams<Scalar> params{
        .batch = masks.size(0),
        .objects = masks.size(1),
        .rows = rows,
        .columns = columns,
        .channels = vectors.size(2),
        .ratio = masks.size(2) / rows,
        .masks = static_cast<const Scalar*>(masks.const_data_ptr()),
        .mask_batch_stride = masks.stride(0),
        .mask_object_stride = masks.stride(1),
        .mask_row_stride = masks.stride(2),
        .vectors = static_cast<const Scalar*>(vectors.const_data_ptr()),
        .vector_batch_stride = vectors.stride(0),
        .vector_object_stride = vectors.stride(1),
        .out = static_cast<Scalar*>(out.mutable_data_ptr()),
        .out_batch_stride = out.stride(0),
        .out_cell_stride = out.stride(1),
    };
    if constexpr (!std::is_same_v<Scalar, double>) {
        if (masks.is_cuda()) {
            launch_cuda(masks, "history_marker", [&](void* stream) { return history_marker_cuda(params, stream); });
            return;
        }
    }
    split_range(params.batch * rows * columns, 64,
                [&](std::int64_t begin, std::int64_t end) { history_marker_cpu(params, begin, end); });
}

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
    const auto out = at::empty({m.size(0), rows * columns, v.size(2)}, v.options());
    switch (exact) {
    case at::kDouble: run<double>(m, v, rows, columns, out); break;
    case at::kBFloat16: run<BFloat16>(m, v, rows, columns, out); break;
    default: run<float>(m, v, rows, columns, out);
    }
    return out.to(dtype);
}

}  // namespace ausm::ops
