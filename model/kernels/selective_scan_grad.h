// SPDX-License-Identifier: MIT
// Gradients of the selective scan with respect to everything that goes into it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/selective_scan.h"

namespace ausm {

/// The inputs of a scan, the gradients of its two results and where to put those of its inputs.
/// Each gradient that is not wanted is null; the others are overwritten. They must not overlap the inputs or each
/// other, except that `state_in_grad` may be `state_out_grad`.
template <class Scalar>
struct SelectiveScanGradParams {
    /// The scan as it was run: `state_in` still has what it held before. `y` and `state_out` are not looked at.
    SelectiveScanParams<Scalar> scan;
    const Scalar* y_grad;          // [B, T, N, C], or null: zero
    const Scalar* state_out_grad;  // [B, N, S, C] contiguous, or null: zero
    Scalar* x_grad;                // [B, T, N, C]
    Scalar* dt_grad;               // [B, T, N, C]
    Scalar* b_grad;                // [B, T, N, S] summed over the channels
    Scalar* c_grad;                // [B, T, N, S] summed over the channels
    Scalar* z_grad;                // [B, T, N, C] only with a gate
    RowStrides y_grad_strides, x_grad_strides, dt_grad_strides, b_grad_strides, c_grad_strides, z_grad_strides;
    Scalar* a_grad;         // [S, C] contiguous, summed over time and pixels
    Scalar* d_grad;         // [C] summed over time and pixels
    Scalar* dt_bias_grad;   // [C] summed over time and pixels; zero without dt_softplus
    Scalar* state_in_grad;  // [B, N, S, C] contiguous
};

/// Both handle the pixels [begin, end) out of batch * pixels. `a_grad`, `d_grad` and `dt_bias_grad` get the sums over
/// these pixels alone, also when there are none: give each range arrays of its own and add them up in the order of the
/// ranges, then the result does not depend on which thread was first. Reentrant.
/// They keep the states of a clip for one channel (the reference) or 64 of them: std::bad_alloc before anything is
/// written.
template <class Scalar>
void selective_scan_grad_reference(const SelectiveScanGradParams<Scalar>& params, std::int64_t begin, std::int64_t end);
void selective_scan_grad_cpu(const SelectiveScanGradParams<float>& params, std::int64_t begin, std::int64_t end);
void selective_scan_grad_cpu(const SelectiveScanGradParams<double>& params, std::int64_t begin, std::int64_t end);

/// Device memory that the call below wants for itself while it runs; depends on the sizes alone.
std::size_t selective_scan_grad_workspace_bytes(const SelectiveScanGradParams<float>& params) noexcept;

/// All pixels on a cudaStream_t; device pointers. Deterministic: equal inputs give equal bits.
/// Returns the launches' cudaError_t (0: success), cudaErrorInvalidValue for more than kMaxScanStates states or 2^31 or
/// more pixels. Only in the CUDA kernels' library.
int selective_scan_grad_cuda(const SelectiveScanGradParams<float>& params, void* workspace, void* stream) noexcept;

}  // namespace ausm
