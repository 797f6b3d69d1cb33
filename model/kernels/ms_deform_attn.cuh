// SPDX-License-Identifier: MIT
// Multi-scale deformable attention on the GPU: what the forward and the backward kernel share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>

#include "kernels/cuda_launch.cuh"
#include "kernels/ms_deform_attn.h"

namespace ausm::deform_attn_gpu {

inline constexpr int kThreads = 128;
// Per query and head, so that at least one query fits the shared memory of a block.
inline constexpr std::int64_t kMostSamples = 256;

/// Samples in the shared memory of a block whose threads take N channels each: 16 for each of the queries that the
/// threads cover with 32 channels a head.
template <int N>
inline constexpr int kEntries = N == 8 ? 512 : 256;

/// Channels that a thread reads at once.
template <class Scalar, int N>
struct alignas(N * sizeof(Scalar)) Pack {
    Scalar v[N];
};

template <int N, class Scalar>
__device__ __forceinline__ Pack<Scalar, N> load(const Scalar* from) {
    return *reinterpret_cast<const Pack<Scalar, N>*>(from);
}

/// The channels at `offset`, or zeros.
template <int N, class Scalar>
__device__ __forceinline__ Pack<Scalar, N> load_if(bool wanted, const Scalar* from, std::int64_t offset) {
    Pack<Scalar, N> pack{};
    if (wanted)
        pack = load<N>(from + offset);
    return pack;
}

/// The queries [first, first + count) of batch entry b and one head: the work of a block.
struct Tile {
    std::int64_t b, head, first;
    int count;
};

/// Blocks of neighbouring queries of one head follow each other: they read the same part of the value.
__device__ __forceinline__ Tile tile_of_block(const MsDeformAttnShape& shape, int per_tile) {
    const auto queries = static_cast<unsigned>(shape.queries), heads = static_cast<unsigned>(shape.heads);
    const unsigned tiles = (queries + per_tile - 1) / per_tile;
    const unsigned first = blockIdx.x % tiles * per_tile, head = blockIdx.x / tiles;
    return {head / heads, head % heads, first, static_cast<int>(min(static_cast<unsigned>(per_tile), queries - first))};
}

/// Where sample `entry` of a tile (query by query) lies in [B, Q, M, L, P].
__device__ __forceinline__ std::int64_t sample_index(const MsDeformAttnShape& shape, const Tile& tile, int entry) {
    const int samples = static_cast<int>(shape.levels * shape.points), q = entry / samples;
    return ((tile.b * shape.queries + tile.first + q) * shape.heads + tile.head) * samples + (entry - q * samples);
}

__device__ __forceinline__ int level_of(const MsDeformAttnShape& shape, int entry) {
    const int points = static_cast<int>(shape.points);
    return entry % (static_cast<int>(shape.levels) * points) / points;
}

/// Within the limits that the kernels' 32-bit indices and shared memory need.
inline bool is_supported(const MsDeformAttnShape& s) noexcept {
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    return s.levels >= 1 && s.levels <= kMsDeformAttnLevels && s.points >= 1 && s.levels * s.points <= kMostSamples &&
           first_token(s, s.levels) <= kMost && s.channels <= kMost / kThreads && s.queries <= kMost - kMostSamples &&
           s.batch * s.heads * std::max<std::int64_t>(s.queries, 1) <= kMost;
}

/// All rows of `shape` and of the arrays (channels side by side) begin at a multiple of 16 bytes.
template <class Scalar>
bool rows_are_aligned(const MsDeformAttnShape& s, std::initializer_list<const void*> arrays) noexcept {
    constexpr std::int64_t kPack = 16 / sizeof(Scalar);
    bool aligned = s.channels % kPack == 0 && s.value_token_stride % kPack == 0 && s.value_batch_stride % kPack == 0;
    for (const void* array : arrays)
        aligned = aligned && reinterpret_cast<std::uintptr_t>(array) % 16 == 0;
    return aligned;
}

/// Blocks for `per_tile` queries of a head each.
inline unsigned blocks_of(const MsDeformAttnShape& s, int per_tile) noexcept {
    return static_cast<unsigned>(s.batch * s.heads) * blocks_for(s.queries, per_tile);
}

}  // namespace ausm::deform_attn_gpu
