// SPDX-License-Identifier: MIT
// Selective scan on the GPU, forward.
//
// Design: one thread per (pixel, channel) walks over time with its S states in registers, so that the state is read and
// written once a clip. Channels lie side by side in [B, T, N, C], so the 32 lanes of a warp are neighbouring channels
// of one pixel and every access to x, dt, z, y and the state is coalesced. (Were pixels the contiguous dimension, lanes
// would be pixels.) b and c are the same for all lanes: the warp loads those of 4 steps together into shared memory,
// from where a lane reads 4 states at once. The loads of x, dt and z for 4 steps are in flight together, too.
//
// Bytes per pixel and channel: 2 S of state, 4 T of x, dt, z, y; 2 S T per pixel of b and c. Step of the small model
// ([1, 1, 448, 192], S 8, float32): 6.9 MB, 2.3 us at 3.0 TB/s plus the launch. Clip of 16: 28 MB, 9.3 us.
// Arithmetic per step and channel is about 6 instructions a state and 100 for softplus, SiLU and addresses: 7 us for
// that clip at the issue rate of an H100, so float32 is bound by memory.
// Registers (sm_90): 72 for up to 8 states, 96 for up to 16, that is 28 and 20 warps an SM; double 124 and 166. Shared
// memory: 128 S bytes a block of 4 warps (double: twice that). No spills, but for 4 bytes in one case.
//
// Considered: expf for the decay, half of all instructions; with a scaled by log2 e once, exp2 is a single one with the
// same error. b and c as broadcast loads: 2 S load instructions a step and warp instead of S / 2 + 1. Threads numbered
// through over all (pixel, channel): fills the last warp of a row, but its lanes then see two pixels' b and c.
// Fewer than 8 (16) states are filled up with states of zero, so that the loop over states has no branch.
// Deterministic: no sum crosses a thread.
#include "kernels/selective_scan.h"

#include "kernels/cuda_launch.cuh"
#include "kernels/selective_scan_device.cuh"

namespace ausm {
namespace selective_scan_device {

constexpr int kWarps = 4;  // of a block; they share nothing

template <class Scalar, int States>
__global__ void __launch_bounds__(kLanes* kWarps)
    scan_kernel(const SelectiveScanParams<Scalar> p, unsigned tiles, unsigned items) {
    alignas(16) __shared__ Scalar all_rows[kWarps][kSteps][2][States];
    const unsigned lane = threadIdx.x % kLanes, warp = threadIdx.x / kLanes, item = blockIdx.x * kWarps + warp;
    if (item >= items)
        return;
    auto* const rows = all_rows[warp];
    const unsigned pixel = item / tiles, pixels = static_cast<unsigned>(p.pixels);
    const std::int64_t batch = pixel / pixels, n = pixel % pixels, channel = item % tiles * kLanes + lane;
    const bool active = channel < p.channels;

    const std::int64_t at = pixel * p.states * p.channels + channel;
    Scalar h[States], a[States];  // a times log2 e
#pragma unroll
    for (int s = 0; s < States; ++s) {
        const bool used = active && s < p.states;
        h[s] = used && p.state_in ? p.state_in[at + s * p.channels] : Scalar(0);
        a[s] = used ? p.a[s * p.channels + channel] * static_cast<Scalar>(kLog2e) : Scalar(0);
    }
    const Scalar skip = active && p.d ? p.d[channel] : Scalar(0);
    const Scalar bias = active && p.dt_softplus && p.dt_bias ? p.dt_bias[channel] : Scalar(0);
    const Scalar* const x_row = p.x + row_offset(p.x_strides, batch, 0, n) + channel;
    const Scalar* const dt_row = p.dt + row_offset(p.dt_strides, batch, 0, n) + channel;
    const Scalar* const z_row = p.z + (p.z ? row_offset(p.z_strides, batch, 0, n) + channel : 0);
    Scalar* const y_row = p.y + row_offset(p.y_strides, batch, 0, n) + channel;

    for (std::int64_t t0 = 0; t0 < p.time; t0 += kSteps) {
        Scalar x[kSteps], dt[kSteps], z[kSteps];
#pragma unroll
        for (int k = 0; k < kSteps; ++k) {
            const bool used = active && t0 + k < p.time;
            x[k] = used ? x_row[(t0 + k) * p.x_strides.time] : Scalar(0);
            dt[k] = used ? dt_row[(t0 + k) * p.dt_strides.time] : Scalar(0);
            z[k] = used && p.z ? z_row[(t0 + k) * p.z_strides.time] : Scalar(0);
        }
        __syncwarp();  // the warp has read the rows of the steps before
        stage<States>(rows, p.b + row_offset(p.b_strides, batch, 0, n), p.b_strides.time,
                      p.c + row_offset(p.c_strides, batch, 0, n), p.c_strides.time, t0, p.time, p.states, lane, kLanes);
        __syncwarp();
#pragma unroll
        for (int k = 0; k < kSteps; ++k) {
            if (t0 + k >= p.time)
                break;
            const Scalar delta = p.dt_softplus ? softplus(dt[k] + bias) + p.dt_min : dt[k];
            const Scalar drive = delta * x[k];
            Scalar y = skip * x[k];
#pragma unroll
            for (int s = 0; s < States; ++s) {
                h[s] = exponential2(delta * a[s]) * h[s] + drive * rows[k][0][s];
                y += rows[k][1][s] * h[s];
            }
            if (p.z)
                y *= z[k] * sigmoid(z[k]);
            if (active)
                y_row[(t0 + k) * p.y_strides.time] = y;
        }
    }
#pragma unroll
    for (int s = 0; s < States; ++s)
        if (active && s < p.states)
            p.state_out[at + s * p.channels] = h[s];
}

template <class Scalar>
int start(const SelectiveScanParams<Scalar>& p, void* stream) noexcept {
    constexpr std::int64_t kMostItems = std::int64_t{1} << 31;
    const std::int64_t tiles = (p.channels + kLanes - 1) / kLanes, items = p.batch * p.pixels * tiles;
    if (p.states > kMaxScanStates || items >= kMostItems)
        return cudaErrorInvalidValue;
    return launch(p.states <= 8 ? scan_kernel<Scalar, 8> : scan_kernel<Scalar, 16>, blocks_for(items, kWarps),
                  kLanes * kWarps, stream, p, static_cast<unsigned>(tiles), static_cast<unsigned>(items));
}

}  // namespace selective_scan_device

template <class Scalar>
int selective_scan_cuda(const SelectiveScanParams<Scalar>& params, void* stream) noexcept {
    return selective_scan_device::start(params, stream);
}

template int selective_scan_cuda(const SelectiveScanParams<float>&, void*) noexcept;
template int selective_scan_cuda(const SelectiveScanParams<double>&, void*) noexcept;

}  // namespace ausm
