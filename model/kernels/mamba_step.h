// SPDX-License-Identifier: MIT
// One frame of Mamba (arXiv 2312.00752, algorithm 2 at length 1) between its in-projection and its out-projection.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"
#include "kernels/cpu_dispatch.h"
#include "kernels/row_strides.h"

namespace ausm {

/// Where one row of the batch has its state, every part contiguous.
template <class Value>
struct MambaStateRow {
    const Value* tail_in;   // [K - 1, N, C] the K - 1 inputs before this frame, oldest first; null: zero
    Value* tail_out;        // [K - 1, N, C]; may be null when K is 1
    const Value* state_in;  // [N, S, C], or null: zero
    Value* state_out;       // [N, S, C]
};

/// Sizes, strides and pointers of one frame; the channel is the innermost, contiguous dimension everywhere.
/// Scalar: float, double or BFloat16. Weights, all arithmetic and the state between frames are Compute<Scalar>.
/// Outputs must not overlap inputs, except that `tail_out` may be `tail_in` and `state_out` may be `state_in`. `rows` is
/// read when the kernel runs, wherever it runs: a recorded launch finds other rows at its next replay.
template <class Scalar>
struct MambaStepParams {
    using Value = Compute<Scalar>;
    std::int64_t batch, pixels, channels, taps, states, rank;  // B, N, C, K >= 1, S, R
    const Scalar* u;                                           // [B, N, C] in_proj's first half, unbounded
    const Scalar* z;                                           // [B, N, C] in_proj's second half, the gate
    Scalar* y;                                                 // [B, N, C] what out_proj takes
    RowStrides u_strides, z_strides, y_strides;                // the time stride is not looked at
    const Value* conv_weight;                                  // [K, C], conv_weight[K - 1] meets this frame
    const Value* conv_bias;                                    // [C]
    const Value* x_weight;                                     // [R + 2 S, C] gives dt_low, B and C
    const Value* dt_weight;                                    // [R, C]: dt_proj's weight transposed
    const Value* dt_bias;                                      // [C]
    const Value* a;                                            // [S, C] negative: -exp(A_log) transposed
    const Value* d;                                            // [C] skip
    MambaStateRow<Value> first_row;                            // the others follow it, contiguous
    const MambaStateRow<Value>* rows = nullptr;                // [B] rows that lie anywhere, instead of `first_row`
    Value dt_min = 0;                                          // added to the step size, after the softplus
};

/// Where row `row` has its state.
template <class Scalar>
AUSM_KERNEL_INLINE MambaStateRow<Compute<Scalar>> state_row(const MambaStepParams<Scalar>& p,
                                                            std::int64_t row) noexcept {
    if (p.rows)
        return p.rows[row];
    const std::int64_t tail = row * (p.taps - 1) * p.pixels * p.channels,
                       state = row * p.pixels * p.states * p.channels;
    const auto& first = p.first_row;
    return {first.tail_in ? first.tail_in + tail : nullptr, first.tail_out ? first.tail_out + tail : nullptr,
            first.state_in ? first.state_in + state : nullptr, first.state_out + state};
}

/// Both handle the pixels [begin, end) out of batch * pixels (index b * pixels + n), any sizes. Reentrant; they
/// allocate a few rows of scratch memory. The reference walks channel by channel with <cmath>; the other takes eight
/// pixels at a time, in vectors over the channels, with fast_exp.
template <class Scalar>
void mamba_step_reference(const MambaStepParams<Scalar>& params, std::int64_t begin, std::int64_t end);
void mamba_step_cpu(const MambaStepParams<float>& params, std::int64_t begin, std::int64_t end);
void mamba_step_cpu(const MambaStepParams<BFloat16>& params, std::int64_t begin, std::int64_t end);
void mamba_step_cpu(const MambaStepParams<double>& params, std::int64_t begin, std::int64_t end);

/// What the GPU's kernel has room for; beyond it mamba_step_cuda returns cudaErrorInvalidValue and does nothing.
inline constexpr std::int64_t kMambaStepMaxChannels = 1024, kMambaStepMaxTaps = 4, kMambaStepMaxStates = 16,
                              kMambaStepMaxRank = 64;

/// All pixels, fewer than 2^31, on a cudaStream_t; device pointers. Returns the launch's cudaError_t (0: success).
/// Deterministic. Only in the CUDA kernels' library.
int mamba_step_cuda(const MambaStepParams<float>& params, void* stream) noexcept;
int mamba_step_cuda(const MambaStepParams<BFloat16>& params, void* stream) noexcept;

}  // namespace ausm
