// SPDX-License-Identifier: MIT
// History marker (arXiv 2508.19242, section 2.2): ID vectors weighted by masks, written onto the history grid.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"

namespace ausm {

/// Sizes, strides (in elements) and pointers. The mask grid is `ratio` times finer than the history grid, exactly:
/// mask rows = ratio * rows, mask columns = ratio * columns. Outputs must not overlap inputs.
/// Scalar: float, double or BFloat16, which is computed in float.
template <class Scalar>
struct HistoryMarkerParams {
    std::int64_t batch, objects, rows, columns, channels;  // B, K, h, w, D
    std::int64_t ratio;                                    // r >= 1, 4 from 1/4 to 1/16
    const Scalar* masks;                                   // [B, K, r*h, r*w] probabilities 0..1, columns side by side
    std::int64_t mask_batch_stride, mask_object_stride, mask_row_stride;
    const Scalar* vectors;  // [B, K, D] ID vector + kind vector of each object, channels side by side
    std::int64_t vector_batch_stride, vector_object_stride;
    Scalar* out;  // [B, h*w, D], channels side by side
    std::int64_t out_batch_stride, out_cell_stride;
};

/// Both handle the cells [begin, end) out of batch * rows * columns (index (b * rows + row) * columns + column), and
/// write zeros where no object is. Reentrant.
template <class Scalar>
void history_marker_reference(const HistoryMarkerParams<Scalar>& params, std::int64_t begin, std::int64_t end) noexcept;
void history_marker_cpu(const HistoryMarkerParams<float>& params, std::int64_t begin, std::int64_t end) noexcept;
void history_marker_cpu(const HistoryMarkerParams<double>& params, std::int64_t begin, std::int64_t end) noexcept;
void history_marker_cpu(const HistoryMarkerParams<BFloat16>& params, std::int64_t begin, std::int64_t end) noexcept;

/// All cells on a cudaStream_t, device pointers; deterministic. At most 256 objects, more than a label map can tell
/// apart. Returns the launch's cudaError_t (0: success). Only in the CUDA kernels' library.
int history_marker_cuda(const HistoryMarkerParams<float>& params, void* stream) noexcept;
int history_marker_cuda(const HistoryMarkerParams<BFloat16>& params, void* stream) noexcept;

}  // namespace ausm
