// SPDX-License-Identifier: MIT
// What the history marker's kernels share on the GPU: a block's run of cells and the means of all masks over them.
#pragma once

#include "kernels/cuda_launch.cuh"
#include "kernels/history_marker.h"

namespace ausm::marker_cuda {

constexpr int kMaxObjects = 256, kMaxThreads = 256, kWarp = 32;

/// Neighbouring cells of one row of the history grid; the last tile of a row may have fewer than Cells.
struct Tile {
    std::int64_t batch;
    int row, column, count;
};

inline __host__ __device__ std::int64_t tiles_per_row(std::int64_t columns, int cells) {
    return (columns + cells - 1) / cells;
}

template <int Cells, class Scalar>
__device__ Tile block_tile(const HistoryMarkerParams<Scalar>& p) {
    const auto tiles = static_cast<unsigned>(tiles_per_row(p.columns, Cells)), rows = static_cast<unsigned>(p.rows);
    const int column = static_cast<int>(blockIdx.x % tiles) * Cells;
    return {blockIdx.x / tiles / rows, static_cast<int>(blockIdx.x / tiles % rows), column,
            min(Cells, static_cast<int>(p.columns) - column)};
}

/// Adds `value` up over all threads of the block with the same threadIdx.x % Cells, in a fixed order; thread i < Cells
/// gets the sum of those i, the others nothing of use. All threads of the block take part, whole warps.
template <int Cells>
__device__ float sum_per_cell(float value) {
    __shared__ float of_warps[kMaxThreads / kWarp][Cells];
#pragma unroll
    for (int distance = kWarp / 2; distance >= Cells; distance /= 2)
        value += __shfl_xor_sync(0xffffffffU, value, distance);
    const int lane = threadIdx.x % kWarp;
    __syncthreads();
    if (lane < Cells)
        of_warps[threadIdx.x / kWarp][lane] = value;
    __syncthreads();
    float sum = 0.0F;
    if (threadIdx.x < Cells)
        for (unsigned warp = 0; warp < blockDim.x / kWarp; ++warp)
            sum += of_warps[warp][threadIdx.x];
    return sum;
}

/// Means of the tile's masks; `Ratio` 0: whatever p.ratio is, else p.ratio itself. Cells beyond the tile get 0.
template <int Ratio, int Cells, class Scalar>
__device__ float load_means(const HistoryMarkerParams<Scalar>& p, const Tile& tile,
                            float (&means)[kMaxObjects][Cells]) {
    const int ratio = Ratio > 0 ? Ratio : static_cast<int>(p.ratio);
    const int cell = threadIdx.x % Cells, objects = static_cast<int>(p.objects);
    const Scalar* corner = p.masks + tile.batch * p.mask_batch_stride +
                           static_cast<std::int64_t>(tile.row) * ratio * p.mask_row_stride +
                           static_cast<std::int64_t>(tile.column + cell) * ratio;
    float total = 0.0F;
    for (int k = threadIdx.x / Cells; k < objects; k += blockDim.x / Cells) {
        float sum = 0.0F;
        if (cell < tile.count) {
            const Scalar* mask = corner + k * p.mask_object_stride;
#pragma unroll(Ratio > 0 ? Ratio : 1)
            for (int y = 0; y < ratio; ++y)
#pragma unroll(Ratio > 0 ? Ratio : 4)
                for (int x = 0; x < ratio; ++x)
                    sum += widen(mask[y * p.mask_row_stride + x]);
        }
        const float mean = sum / static_cast<float>(ratio * ratio);
        means[k][cell] = mean;
        total += mean;
    }
    return total;
}

/// For a thread per channel: as few rounds over the channels as possible, and few idle threads in the last one.
inline unsigned threads_for(std::int64_t channels) {
    const std::int64_t rounds = max(std::int64_t{1}, (channels + kMaxThreads - 1) / kMaxThreads);
    return static_cast<unsigned>(max(std::int64_t{64}, (channels + rounds * kWarp - 1) / (rounds * kWarp) * kWarp));
}

}  // namespace ausm::marker_cuda
