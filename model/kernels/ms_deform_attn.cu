// SPDX-License-Identifier: MIT
// Multi-scale deformable attention on the GPU, forward.
//
// Design: a block takes neighbouring queries of one head, which read mostly the same part of the value, so that L1
// serves many of the reads. First its threads turn each sample into four corner weights and a token in shared memory
// (20 bytes), once for all channels. Then a thread sums 16 bytes of channels (4 float, 8 bfloat16) of one query over all
// samples: 8 or 4 neighbouring threads read a corner of 32 channels, 4 reads in flight each. Rows that do not begin at
// multiples of 16 bytes take single channels. One writer for every output, in a fixed order: deterministic.
// At 64 x 112 + 32 x 56 + 16 x 28 tokens = queries, M 8, D 32, L 3, P 4: 30 MB must move (float32; bfloat16 19 MB), 10 us
// (6 us) at 3.0 TB/s. The gather reads 903,168 samples x 4 corners x 128 bytes = 462 MB (231 MB): at 128 bytes a cycle
// and processor of L1 16 us (8 us) were nothing to miss; the value, 9.6 MB, stays in L2. So bound by L1 and L2,
// expected 20 to 45 us; not yet measured.
// sm_90: float32 40 registers and 5 KiB of shared memory (48 warps a processor), bfloat16 63 and 10 KiB (32 warps),
// single channels 48 and 40 and 5 KiB; nothing spilled.
// Considered: every thread works out its samples itself (about 30 instructions for 20 of memory and sums); square tiles
// of queries (better reuse, but the kernel knows no grid of queries); texture units (their weights have 8 bits).
#include "kernels/ms_deform_attn.h"

#include "kernels/ms_deform_attn.cuh"
#include "kernels/ms_deform_attn_sample.h"

namespace ausm {
namespace deform_attn_gpu {
namespace {

/// Attention weight times share of each corner; 0: not read, as all that lie outside.
struct alignas(16) CornerWeights {
    float v[4];
};

template <class Scalar, int N>
__device__ __forceinline__ void add_pack(float (&sums)[N], float weight, const Pack<Scalar, N>& pack) {
#pragma unroll
    for (int i = 0; i < N; ++i)
        sums[i] += weight * widen(pack.v[i]);
}

template <class Scalar, int N>
__global__ void __launch_bounds__(kThreads) attend_kernel(const MsDeformAttnParams<Scalar> p, const int per_tile) {
    __shared__ CornerWeights weights[kEntries<N>];
    __shared__ std::int32_t tokens[kEntries<N>];  // of corner 0
    const MsDeformAttnShape& s = p.shape;
    const Tile tile = tile_of_block(s, per_tile);
    const int samples = static_cast<int>(s.levels * s.points);
    for (int entry = static_cast<int>(threadIdx.x); entry < tile.count * samples; entry += kThreads) {
        const std::int64_t at = sample_index(s, tile, entry);
        const int level = level_of(s, entry);
        const auto f = footprint(p.locations[2 * at], p.locations[2 * at + 1], s.heights[level], s.widths[level]);
        const float weight = widen(p.weights[at]);
#pragma unroll
        for (int k = 0; k < 4; ++k)
            weights[entry].v[k] = (f.inside >> k & 1U) != 0 ? weight * corner_share(f, k) : 0.0F;
        tokens[entry] = static_cast<std::int32_t>(first_token(s, level)) + f.pixel;
    }
    __syncthreads();
    const int parts = static_cast<int>(s.channels) / N, points = static_cast<int>(s.points);
    for (int i = static_cast<int>(threadIdx.x); i < tile.count * parts; i += kThreads) {
        const int q = i / parts, channel = (i - q * parts) * N;
        const Scalar* value = p.value + tile.b * s.value_batch_stride + tile.head * s.channels + channel;
        float sums[N] = {};
        int entry = q * samples;
        for (int level = 0; level < s.levels; ++level) {
            const std::int64_t right = s.value_token_stride, down = s.widths[level] * right;
            for (int point = 0; point < points; ++point, ++entry) {
                const CornerWeights w = weights[entry];
                const std::int64_t at = tokens[entry] * right;
                const auto corner0 = load_if<N>(w.v[0] != 0.0F, value, at);
                const auto corner1 = load_if<N>(w.v[1] != 0.0F, value, at + right);
                const auto corner2 = load_if<N>(w.v[2] != 0.0F, value, at + down);
                const auto corner3 = load_if<N>(w.v[3] != 0.0F, value, at + down + right);
                add_pack(sums, w.v[0], corner0);
                add_pack(sums, w.v[1], corner1);
                add_pack(sums, w.v[2], corner2);
                add_pack(sums, w.v[3], corner3);
            }
        }
        Pack<Scalar, N> out;
#pragma unroll
        for (int c = 0; c < N; ++c)
            store(out.v[c], sums[c]);
        const std::int64_t row = (tile.b * s.queries + tile.first + q) * s.heads + tile.head;
        *reinterpret_cast<Pack<Scalar, N>*>(p.out + row * s.channels + channel) = out;
    }
}

template <int N, class Scalar>
int start(const MsDeformAttnParams<Scalar>& p, void* stream) noexcept {
    const MsDeformAttnShape& s = p.shape;
    const std::int64_t covered = std::max<std::int64_t>(kThreads * N / s.channels, 1);
    const int per_tile = static_cast<int>(std::min(covered, kEntries<N> / (s.levels * s.points)));
    return launch(attend_kernel<Scalar, N>, blocks_of(s, per_tile), kThreads, stream, p, per_tile);
}

template <class Scalar>
int attend(const MsDeformAttnParams<Scalar>& p, void* stream) noexcept {
    if (!is_supported(p.shape))
        return cudaErrorInvalidValue;
    if (p.shape.batch * p.shape.queries * p.shape.heads * p.shape.channels == 0)
        return cudaSuccess;
    const bool aligned = rows_are_aligned<Scalar>(p.shape, {p.value, p.out});
    return aligned ? start<16 / sizeof(Scalar)>(p, stream) : start<1>(p, stream);
}

}  // namespace
}  // namespace deform_attn_gpu

int ms_deform_attn_cuda(const MsDeformAttnParams<float>& params, void* stream) noexcept {
    return deform_attn_gpu::attend(params, stream);
}

int ms_deform_attn_cuda(const MsDeformAttnParams<BFloat16>& params, void* stream) noexcept {
    return deform_attn_gpu::attend(params, stream);
}

}  // namespace ausm
