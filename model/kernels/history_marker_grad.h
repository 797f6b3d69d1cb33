// SPDX-License-Identifier: MIT
// Gradients of the history marker with respect to its masks and its vectors.
#pragma once

#include <algorithm>

#include "kernels/history_marker.h"

namespace ausm {

/// Scalar: float, double or BFloat16, which is computed in float. Outputs are overwritten and must not overlap inputs.
template <class Scalar>
struct HistoryMarkerGradParams {
    HistoryMarkerParams<Scalar> forward;  // as given to the forward call; its `out` is not used
    const Scalar* out_grad;               // [B, h*w, D], channels side by side
    std::int64_t out_grad_batch_stride, out_grad_cell_stride;
    Scalar* masks_grad;  // [B, K, r*h, r*w], columns side by side; or null: not wanted
    std::int64_t masks_grad_batch_stride, masks_grad_object_stride, masks_grad_row_stride;
    Scalar* vectors_grad;  // [B, K, D], channels side by side; or null: not wanted
    std::int64_t vectors_grad_batch_stride, vectors_grad_object_stride;
    Compute<Scalar>* workspace;  // history_marker_grad_workspace() numbers, written; the reference needs none
};

/// On the GPU the vectors' gradient is summed over `parts` times `cells` cells of a picture, then over the parts.
struct HistoryMarkerSplit {
    std::int64_t parts, cells;
};
inline HistoryMarkerSplit history_marker_split(std::int64_t picture_cells) noexcept {
    constexpr std::int64_t kMaxParts = 32, kMinCells = 16;
    const std::int64_t cells = std::max(kMinCells, (picture_cells + kMaxParts - 1) / kMaxParts);
    return {(picture_cells + cells - 1) / cells, cells};
}

/// How many numbers (not bytes) of workspace one call needs, on the CPU or on the GPU.
template <class Scalar>
std::int64_t history_marker_grad_workspace(const HistoryMarkerGradParams<Scalar>& params) noexcept {
    const auto& f = params.forward;
    const std::int64_t cells = f.rows * f.columns;
    return f.batch * f.objects * (cells + std::max(cells, history_marker_split(cells).parts * f.channels));
}

/// Where the masks of a cell add up to exactly 1, the divisor max(1, sum) counts as the sum, as in LibTorch's
/// clamp_min(1): what marks a cell alone and fully has gradient 0 there.
/// Pictures [begin, end) out of batch. Reentrant.
template <class Scalar>
void history_marker_grad_reference(const HistoryMarkerGradParams<Scalar>& params, std::int64_t begin,
                                   std::int64_t end) noexcept;

/// First this for all cells, [begin, end) out of batch * rows * columns: writes masks_grad and the workspace.
void history_marker_grad_masks_cpu(const HistoryMarkerGradParams<float>& params, std::int64_t begin,
                                   std::int64_t end) noexcept;
void history_marker_grad_masks_cpu(const HistoryMarkerGradParams<double>& params, std::int64_t begin,
                                   std::int64_t end) noexcept;
void history_marker_grad_masks_cpu(const HistoryMarkerGradParams<BFloat16>& params, std::int64_t begin,
                                   std::int64_t end) noexcept;

/// Then this for all objects, [begin, end) out of batch * objects (index b * objects + k): writes vectors_grad.
void history_marker_grad_vectors_cpu(const HistoryMarkerGradParams<float>& params, std::int64_t begin,
                                     std::int64_t end) noexcept;
void history_marker_grad_vectors_cpu(const HistoryMarkerGradParams<double>& params, std::int64_t begin,
                                     std::int64_t end) noexcept;
void history_marker_grad_vectors_cpu(const HistoryMarkerGradParams<BFloat16>& params, std::int64_t begin,
                                     std::int64_t end) noexcept;

/// Both gradients on a cudaStream_t, device pointers; deterministic. At most 256 objects. Returns the launches'
/// cudaError_t (0: success). Only in the CUDA kernels' library.
int history_marker_grad_cuda(const HistoryMarkerGradParams<float>& params, void* stream) noexcept;
int history_marker_grad_cuda(const HistoryMarkerGradParams<BFloat16>& params, void* stream) noexcept;

}  // namespace ausm
