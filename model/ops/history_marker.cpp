// SPDX-License-Identifier: MIT
// From tensors to HistoryMarkerParams.
#include "ops/history_marker.h"

#include "kernels/history_marker.h"
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
        .masks = masks.const_data_ptr<Scalar>(),
        .mask_batch_stride = masks.stride(0),
        .mask_object_stride = masks.stride(1),
        .mask_row_stride = masks.stride(2),
        .vectors = vectors.const_data_ptr<Scalar>(),
        .vector_batch_stride = vectors.stride(0),
        .vector_object_stride = vectors.stride(1),
        .out = out.mutable_data_ptr<Scalar>(),
        .out_batch_stride = out.stride(0),
        .out_cell_stride = out.stride(1),
    };
    split_range(params.batch * rows * columns, 64,
                [&](std::int64_t begin, std::int64_t end) { history_marker_cpu(params, begin, end); });
}

}  // namespace

at::Tensor history_marker(const at::Tensor& masks, const at::Tensor& vectors, std::int64_t rows, std::int64_t columns) {
    TORCH_CHECK(masks.dim() == 4 && vectors.dim() == 3, "history_marker: masks need 4 dimensions and vectors 3");
    TORCH_CHECK(masks.device().is_cpu() && vectors.device().is_cpu(), "history_marker: only the CPU is supported");
    TORCH_CHECK(masks.size(0) == vectors.size(0) && masks.size(1) == vectors.size(1), "history_marker: masks ",
                masks.sizes(), " and vectors ", vectors.sizes(), " differ in batch or objects");
    TORCH_CHECK(rows > 0 && columns > 0 && masks.size(2) % rows == 0 && masks.size(3) % columns == 0 &&
                    masks.size(2) / rows == masks.size(3) / columns && masks.size(2) > 0,
                "history_marker: masks ", masks.sizes(), " are no multiple of the grid ", rows, " x ", columns);
    const auto dtype = vectors.scalar_type();
    const auto exact = dtype == at::kDouble ? at::kDouble : at::kFloat;
    const auto m = masks.to(exact).contiguous(), v = vectors.to(exact).contiguous();
    const auto out = at::empty({m.size(0), rows * columns, v.size(2)}, v.options());
    exact == at::kDouble ? run<double>(m, v, rows, columns, out) : run<float>(m, v, rows, columns, out);
    return out.to(dtype);
}

}  // namespace ausm::ops
