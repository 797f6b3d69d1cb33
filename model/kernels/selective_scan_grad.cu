// SPDX-License-Identifier: MIT
// Gradients of the selective scan on the GPU.
//
// Design: threads as in the forward pass, one a channel; a block has up to 8 warps (4 for more than 8 states), which
// are 256 (128) channels of one pixel at a time. A thread first takes the state forwards and leaves a checkpoint in the
// workspace every 4 steps, then goes back over the chunks: it recomputes the 4 states of a chunk in registers from its
// checkpoint and walks through them in reverse. The first chunk starts from state_in and the last from registers, so
// clips of up to 8 steps need no checkpoint and those of up to 4 no forward walk.
// Gradients of b and c are sums over channels: a warp folds its 2 S values a step in 2 S (S = 16: 31) shuffles, each
// halving what a lane still has to carry, the block adds its warps' sums from shared memory, and where a pixel has
// several blocks a second kernel adds theirs. Gradients of a, d and dt_bias are sums over pixels and time: a thread
// keeps those of its channel in registers over all its pixels (block g takes the pixels g, g + groups, ...), writes
// them to the workspace, and another kernel adds the groups up.
// Deterministic: every sum has an order that depends on the sizes alone; no atomics.
//
// Bytes per pixel and channel: 9 T (x and dt twice, z, dy; gradients of x, dt, z), 3 S of state and its gradients, and
// 2 S (T / 4 - 2) of checkpoints, which a block writes over and over at the same place, mostly in the second-level
// cache.
// Clip of the small model ([1, 16, 448, 192], S 8, float32): 58 MB, 19 us at 3.0 TB/s. Arithmetic: about 27
// instructions a state and step (three exponentials, recomputed rather than stored) and 180 more a step, 19 us at the
// issue rate of an H100 for that clip: it is bound by both.
// Registers (sm_90): 127 for up to 8 states, no spills, 2 blocks of 8 warps an SM; 168 for up to 16, spilling 28 bytes,
// 3 blocks of 4 warps. Shared memory: 2.3 and 2.5 KiB a block.
//
// Considered: inverting the recurrence instead of recomputing: divides by decays that may be 0. Chunks of 8 steps:
// twice the registers for states. Chunks of 2: twice the checkpoints, then more traffic than all else. Blocks of 4
// warps for 8 states, too: fits more warps into an SM at 192 channels, but needs the second sum. Folding the 2 S values
// one by one: 5 shuffles each instead of 1.
#include "kernels/selective_scan_grad.h"

#include <algorithm>

#include "kernels/cuda_launch.cuh"
#include "kernels/selective_scan_grad_device.cuh"

namespace ausm {
namespace selective_scan_device {

/// Of a block, and blocks that the registers of an SM are shared among.
constexpr int most_warps(std::int64_t states) { return states <= 8 ? 8 : 4; }
constexpr int blocks_wanted(std::int64_t states) { return states <= 8 ? 2 : 3; }
constexpr std::int64_t kWarpsWanted = 8192;  // of all blocks: a few for every place on a large GPU

/// How the work is cut and where its parts lie in the workspace; from the sizes alone.
/// Block (group, slab) walks over the pixels group, group + groups, ... for `warps` tiles of 32 channels.
struct GradPlan {
    std::int64_t pixels, chunks, checkpoints;  // all pixels; chunks of kSteps; states kept in the workspace
    unsigned groups, slabs, warps;
    // [groups, checkpoints, S, C], [groups, S + 2, C] and, when there are several slabs, [slabs, pixels, T, 2, S]
    std::int64_t checkpoint_values, sum_values, row_values;
};

inline std::int64_t parts(std::int64_t count, std::int64_t size) { return (count + size - 1) / size; }

template <class Scalar>
GradPlan plan_of(const SelectiveScanParams<Scalar>& p) {
    GradPlan plan{};
    const std::int64_t tiles = std::max<std::int64_t>(parts(p.channels, kLanes), 1);
    const std::int64_t slabs = parts(tiles, most_warps(p.states)), warps = parts(tiles, slabs);
    plan.pixels = p.batch * p.pixels;
    plan.chunks = parts(p.time, kSteps);
    plan.checkpoints = std::max<std::int64_t>(plan.chunks - 2, 0);
    const std::int64_t rounds = std::max<std::int64_t>(parts(plan.pixels * slabs * warps, kWarpsWanted), 1);
    const std::int64_t groups = parts(plan.pixels, rounds);
    plan.groups = static_cast<unsigned>(groups);
    plan.slabs = static_cast<unsigned>(slabs);
    plan.warps = static_cast<unsigned>(warps);
    plan.checkpoint_values = groups * plan.checkpoints * p.states * p.channels;
    plan.sum_values = groups * (p.states + 2) * p.channels;
    plan.row_values = slabs > 1 ? slabs * plan.pixels * p.time * 2 * p.states : 0;
    return plan;
}

template <class Scalar, int States>
struct Shared {
    alignas(16) Scalar rows[kSteps][2][States];           // b and c of the chunk
    Scalar sums[kSteps][most_warps(States)][2 * States];  // gradients of b and c, of each warp's channels
};

/// A thread's way over its pixels.
template <class Scalar, int States>
struct Walk {
    const SelectiveScanGradParams<Scalar>& g;
    const GradPlan& plan;
    Shared<Scalar, States>& shared;
    Channel<Scalar, States> channel;
    Scalar *checkpoints, *row_sums;  // of this thread; of the block's slab
    std::int64_t pixel, batch, n, state;
    Scalar h[States], carry[States];

    /// Where this thread's channel lies in the rows of the pixel.
    template <class T>
    __device__ __forceinline__ T* row(T* from, const RowStrides& strides) const {
        return from ? from + row_offset(strides, batch, 0, n) + channel.index : nullptr;
    }
    __device__ __forceinline__ void load(Scalar (&to)[States], const Scalar* from) const {
        load_state(to, from, g.scan.channels, g.scan.states, channel.active);
    }
    __device__ __forceinline__ const Scalar* first_state() const {
        return g.scan.state_in ? g.scan.state_in + state : nullptr;
    }
    __device__ __forceinline__ Scalar* checkpoint(std::int64_t chunk) const {
        return checkpoints + (chunk - 1) * g.scan.states * g.scan.channels;
    }

    __device__ __forceinline__ void enter(std::int64_t new_pixel) {
        const SelectiveScanParams<Scalar>& p = g.scan;
        pixel = new_pixel;
        batch = static_cast<unsigned>(pixel) / static_cast<unsigned>(p.pixels);
        n = static_cast<unsigned>(pixel) % static_cast<unsigned>(p.pixels);
        state = pixel * p.states * p.channels + channel.index;
        load(h, first_state());
        load(carry, g.state_out_grad ? g.state_out_grad + state : nullptr);
    }

    __device__ __forceinline__ void load_chunk(Chunk<Scalar>& chunk, std::int64_t t0) const {
        const SelectiveScanParams<Scalar>& p = g.scan;
        load_values(chunk.x, row(p.x, p.x_strides), p.x_strides.time, t0, p.time, channel.active);
        load_values(chunk.delta, row(p.dt, p.dt_strides), p.dt_strides.time, t0, p.time, channel.active);
    }

    /// Every thread of the block calls it, when no thread reads the rows of another chunk any more.
    __device__ __forceinline__ void stage_chunk(Chunk<Scalar>& chunk, std::int64_t t0) {
        const SelectiveScanParams<Scalar>& p = g.scan;
        stage<States>(shared.rows, p.b + row_offset(p.b_strides, batch, 0, n), p.b_strides.time,
                      p.c + row_offset(p.c_strides, batch, 0, n), p.c_strides.time, t0, p.time, p.states, threadIdx.x,
                      blockDim.x);
        __syncthreads();
        finish_steps(chunk, channel.bias, p.dt_min, p.dt_softplus);
    }

    /// Takes `h` over all chunks but the last, whose first state it then is; leaves a checkpoint before each but the
    /// first.
    __device__ __forceinline__ void run_forward() {
        for (std::int64_t i = 0; i + 1 < plan.chunks; ++i) {
            if (i > 0)
                store_state(h, checkpoint(i), g.scan.channels, g.scan.states, channel.active);
            Chunk<Scalar> chunk;
            load_chunk(chunk, i * kSteps);
            stage_chunk(chunk, i * kSteps);
#pragma unroll
            for (int k = 0; k < kSteps; ++k)
                advance(h, channel, chunk.delta[k], chunk.x[k], shared.rows[k][0]);
            __syncthreads();  // nobody reads the rows any more
        }
    }

    __device__ __forceinline__ void store_step(const StepGrad<Scalar>& grad, std::int64_t t) const {
        if (!channel.active)
            return;
        if (g.x_grad)
            row(g.x_grad, g.x_grad_strides)[t * g.x_grad_strides.time] = grad.x;
        if (g.dt_grad)
            row(g.dt_grad, g.dt_grad_strides)[t * g.dt_grad_strides.time] = grad.dt;
        if (g.z_grad && g.scan.z)
            row(g.z_grad, g.z_grad_strides)[t * g.z_grad_strides.time] = grad.z;
    }

    /// Adds the warps' sums up, in their order, and writes them: the result, or the slab's part of it.
    __device__ __forceinline__ void store_rows(std::int64_t t0) const {
        const SelectiveScanParams<Scalar>& p = g.scan;
        for (unsigned i = threadIdx.x; i < kSteps * 2 * States; i += blockDim.x) {
            const unsigned k = i / (2 * States), value = i % (2 * States), s = value % States;
            const std::int64_t t = t0 + k;
            if (t >= p.time || s >= p.states)
                continue;
            Scalar sum(0);
            for (unsigned warp = 0; warp < plan.warps; ++warp)
                sum += shared.sums[k][warp][value];
            if (plan.slabs > 1)
                row_sums[((pixel * p.time + t) * 2 + value / States) * p.states + s] = sum;
            else if (value < States && g.b_grad)
                g.b_grad[row_offset(g.b_grad_strides, batch, t, n) + s] = sum;
            else if (value >= States && g.c_grad)
                g.c_grad[row_offset(g.c_grad_strides, batch, t, n) + s] = sum;
        }
    }

    /// From `h` at the chunk's begin and `carry` at its end to `carry` at its begin.
    __device__ __forceinline__ void chunk_back(std::int64_t t0, unsigned lane, unsigned warp) {
        const SelectiveScanParams<Scalar>& p = g.scan;
        const bool rows_wanted = g.b_grad || g.c_grad;
        Chunk<Scalar> chunk;
        Scalar dy[kSteps], z[kSteps], before[kSteps][States];
        load_chunk(chunk, t0);
        load_values(dy, row(g.y_grad, g.y_grad_strides), g.y_grad_strides.time, t0, p.time, channel.active);
        load_values(z, row(p.z, p.z_strides), p.z_strides.time, t0, p.time, channel.active);
        stage_chunk(chunk, t0);
#pragma unroll
        for (int k = 0; k < kSteps; ++k) {
#pragma unroll
            for (int s = 0; s < States; ++s)
                before[k][s] = h[s];
            if (k + 1 < kSteps && t0 + k + 1 < p.time)
                advance(h, channel, chunk.delta[k], chunk.x[k], shared.rows[k][0]);
        }
#pragma unroll
        for (int k = kSteps - 1; k >= 0; --k) {
            if (t0 + k >= p.time)
                continue;
            Scalar terms[States];
            store_step(step_back(channel, before[k], carry, terms, chunk.x[k], chunk.delta[k], chunk.slope[k], dy[k],
                                 z[k], p.z != nullptr, shared.rows[k], lane),
                       t0 + k);
            if (rows_wanted) {
                constexpr unsigned kShare = kLanes / (2 * States);
                const Scalar sum = folded<States, kLanes / 4>(terms, lane);
                if (lane % kShare == 0)
                    shared.sums[k][warp][lane / kShare] = sum;
            }
        }
        __syncthreads();  // the sums are complete and nobody reads the rows any more
        if (rows_wanted)
            store_rows(t0);
    }
};

template <class Scalar, int States>
__global__ void __launch_bounds__(kLanes* most_warps(States), blocks_wanted(States))
    back_kernel(const SelectiveScanGradParams<Scalar> g, const GradPlan plan, Scalar* workspace) {
    __shared__ Shared<Scalar, States> shared;
    const SelectiveScanParams<Scalar>& p = g.scan;
    const unsigned lane = threadIdx.x % kLanes, warp = threadIdx.x / kLanes, group = blockIdx.x, slab = blockIdx.y;
    const auto channel = channel_of<Scalar, States>(p, (slab * plan.warps + warp) * kLanes + lane);
    Scalar* const sums = workspace + plan.checkpoint_values;
    Walk<Scalar, States> walk{g,
                              plan,
                              shared,
                              channel,
                              workspace + group * plan.checkpoints * p.states * p.channels + channel.index,
                              sums + plan.sum_values + slab * plan.pixels * p.time * 2 * p.states,
                              0,
                              0,
                              0,
                              0,
                              {},
                              {}};
    for (std::int64_t pixel = group; pixel < plan.pixels; pixel += plan.groups) {
        walk.enter(pixel);
        walk.run_forward();
        for (std::int64_t i = plan.chunks - 1; i >= 0; --i) {
            if (i + 1 < plan.chunks)
                walk.load(walk.h, i > 0 ? walk.checkpoint(i) : walk.first_state());
            walk.chunk_back(i * kSteps, lane, warp);
        }
        if (g.state_in_grad)
            store_state(walk.carry, g.state_in_grad + walk.state, p.channels, p.states, channel.active);
    }
    Scalar* const own = sums + group * (p.states + 2) * p.channels + channel.index;
    store_state(walk.channel.a_sum, own, p.channels, p.states, channel.active);
    if (channel.active) {
        own[p.states * p.channels] = walk.channel.d_sum;
        own[(p.states + 1) * p.channels] = p.dt_softplus ? walk.channel.bias_sum : Scalar(0);
    }
}

constexpr int kSumRows = 16;  // threads that share a sum over the groups

/// Block (tile, row) adds row `row` of [groups, S + 2, C] up for 32 channels, in an order that the sizes fix.
template <class Scalar>
__global__ void __launch_bounds__(kLanes* kSumRows)
    sum_groups_kernel(const SelectiveScanGradParams<Scalar> g, const GradPlan plan, const Scalar* workspace) {
    __shared__ Scalar parts_of[kSumRows][kLanes];
    const std::int64_t channels = g.scan.channels, states = g.scan.states, row = blockIdx.y;
    const std::int64_t channel = blockIdx.x * kLanes + threadIdx.x;
    const Scalar* const from = workspace + plan.checkpoint_values + row * channels + channel;
    Scalar sum(0);
#pragma unroll 4
    for (unsigned group = threadIdx.y; group < plan.groups; group += kSumRows)
        sum += channel < channels ? from[group * (states + 2) * channels] : Scalar(0);
    parts_of[threadIdx.y][threadIdx.x] = sum;
    __syncthreads();
    Scalar* const to = row < states    ? g.a_grad ? g.a_grad + row * channels : nullptr
                       : row == states ? g.d_grad
                                       : g.dt_bias_grad;
    if (threadIdx.y > 0 || channel >= channels || !to)
        return;
    for (int i = 1; i < kSumRows; ++i)
        sum += parts_of[i][threadIdx.x];
    to[channel] = sum;
}

constexpr int kRowThreads = 256;

/// Adds the slabs' parts of the gradients of b and c up, one thread a value.
template <class Scalar>
__global__ void __launch_bounds__(kRowThreads)
    sum_slabs_kernel(const SelectiveScanGradParams<Scalar> g, const GradPlan plan, const Scalar* workspace) {
    const SelectiveScanParams<Scalar>& p = g.scan;
    const std::int64_t count = plan.pixels * p.time * 2 * p.states;
    const std::int64_t index = blockIdx.x * static_cast<std::int64_t>(kRowThreads) + threadIdx.x;
    if (index >= count)
        return;
    const Scalar* const from = workspace + plan.checkpoint_values + plan.sum_values + index;
    Scalar sum(0);
    for (unsigned slab = 0; slab < plan.slabs; ++slab)
        sum += from[slab * count];
    const std::int64_t s = index % p.states, row = index / p.states, t = row / 2 % p.time, pixel = row / 2 / p.time;
    const bool of_b = row % 2 == 0;
    Scalar* const to = of_b ? g.b_grad : g.c_grad;
    if (to)
        to[row_offset(of_b ? g.b_grad_strides : g.c_grad_strides, pixel / p.pixels, t, pixel % p.pixels) + s] = sum;
}

template <class Scalar>
int start(const SelectiveScanGradParams<Scalar>& g, Scalar* workspace, void* stream) noexcept {
    constexpr std::int64_t kMostPixels = std::int64_t{1} << 31;
    const SelectiveScanParams<Scalar>& p = g.scan;
    if (p.states > kMaxScanStates || p.batch * p.pixels >= kMostPixels)
        return cudaErrorInvalidValue;
    const GradPlan plan = plan_of(p);
    const Scalar* const filled = workspace;
    int error = launch(p.states <= 8 ? back_kernel<Scalar, 8> : back_kernel<Scalar, 16>, dim3(plan.groups, plan.slabs),
                       plan.warps * kLanes, stream, g, plan, workspace);
    if (error == cudaSuccess && (g.a_grad || g.d_grad || g.dt_bias_grad))
        error =
            launch(sum_groups_kernel<Scalar>, dim3(blocks_for(p.channels, kLanes), static_cast<unsigned>(p.states + 2)),
                   dim3(kLanes, kSumRows), stream, g, plan, filled);
    if (error == cudaSuccess && plan.slabs > 1 && (g.b_grad || g.c_grad))
        error = launch(sum_slabs_kernel<Scalar>, blocks_for(plan.pixels * p.time * 2 * p.states, kRowThreads),
                       kRowThreads, stream, g, plan, filled);
    return error;
}

}  // namespace selective_scan_device

std::size_t selective_scan_grad_workspace_bytes(const SelectiveScanGradParams<float>& params) noexcept {
    const auto plan = selective_scan_device::plan_of(params.scan);
    return static_cast<std::size_t>(plan.checkpoint_values + plan.sum_values + plan.row_values) * sizeof(float);
}

int selective_scan_grad_cuda(const SelectiveScanGradParams<float>& params, void* workspace, void* stream) noexcept {
    return selective_scan_device::start(params, static_cast<float*>(workspace), stream);
}

}  // namespace ausm
