// SPDX-License-Identifier: MIT
// One frame of Mamba on the GPU: float32 or bfloat16 activations, float32 state.
//
// Bytes per pixel and channel: the state once in, once out, u and z in, y out, 8 (K - 1 + S) + 3 sizeof(Scalar);
// intermediates stay in registers and shared memory. float32, K 4, at 3.0 TB/s:
//   small model, 448 x 192, S 8      8.6 MB,   2.9 us
//   the same, 16 streams           137.6 MB,  45.9 us
//   the paper's, 4800 x 512, S 16  403.0 MB, 134.3 us
// The limit is memory: the paper's frame has 0.57 GFLOP of multiply-adds (9 us at 67 TFLOP/s) and 47 M exponentials
// (12 us at 16 a clock and multiprocessor). Weights (162 KB in float32 at the paper's sizes) come from the caches, once
// for every block: kept in the first level, because all that is touched once bypasses it (ld/st.global.cg).
//
// Design: a block takes four pixels (or two, below), a thread a channel, so that every global access of a warp is 32
// neighbours. Three phases with a __syncthreads() between them:
//   1. x = SiLU(conv) into shared memory, the tail moved on; all loads of a thread's pixels before its stores.
//   2. dt_low, B, C = x_weight x: a warp takes three rows at a time, its lanes walk along the channels. A weight
//      serves all pixels, an x three rows. Then a butterfly over the lanes: each step halves the pixels a lane sums
//      for, 6 shuffles a row instead of 20.
//   3. The thread's column of a, in registers, serves its pixels; the products with dt_low; then per pixel all S loads
//      of the state are in flight together, S exponentials (exp2, log2(e) is multiplied into a), S stores.
// From 1024 pixels on a block is four pixels by up to 256 threads (channels beyond in rounds): at least four blocks a
// multiprocessor, whose phases overlap, 1024 threads with 64 bytes each in flight: 64 KB, three times what 3 TB/s at
// 0.8 us need. Below, a frame lasts as long as its chain of latencies: two pixels a block, a thread for each pixel and
// channel, and its state is asked for as soon as its place is known, to arrive while phases 1 and 2 run. Rows of the batch
// may have their state anywhere: the addresses are read from a table, once a pixel, so that a replayed graph works on other
// rows.
//
// Registers and shared memory, sm_90 (nvcc 13.0):
//   S 8:   53 to 56, 9.1 KB below 1024 pixels; 58 to 62, 18.1 KB from there on
//   S 16:  64, 9.1 KB, 12 to 16 bytes of spilled loads below; 64, 18.1 KB, no spills from there on
//   other: 64, 18.1 KB, 48 to 64 bytes of spilled loads
//
// Considered: one pixel a block reads all weights for every pixel, twice the bytes of the small model's state;
// x_weight on tensor cores, 96 of 232 operations a value that are not the limit; two channels a thread with 8-byte
// accesses, more registers for nothing while 64 KB are in flight. Offsets into the state in 32 bits: the compiler keeps
// all S of them, 632 bytes of spills; in 64 bits none.
// Sums are taken in a fixed order, whatever the batch; no atomics: deterministic. Not yet timed on a GPU.
#include "kernels/mamba_step.h"

#include "kernels/cuda_launch.cuh"

namespace ausm {
namespace mamba_step_gpu {

constexpr unsigned kWarp = 32, kMaxWidth = 256;
constexpr unsigned kMaxChannels = kMambaStepMaxChannels, kMaxTaps = kMambaStepMaxTaps;
constexpr unsigned kMaxStates = kMambaStepMaxStates, kMaxRank = kMambaStepMaxRank;

/// How a block works: kGroups threads a channel, each walking through kOwn pixels. kExact: S is kStates, otherwise it
/// is at most that.
template <unsigned kStates_, bool kExact_, unsigned kOwn_, unsigned kGroups_>
struct Plan {
    static constexpr unsigned kStates = kStates_, kOwn = kOwn_, kGroups = kGroups_, kPixels = kOwn * kGroups;
    static constexpr bool kExact = kExact_;
    static constexpr unsigned kThreads = kMaxWidth * kGroups;
};

/// Where a pixel's rows start.
struct Place {
    std::int64_t u, z, y;
    MambaStateRow<float> row;
};

template <unsigned kPixels>
struct alignas(16) Shared {
    float x[kPixels][kMaxChannels];
    float dt_low[kMaxRank][kPixels];
    float b[kPixels][kMaxStates], c[kPixels][kMaxStates];
    Place places[kPixels];
};

// The first-level cache is left to the weights: what a frame touches once passes it by.
__device__ inline float load_once(const float* from) { return __ldcg(from); }
__device__ inline float load_once(const BFloat16* from) { return widen(BFloat16{__ldcg(&from->bits)}); }
__device__ inline void store_once(float* to, float value) { __stcg(to, value); }
__device__ inline void store_once(BFloat16* to, float value) {
    BFloat16 rounded;
    store(rounded, value);
    __stcg(&to->bits, rounded.bits);
}

__device__ inline float silu(float v) { return v / (1.0F + expf(-v)); }

/// Sums values[i] over the warp, always in the same order; returns in lane l the sum of values[l / (32 / kCount)].
template <unsigned kCount>
__device__ float sum_over_warp(float (&values)[kCount]) {
    const unsigned lane = threadIdx.x % kWarp;
    unsigned distance = kWarp / 2;
#pragma unroll
    for (unsigned half = kCount / 2; half > 0; half /= 2, distance /= 2) {
        const bool upper = (lane & distance) != 0;
#pragma unroll
        for (unsigned i = 0; i < half; ++i) {
            const float kept = upper ? values[half + i] : values[i], given = upper ? values[i] : values[half + i];
            values[i] = kept + __shfl_xor_sync(0xffffffffU, given, distance);
        }
    }
#pragma unroll
    for (; distance > 0; distance /= 2)
        values[0] += __shfl_xor_sync(0xffffffffU, values[0], distance);
    return values[0];
}

/// One thread's part of the kernel.
template <class Plan, class Scalar>
struct Step {
    static constexpr unsigned kOwn = Plan::kOwn, kPixels = Plan::kPixels, kStates = Plan::kStates;
    const MambaStepParams<Scalar>& p;
    Shared<kPixels>& shared;
    const unsigned channels = static_cast<unsigned>(p.channels), taps = static_cast<unsigned>(p.taps);
    const unsigned states = Plan::kExact ? kStates : static_cast<unsigned>(p.states),
                   rank = static_cast<unsigned>(p.rank);
    const unsigned first_pixel = blockIdx.x * kPixels, count = static_cast<unsigned>(p.batch * p.pixels);
    const unsigned first = threadIdx.y * kOwn;  // of this thread's pixels in the block

    /// The last block may have fewer pixels.
    __device__ bool exists(unsigned i) const { return first_pixel + first + i < count; }

    __device__ void place_pixels() const {
        const unsigned thread = threadIdx.y * blockDim.x + threadIdx.x, pixel = first_pixel + thread;
        if (thread >= kPixels)
            return;
        const auto pixels = static_cast<unsigned>(p.pixels);
        const std::int64_t b = min(pixel, count - 1) / pixels, n = pixel % pixels;
        auto row = state_row(p, b);
        const std::int64_t tail = n * channels, state = n * states * channels;
        row.tail_in = row.tail_in ? row.tail_in + tail : nullptr;
        row.state_in = row.state_in ? row.state_in + state : nullptr;
        row.tail_out += tail;
        row.state_out += state;
        shared.places[thread] = {row_offset(p.u_strides, b, 0, n), row_offset(p.z_strides, b, 0, n),
                                 row_offset(p.y_strides, b, 0, n), row};
    }

    /// What the taps of pixel `first + i` meet, oldest first.
    __device__ void load_rows(unsigned i, unsigned channel, float (&rows)[kMaxTaps]) const {
#pragma unroll
        for (unsigned k = 0; k < kMaxTaps; ++k)
            rows[k] = 0.0F;
        if (!exists(i))
            return;
        const auto& place = shared.places[first + i];
        const float newest = load_once(p.u + place.u + channel);
        if (const float* const tail = place.row.tail_in; tail != nullptr) {
#pragma unroll
            for (unsigned k = 0; k < kMaxTaps - 1; ++k)
                if (k < taps - 1)
                    rows[k] = load_once(tail + k * p.pixels * p.channels + channel);
        }
#pragma unroll
        for (unsigned k = 0; k < kMaxTaps; ++k)
            if (k == taps - 1)
                rows[k] = newest;
    }

    /// x = SiLU(conv) of this thread's pixels, and their tails moved on. All is read before anything is written.
    __device__ void convolve(unsigned channel) const {
        float rows[kOwn][kMaxTaps];
#pragma unroll
        for (unsigned i = 0; i < kOwn; ++i)
            load_rows(i, channel, rows[i]);
        float sums[kOwn];
#pragma unroll
        for (unsigned i = 0; i < kOwn; ++i)
            sums[i] = __ldg(p.conv_bias + channel);
#pragma unroll
        for (unsigned k = 0; k < kMaxTaps; ++k) {
            const float weight = k < taps ? __ldg(p.conv_weight + k * p.channels + channel) : 0.0F;
#pragma unroll
            for (unsigned i = 0; i < kOwn; ++i)
                sums[i] += weight * rows[i][k];
        }
#pragma unroll
        for (unsigned i = 0; i < kOwn; ++i) {
            shared.x[first + i][channel] = silu(sums[i]);
            if (!exists(i))
                continue;
            float* tail = shared.places[first + i].row.tail_out + channel;
#pragma unroll
            for (unsigned k = 1; k < kMaxTaps; ++k)
                if (k < taps)
                    store_once(tail + (k - 1) * p.pixels * p.channels, rows[i][k]);
        }
    }

    __device__ void put_steer(unsigned row, unsigned pixel, float value) const {
        if (row < rank)
            shared.dt_low[row][pixel] = value;
        else if (row < rank + states)
            shared.b[pixel][row - rank] = value;
        else
            shared.c[pixel][row - rank - states] = value;
    }

    /// dt_low, B, C = x_weight x of all pixels of the block; a warp takes three rows at a time.
    __device__ void multiply() const {
        constexpr unsigned kRows = 3;
        const unsigned warps = blockDim.x * blockDim.y / kWarp, lane = threadIdx.x % kWarp;
        const unsigned warp = (threadIdx.y * blockDim.x + threadIdx.x) / kWarp, rows = rank + 2 * states;
        for (unsigned row = warp; row < rows; row += kRows * warps) {
            float sums[kRows][kPixels] = {};
            const float* weights[kRows];
#pragma unroll
            for (unsigned r = 0; r < kRows; ++r)
                weights[r] = p.x_weight + min(row + r * warps, rows - 1) * p.channels;
#pragma unroll 4
            for (unsigned channel = lane; channel < channels; channel += kWarp) {
                float weight[kRows];
#pragma unroll
                for (unsigned r = 0; r < kRows; ++r)
                    weight[r] = __ldg(weights[r] + channel);
#pragma unroll
                for (unsigned i = 0; i < kPixels; ++i) {
                    const float x = shared.x[i][channel];
#pragma unroll
                    for (unsigned r = 0; r < kRows; ++r)
                        sums[r][i] += weight[r] * x;
                }
            }
#pragma unroll
            for (unsigned r = 0; r < kRows; ++r) {
                if (row + r * warps >= rows)
                    break;
                const float sum = sum_over_warp(sums[r]);
                if (lane % (kWarp / kPixels) == 0)
                    put_steer(row + r * warps, lane / (kWarp / kPixels), sum);
            }
        }
    }

    /// h of pixel `first + i` before this frame.
    __device__ void load_state(unsigned i, unsigned channel, float (&h)[kStates]) const {
#pragma unroll
        for (unsigned s = 0; s < kStates; ++s)
            h[s] = 0.0F;
        if (!exists(i))
            return;
        const float* from = shared.places[first + i].row.state_in;
        if (from == nullptr)
            return;
        from += channel;
#pragma unroll
        for (unsigned s = 0; s < kStates; ++s)
            if (s < states)
                h[s] = load_once(from + s * p.channels);
    }

    __device__ void step_sizes(unsigned channel, float (&delta)[kOwn]) const {
#pragma unroll
        for (unsigned i = 0; i < kOwn; ++i)
            delta[i] = __ldg(p.dt_bias + channel);
#pragma unroll 4
        for (unsigned r = 0; r < rank; ++r) {
            const float weight = __ldg(p.dt_weight + r * p.channels + channel);
#pragma unroll
            for (unsigned i = 0; i < kOwn; ++i)
                delta[i] += weight * shared.dt_low[r][first + i];
        }
#pragma unroll
        for (unsigned i = 0; i < kOwn; ++i)
            delta[i] = fmaxf(delta[i], 0.0F) + log1pf(expf(-fabsf(delta[i]))) + p.dt_min;
    }

    /// The recurrence of pixel `first + i`; decay: a log2(e), h: loaded.
    __device__ void scan(unsigned i, unsigned channel, float delta, const float (&decay)[kStates],
                         float (&h)[kStates]) const {
        if (!exists(i))
            return;
        const auto& place = shared.places[first + i];
        float* to = place.row.state_out + channel;
        const float z = load_once(p.z + place.z + channel);
        const float x = shared.x[first + i][channel], drive = delta * x;
        float y = __ldg(p.d + channel) * x;
#pragma unroll
        for (unsigned s = 0; s < kStates; ++s) {
            if (s >= states)
                break;
            h[s] = exp2f(delta * decay[s]) * h[s] + drive * shared.b[first + i][s];
            y += shared.c[first + i][s] * h[s];
            store_once(to + s * p.channels, h[s]);
        }
        store_once(p.y + place.y + channel, y * silu(z));
    }

    __device__ void run() const {
        const unsigned begin = threadIdx.x, stride = blockDim.x;
        place_pixels();
        __syncthreads();
        // With one pixel a thread its state comes while the block computes what steers it.
        constexpr bool kEarly = kOwn == 1;
        float h[kStates];
        if (kEarly && begin < channels)
            load_state(0, begin, h);
        for (unsigned channel = begin; channel < channels; channel += stride)
            convolve(channel);
        __syncthreads();
        multiply();
        __syncthreads();
        for (unsigned channel = begin; channel < channels; channel += stride) {
            constexpr float kLog2e = 1.44269504F;
            float decay[kStates], delta[kOwn];
#pragma unroll
            for (unsigned s = 0; s < kStates; ++s)
                decay[s] = s < states ? kLog2e * __ldg(p.a + s * p.channels + channel) : 0.0F;
            step_sizes(channel, delta);
#pragma unroll
            for (unsigned i = 0; i < kOwn; ++i) {
                if (!kEarly || channel != begin)
                    load_state(i, channel, h);
                scan(i, channel, delta[i], decay, h);
            }
        }
    }
};

template <class Plan, class Scalar>
__global__ void __launch_bounds__(Plan::kThreads, 1024 / Plan::kThreads) step_kernel(const MambaStepParams<Scalar> p) {
    __shared__ Shared<Plan::kPixels> shared;
    const Step<Plan, Scalar> step{p, shared};
    step.run();
}

template <class Plan, class Scalar>
int start(const MambaStepParams<Scalar>& p, void* stream) noexcept {
    const auto channels = static_cast<unsigned>(p.channels);
    const unsigned rounds = (channels + kMaxWidth - 1) / kMaxWidth;
    const unsigned width = ((channels + rounds - 1) / rounds + kWarp - 1) / kWarp * kWarp;
    return launch(step_kernel<Plan, Scalar>, blocks_for(p.batch * p.pixels, Plan::kPixels), dim3(width, Plan::kGroups),
                  stream, p);
}

template <class Scalar>
int step(const MambaStepParams<Scalar>& p, void* stream) noexcept {
    // Below, blocks of four pixels would leave most of a large GPU idle.
    constexpr std::int64_t kMany = 1024;
    const std::int64_t count = p.batch * p.pixels;
    if (count == 0 || p.channels == 0)
        return cudaSuccess;
    if (p.channels > kMaxChannels || p.taps < 1 || p.taps > kMaxTaps || p.states > kMaxStates || p.rank > kMaxRank ||
        count > 0x7fffffff)
        return cudaErrorInvalidValue;
    if (p.states == 8)
        return count < kMany ? start<Plan<8, true, 1, 2>>(p, stream) : start<Plan<8, true, 4, 1>>(p, stream);
    if (p.states == 16)
        return count < kMany ? start<Plan<16, true, 1, 2>>(p, stream) : start<Plan<16, true, 4, 1>>(p, stream);
    return start<Plan<16, false, 4, 1>>(p, stream);
}

}  // namespace mamba_step_gpu

int mamba_step_cuda(const MambaStepParams<float>& params, void* stream) noexcept {
    return mamba_step_gpu::step(params, stream);
}

int mamba_step_cuda(const MambaStepParams<BFloat16>& params, void* stream) noexcept {
    return mamba_step_gpu::step(params, stream);
}

}  // namespace ausm
