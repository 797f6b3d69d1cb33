// SPDX-License-Identifier: MIT
// Gathers the vectors; the weighting is ops::history_marker.
#include "nn/marker.h"

#include "ops/history_marker.h"

#include <ATen/ATen.h>

namespace ausm {
namespace {

at::Tensor without_first(const at::Tensor& table) {
    return table * at::arange(table.size(0), table.options().requires_grad(false)).gt(0).unsqueeze(1);
}

}  // namespace

Marker::Marker(WeightMap& weights, std::int64_t dim, std::int64_t id_vectors)
    : ids_(weights.take("ids", {id_vectors, dim})), kinds_(weights.take("kind", {kMarkKinds, dim})),
      project_(weights, "mark", dim, dim, false) {
    if (!kinds_.requires_grad())
        kinds_ = without_first(kinds_);
}

at::Tensor Marker::vectors(const at::Tensor& slots) const { return ids_.index({slots}); }

at::Tensor Marker::operator()(const Marks& marks, Grid grid) const {
    const std::int64_t batch = marks.masks.size(0), time = marks.masks.size(1), count = marks.masks.size(2);
    at::Tensor vectors = ids_.index({marks.slots}).unsqueeze(1);  // [B, 1, K, D]
    if (marks.kinds.defined())
        vectors = vectors + (kinds_.requires_grad() ? without_first(kinds_) : kinds_).index({marks.kinds});
    vectors = vectors.expand({batch, time, count, ids_.size(1)}).flatten(0, 1).contiguous();  // [B * T, K, D]
    const at::Tensor marked =
        ops::history_marker(marks.masks.flatten(0, 1), vectors, grid.rows, grid.columns);  // [B * T, N, D]
    return project_(marked.unflatten(0, {batch, time}));
}

}  // namespace ausm
