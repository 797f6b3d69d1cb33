// SPDX-License-Identifier: MIT
// Multi-scale deformable attention on the GPU, backward.
//
// Design: blocks, samples in shared memory and channels a thread as in the forward. The threads of a query form a group
// (a power of two up to 32): each reads its channels of the four corners, adds to the gradient of the value and to four
// dot products, which shuffles sum in a fixed order; their gradients replace the samples in shared memory and are
// written side by side at the end. So only the gradient of the value depends on an order.
// Two ways for it:
// - float atomics (default). Compute capability 9 adds 16 bytes at once (one instruction for 4 channels); before it
//   threads take single channels, so that a warp adds to neighbouring ones.
// - fixed point (`deterministic`): a first kernel finds max |grad_out| and max |weights| (integer maxima), products are
//   scaled by powers of two to [-1, 1] and added as 64-bit integers, whose sum has no order and cannot overflow; a last
//   kernel converts. No sorting, linear in the samples, also when all of them hit one token.
// At 64 x 112 + 32 x 56 + 16 x 28 tokens = queries, M 8, D 32, L 3, P 4: 50 MB must move (17 us at 3.0 TB/s), but
// 462 MB are read by the gather (L1, L2) and 462 MB added in L2, twice that in fixed point: bound by the atomics of L2.
// Expected: a few times the forward, not yet measured.
// sm_90: float32 72 registers and 5 KiB of shared memory (28 warps a processor: the bound of 7 blocks saves 8
// registers without spilling), bfloat16 68 and 10 KiB, single channels 61 to 64 and 5 KiB; nothing spilled.
// Considered: one block per head and range of tokens that searches all samples (deterministic, but quadratic in the
// picture's size); sorting the samples by token (deterministic, several passes more). Not tried: summing a tile's
// gradients in shared memory before the atomics.
#include "kernels/ms_deform_attn_grad.h"

#include <cmath>

#include "kernels/ms_deform_attn.cuh"
#include "kernels/ms_deform_attn_sample.h"

namespace ausm {
namespace deform_attn_gpu {
namespace {

/// Each of the four sums is atomic on its own. `to` is a multiple of 16 bytes.
__device__ __forceinline__ void add_four(float* to, float a, float b, float c, float d) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
    atomicAdd(reinterpret_cast<float4*>(to), make_float4(a, b, c, d));
#else
    atomicAdd(to, a);
    atomicAdd(to + 1, b);
    atomicAdd(to + 2, c);
    atomicAdd(to + 3, d);
#endif
}

/// The value's gradient as float sums in memory.
struct FloatSums {
    float* to;  // [B, tokens, M, D]

    __device__ __forceinline__ void prepare() {}
    /// Adds weight * share * g to N channels.
    template <int N>
    __device__ __forceinline__ void add(std::int64_t at, float weight, float share, const float (&g)[N]) const {
        const float scale = weight * share;
        if constexpr (N % 4 == 0) {
#pragma unroll
            for (int i = 0; i < N; i += 4)
                add_four(to + at + i, scale * g[i], scale * g[i + 1], scale * g[i + 2], scale * g[i + 3]);
        } else {
#pragma unroll
            for (int i = 0; i < N; ++i)
                atomicAdd(to + at + i, scale * g[i]);
        }
    }
};

/// The smallest e with values < 2^e for a largest magnitude given as bits; -126 also for subnormal ones.
__device__ __forceinline__ int exponent_of(unsigned largest) { return static_cast<int>(largest >> 23) - 126; }

/// The value's gradient as 64-bit fixed-point sums, which do not depend on their order. grad_out and weights are brought
/// to [-1, 1] by powers of two, their products to `bits` bits.
struct FixedSums {
    unsigned long long* to;   // [B, tokens, M, D], two's complement
    const unsigned* largest;  // bits of max |grad_out|, max |weights|
    int bits;                 // that the number of summands leaves of 62
    float unit_g, unit_weight, unit;

    __device__ __forceinline__ void prepare() {
        unit_g = ldexpf(1.0F, -exponent_of(largest[0]));
        unit_weight = ldexpf(1.0F, -exponent_of(largest[1]));
        unit = ldexpf(1.0F, bits);
    }
    template <int N>
    __device__ __forceinline__ void add(std::int64_t at, float weight, float share, const float (&g)[N]) const {
        const float scale = weight * unit_weight * share;
#pragma unroll
        for (int i = 0; i < N; ++i)
            atomicAdd(to + at + i, static_cast<unsigned long long>(llrintf(scale * (g[i] * unit_g) * unit)));
    }
};

/// blockIdx.y 0: grad_out, 1: weights. The order of maxima does not matter.
template <class Scalar>
__global__ void __launch_bounds__(kThreads)
    largest_kernel(const Scalar* grad_out, const std::int64_t outs, const Scalar* weights,
                   const std::int64_t weight_count, unsigned* largest) {
    const Scalar* values = blockIdx.y == 0 ? grad_out : weights;
    const std::int64_t count = blockIdx.y == 0 ? outs : weight_count;
    unsigned most = 0;
    for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(kThreads) + threadIdx.x; i < count;
         i += static_cast<std::int64_t>(gridDim.x) * kThreads)
        most = max(most, float_bits(widen(values[i])) & 0x7fffffffU);
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2)
        most = max(most, __shfl_xor_sync(0xffffffffU, most, distance));
    if (threadIdx.x % 32 == 0)
        atomicMax(largest + blockIdx.y, most);
}

__global__ void __launch_bounds__(kThreads)
    finish_kernel(const FixedSums fixed, float* grad_value, const std::int64_t count) {
    const std::int64_t i = blockIdx.x * static_cast<std::int64_t>(kThreads) + threadIdx.x;
    if (i >= count)
        return;
    const unsigned g = fixed.largest[0], weight = fixed.largest[1], infinite = 0x7f800000U;
    const auto sum = static_cast<double>(static_cast<long long>(fixed.to[i]));
    grad_value[i] = g < infinite && weight < infinite
                        ? static_cast<float>(ldexp(sum, exponent_of(g) + exponent_of(weight) - fixed.bits))
                        : nanf("");
}

/// A sample in shared memory; its gradients take its place.
struct alignas(16) Spot {
    float x, y, weight;
    unsigned inside;
};

/// dot[k] = value of corner k . grad_out, summed over the threads of a query; each of them gets the sum.
__device__ __forceinline__ void sum_over(int group, float (&dot)[4]) {
#pragma unroll 1
    for (int distance = group / 2; distance > 0; distance /= 2) {
#pragma unroll
        for (int k = 0; k < 4; ++k)
            dot[k] += __shfl_xor_sync(0xffffffffU, dot[k], distance);
    }
}

/// The gradients of the pixel coordinates and the weight.
__device__ __forceinline__ Spot gradients_of(const Spot& spot, const float (&dot)[4]) {
    const float left = 1.0F - spot.x, top = 1.0F - spot.y;
    return {spot.weight * (top * (dot[1] - dot[0]) + spot.y * (dot[3] - dot[2])),
            spot.weight * (left * (dot[2] - dot[0]) + spot.x * (dot[3] - dot[1])),
            top * (left * dot[0] + spot.x * dot[1]) + spot.y * (left * dot[2] + spot.x * dot[3]), 0};
}

/// A row of tokens' channels and the steps to the neighbours.
struct Steps {
    std::int64_t token, right, down;

    __device__ __forceinline__ std::int64_t corner(int k) const {
        return token + ((k & 1) != 0 ? right : 0) + ((k & 2) != 0 ? down : 0);
    }
};

/// N channels of a sample: adds to dot[], and to the gradient of the value at the corners.
template <int N, class Scalar, class Sums>
__device__ __forceinline__ void visit_corners(const Spot& spot, const Pack<Scalar, N>& packed_g, const Scalar* value,
                                              const Steps& value_at, const Sums& sums, const Steps& sum_at,
                                              float (&dot)[4]) {
    Pack<Scalar, N> corners[4];
    float g[N];
#pragma unroll
    for (int k = 0; k < 4; ++k)
        corners[k] = load_if<N>((spot.inside >> k & 1U) != 0, value, value_at.corner(k));
#pragma unroll
    for (int i = 0; i < N; ++i)
        g[i] = widen(packed_g.v[i]);
#pragma unroll
    for (int k = 0; k < 4; ++k) {
#pragma unroll
        for (int i = 0; i < N; ++i)
            dot[k] += widen(corners[k].v[i]) * g[i];
        if ((spot.inside >> k & 1U) != 0)
            sums.add(sum_at.corner(k), spot.weight, corner_share(Footprint<float>{0, 0, spot.x, spot.y}, k), g);
    }
}

/// All threads of the block; `spots` and `tokens` (of corner 0) are in shared memory.
template <class Scalar>
__device__ __forceinline__ void read_samples(const MsDeformAttnGradParams<Scalar>& p, const Tile& tile, int count,
                                             Spot* spots, std::int32_t* tokens) {
    const MsDeformAttnShape& s = p.shape;
    for (int entry = static_cast<int>(threadIdx.x); entry < count; entry += kThreads) {
        const std::int64_t at = sample_index(s, tile, entry);
        const int level = level_of(s, entry);
        const auto f = footprint(p.locations[2 * at], p.locations[2 * at + 1], s.heights[level], s.widths[level]);
        spots[entry] = {f.x, f.y, widen(p.weights[at]), f.inside};
        tokens[entry] = static_cast<std::int32_t>(first_token(s, level)) + f.pixel;
    }
}

template <class Scalar>
__device__ __forceinline__ void write_gradients(const MsDeformAttnGradParams<Scalar>& p, const Tile& tile, int count,
                                                const Spot* spots) {
    const MsDeformAttnShape& s = p.shape;
    for (int entry = static_cast<int>(threadIdx.x); entry < count; entry += kThreads) {
        const std::int64_t at = sample_index(s, tile, entry);
        const int level = level_of(s, entry);
        p.grad_locations[2 * at] = static_cast<float>(s.widths[level]) * spots[entry].x;
        p.grad_locations[2 * at + 1] = static_cast<float>(s.heights[level]) * spots[entry].y;
        store(p.grad_weights[at], spots[entry].weight);
    }
}

/// `group`, a power of two up to 32, threads take one query.
template <class Scalar, int N, class Sums>
__global__ void __launch_bounds__(kThreads, 7)
    differentiate_kernel(const MsDeformAttnGradParams<Scalar> p, const Sums unprepared, const int per_tile,
                         const int group) {
    __shared__ Spot spots[kEntries<N>];
    __shared__ std::int32_t tokens[kEntries<N>];  // of corner 0
    const MsDeformAttnShape& s = p.shape;
    const Tile tile = tile_of_block(s, per_tile);
    const int samples = static_cast<int>(s.levels * s.points);
    read_samples(p, tile, tile.count * samples, spots, tokens);
    __syncthreads();

    Sums sums = unprepared;
    sums.prepare();
    const int q = static_cast<int>(threadIdx.x) / group, lane = static_cast<int>(threadIdx.x) % group;
    const int channels = static_cast<int>(s.channels), first = lane * N;
    const bool busy = q < tile.count;  // a warp's others go through the same shuffles
    const Scalar* value = p.value + tile.b * s.value_batch_stride + tile.head * s.channels;
    const std::int64_t row = s.heads * s.channels;
    const std::int64_t sums_start = tile.b * first_token(s, s.levels) * row + tile.head * s.channels;
    const Scalar* grad_out = p.grad_out + (tile.b * s.queries + tile.first + q) * row + tile.head * s.channels;
    Pack<Scalar, N> first_g{};
    if (busy && first < channels)
        first_g = load<N>(grad_out + first);
    const int first_of_warp = static_cast<int>(threadIdx.x / 32 * 32) / group;
    int entry = q * samples;
    for (int level = 0; level < s.levels && first_of_warp < tile.count; ++level) {
        for (int point = 0; point < s.points; ++point, ++entry) {
            const Spot spot = busy ? spots[entry] : Spot{};
            const std::int64_t token = busy ? tokens[entry] : 0, width = s.widths[level];
            float dot[4] = {};
            for (int c = first; c < channels && spot.inside != 0; c += group * N) {
                const Pack<Scalar, N> g = c == first ? first_g : load<N>(grad_out + c);
                const std::int64_t right = s.value_token_stride;
                visit_corners<N>(spot, g, value, {token * right + c, right, width * right}, sums,
                                 {sums_start + token * row + c, row, width * row}, dot);
            }
            sum_over(group, dot);
            __syncwarp();  // all threads of the query have read the spot
            if (busy && lane == 0)
                spots[entry] = gradients_of(spot, dot);
        }
    }
    __syncthreads();
    write_gradients(p, tile, tile.count * samples, spots);
}

template <int N, class Scalar, class Sums>
int start_gradient(const MsDeformAttnGradParams<Scalar>& p, const Sums& sums, void* stream) noexcept {
    const MsDeformAttnShape& s = p.shape;
    int group = 1;
    while (group < 32 && group * N < s.channels)
        group *= 2;
    const int per_tile =
        static_cast<int>(std::min<std::int64_t>(kThreads / group, kEntries<N> / (s.levels * s.points)));
    return launch(differentiate_kernel<Scalar, N, Sums>, blocks_of(s, per_tile), kThreads, stream, p, sums, per_tile,
                  group);
}

template <class Scalar>
int differentiate_deterministic(const MsDeformAttnGradParams<Scalar>& p, std::int64_t values, void* stream) noexcept {
    const MsDeformAttnShape& s = p.shape;
    if (p.workspace == nullptr)
        return cudaErrorInvalidValue;
    auto* sums = static_cast<unsigned long long*>(p.workspace);
    auto* largest = reinterpret_cast<unsigned*>(sums + values);
    int bits = 62;
    while (bits > 0 && s.queries * s.points > std::int64_t{1} << (62 - bits))
        --bits;
    const FixedSums fixed{sums, largest, bits, 0, 0, 0};
    int error =
        cudaMemsetAsync(sums, 0, ms_deform_attn_grad_workspace_bytes(s, true), static_cast<cudaStream_t>(stream));
    const std::int64_t rows = s.batch * s.queries * s.heads;
    const unsigned blocks = std::min(blocks_for(rows * s.channels, kThreads * 8), 1024U);
    if (error == cudaSuccess)
        error = launch(largest_kernel<Scalar>, dim3(blocks, 2), kThreads, stream, p.grad_out, rows * s.channels,
                       p.weights, rows * s.levels * s.points, largest);
    if (error == cudaSuccess)
        error = start_gradient<1>(p, fixed, stream);
    if (error == cudaSuccess)
        error = launch(finish_kernel, blocks_for(values, kThreads), kThreads, stream, fixed, p.grad_value, values);
    return error;
}

/// Adding four floats at once needs compute capability 9; before it, neighbouring threads add neighbouring channels.
bool adds_four() noexcept {
    int device = 0, major = 0;
    return cudaGetDevice(&device) == cudaSuccess &&
           cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device) == cudaSuccess && major >= 9;
}

template <class Scalar>
int differentiate(const MsDeformAttnGradParams<Scalar>& p, void* stream) noexcept {
    const MsDeformAttnShape& s = p.shape;
    if (!is_supported(s))
        return cudaErrorInvalidValue;
    const std::int64_t values = s.batch * first_token(s, s.levels) * s.heads * s.channels;
    if (p.deterministic)
        return differentiate_deterministic(p, values, stream);
    const int error = cudaMemsetAsync(p.grad_value, 0, static_cast<std::size_t>(values) * sizeof(float),
                                      static_cast<cudaStream_t>(stream));
    if (error != cudaSuccess)
        return error;
    const FloatSums sums{p.grad_value};
    const bool aligned = rows_are_aligned<Scalar>(s, {p.value, p.grad_out, p.grad_value});
    return aligned && adds_four() ? start_gradient<16 / sizeof(Scalar)>(p, sums, stream)
                                  : start_gradient<1>(p, sums, stream);
}

}  // namespace
}  // namespace deform_attn_gpu

int ms_deform_attn_grad_cuda(const MsDeformAttnGradParams<float>& params, void* stream) noexcept {
    return deform_attn_gpu::differentiate(params, stream);
}

int ms_deform_attn_grad_cuda(const MsDeformAttnGradParams<BFloat16>& params, void* stream) noexcept {
    return deform_attn_gpu::differentiate(params, stream);
}

}  // namespace ausm
