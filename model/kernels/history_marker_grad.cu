// SPDX-License-Identifier: MIT
// Gradients of the history marker on the GPU, in three launches.
//
// Design: 1. masks_kernel: a block owns 4 cells of one row. It averages the masks as the forward does, then each warp
// takes 4 objects and forms the 16 dot products g . v_k with its lanes along the channels: 16 multiply-adds for 8
// loads, and 16 shuffles in all to add up the 16 sums at once. The cells' masks gradients follow from the dot products
// in shared memory and are written as whole rows of the tile; the weights m_k / n go to the workspace [B, h*w, K].
// 2. vectors_kernel: the product of the weights' transpose with g, split over runs of cells so that enough blocks work;
// a thread is a channel with the sums of 8 objects in registers. 3. add_parts_kernel: adds the runs' results up.
// A gradient that is not wanted costs nothing but the weights.
// Bytes moved: s (2 B K r^2 h w + B K D + 2 B h w D) + 8 B K h w + 8 parts B K D, s = 4 or 2. At nano's sizes (10
// objects, 16 x 28 cells, r 4, D 192, float32; 28 parts) 1.7 MB, of which the parts stay in the second-level cache:
// three launches are the limit. With 64 objects on 64 x 112 cells and D 768 119 MB, 40 us; the multiply-adds, 0.7 GFLOP
// twice, need about as long on the FP32 units, in the shade of the loads.
// Deterministic: all sums in an order that depends on the sizes alone, no atomics.
// Registers and shared memory (sm_90): masks_kernel 83 to 88 and 8,352 bytes, vectors_kernel 64 and 1,024 bytes,
// add_parts_kernel 26 and none; no spills.
// Considered: one launch with atomic sums of the vectors' gradient (not deterministic); the last block to finish adding
// the parts up (saves a launch, needs a counter that is zero before); storing the means in the forward (costs a training
// step more memory than the masks' second reading costs time).
#include "kernels/history_marker_grad.h"

#include "kernels/history_marker_tile.cuh"

namespace ausm {
namespace history_marker_grad_cuda_detail {

using namespace marker_cuda;

constexpr int kCells = 4, kGroup = 4;  // cells of a tile, objects of a warp
constexpr int kSums = kCells * kGroup;
constexpr int kThreads = 128;
constexpr int kObjects = 8, kStaged = 32;  // of vectors_kernel: objects of a block, cells whose weights are staged

/// Adds 16 values up over the warp, all at once: lane i gets the sum of value i / 2.
__device__ float sum_over_warp(float (&values)[kSums]) {
    const unsigned lane = threadIdx.x % kWarp;
#pragma unroll
    for (int half = kSums / 2; half >= 1; half /= 2) {
        const bool upper = lane & (2U * half);
#pragma unroll
        for (int i = 0; i < half; ++i) {
            const float passed = upper ? values[i] : values[i + half];
            const float kept = upper ? values[i + half] : values[i];
            values[i] = kept + __shfl_xor_sync(0xffffffffU, passed, 2 * half);
        }
    }
    return values[0] + __shfl_xor_sync(0xffffffffU, values[0], 1);
}

/// g . v_k of every object and cell of the tile.
template <class Scalar>
__device__ void load_dots(const HistoryMarkerGradParams<Scalar>& p, const Tile& tile,
                          float (&dots)[kMaxObjects][kCells]) {
    const auto& f = p.forward;
    const int objects = static_cast<int>(f.objects), lane = threadIdx.x % kWarp;
    const Scalar* grad = p.out_grad + tile.batch * p.out_grad_batch_stride +
                         (tile.row * f.columns + tile.column) * p.out_grad_cell_stride;
    for (int first = threadIdx.x / kWarp * kGroup; first < objects; first += kThreads / kWarp * kGroup) {
        const Scalar* vectors = f.vectors + tile.batch * f.vector_batch_stride + first * f.vector_object_stride;
        float sums[kSums] = {};
#pragma unroll 2
        for (std::int64_t channel = lane; channel < f.channels; channel += kWarp) {
            float g[kCells], v[kGroup];
#pragma unroll
            for (int cell = 0; cell < kCells; ++cell)
                g[cell] = cell < tile.count ? widen(grad[cell * p.out_grad_cell_stride + channel]) : 0.0F;
#pragma unroll
            for (int k = 0; k < kGroup; ++k)
                v[k] = first + k < objects ? widen(vectors[k * f.vector_object_stride + channel]) : 0.0F;
#pragma unroll
            for (int i = 0; i < kSums; ++i)
                sums[i] += v[i / kCells] * g[i % kCells];
        }
        const float dot = sum_over_warp(sums);
        const int k = first + lane / 2 / kCells;
        if (lane % 2 == 0 && k < objects)
            dots[k][lane / 2 % kCells] = dot;
    }
}

/// The tile's rows of all masks, r of them for each object; threads are neighbours along a row.
template <int Ratio, class Scalar>
__device__ void write_masks_grad(const HistoryMarkerGradParams<Scalar>& p, const Tile& tile,
                                 const float (&dots)[kMaxObjects][kCells], const float (&scales)[kCells],
                                 const float (&pulls)[kCells]) {
    const int ratio = Ratio > 0 ? Ratio : static_cast<int>(p.forward.ratio), width = kCells * ratio;
    Scalar* corner = p.masks_grad + tile.batch * p.masks_grad_batch_stride +
                     static_cast<std::int64_t>(tile.row) * ratio * p.masks_grad_row_stride +
                     static_cast<std::int64_t>(tile.column) * ratio;
    const int count = static_cast<int>(p.forward.objects) * ratio * width;
    for (int i = threadIdx.x; i < count; i += kThreads) {
        const int x = i % width, cell = x / ratio, y = i / width % ratio, k = i / width / ratio;
        const float value = (dots[k][cell] - pulls[cell]) * scales[cell] / static_cast<float>(ratio * ratio);
        if (cell < tile.count)
            store(corner[k * p.masks_grad_object_stride + y * p.masks_grad_row_stride + x], value);
    }
}

template <class Scalar, int Ratio>
__global__ void __launch_bounds__(kThreads, 4) masks_kernel(const HistoryMarkerGradParams<Scalar> p) {
    alignas(16) __shared__ float means[kMaxObjects][kCells];
    __shared__ float dots[kMaxObjects][kCells], scales[kCells], pulls[kCells];
    const auto& f = p.forward;
    const Tile tile = block_tile<kCells>(f);
    const float total = sum_per_cell<kCells>(load_means<Ratio>(f, tile, means));
    if (threadIdx.x < kCells)
        scales[threadIdx.x] = 1.0F / max(1.0F, total);
    const int cell = threadIdx.x % kCells, objects = static_cast<int>(f.objects);
    if (p.masks_grad) {
        load_dots(p, tile, dots);
        __syncthreads();
        float along = 0.0F;
        for (int k = threadIdx.x / kCells; k < objects; k += kThreads / kCells)
            along += means[k][cell] * dots[k][cell];
        along = sum_per_cell<kCells>(along);
        if (threadIdx.x < kCells)
            pulls[threadIdx.x] = total >= 1.0F ? along * scales[threadIdx.x] : 0.0F;
    }
    __syncthreads();
    if (p.masks_grad)
        write_masks_grad<Ratio>(p, tile, dots, scales, pulls);
    const std::int64_t n = tile.batch * f.rows * f.columns + tile.row * f.columns + tile.column;
    for (int i = threadIdx.x; i < tile.count * objects; i += kThreads)
        p.workspace[n * objects + i] = means[i % objects][i / objects] * scales[i / objects];
}

/// Block x: picture and group of objects, y: run of cells. parts: [runs, B, K, D].
template <class Scalar>
__global__ void __launch_bounds__(kMaxThreads, 4)
    vectors_kernel(const HistoryMarkerGradParams<Scalar> p, const std::int64_t run, float* const parts) {
    alignas(16) __shared__ float weights[kStaged][kObjects];
    const auto& f = p.forward;
    const std::int64_t cells = f.rows * f.columns, begin = blockIdx.y * run, end = min(begin + run, cells);
    const auto groups = (static_cast<unsigned>(f.objects) + kObjects - 1) / kObjects;
    const std::int64_t first = blockIdx.x % groups * kObjects, batch = blockIdx.x / groups;
    const Scalar* grad = p.out_grad + batch * p.out_grad_batch_stride;
    float* out = parts + ((blockIdx.y * f.batch + batch) * f.objects + first) * f.channels;
    for (std::int64_t slice = 0; slice < f.channels; slice += blockDim.x) {
        const std::int64_t channel = slice + threadIdx.x;
        float sums[kObjects] = {};
        for (std::int64_t staged = begin; staged < end; staged += kStaged) {
            const int count = static_cast<int>(min(std::int64_t{kStaged}, end - staged));
            __syncthreads();
            for (int i = threadIdx.x; i < count * kObjects; i += blockDim.x) {
                const std::int64_t k = first + i % kObjects, n = batch * cells + staged + i / kObjects;
                weights[i / kObjects][i % kObjects] = k < f.objects ? p.workspace[n * f.objects + k] : 0.0F;
            }
            __syncthreads();
            if (channel >= f.channels)
                continue;
#pragma unroll 8
            for (int n = 0; n < count; ++n) {
                const float g = widen(grad[(staged + n) * p.out_grad_cell_stride + channel]);
#pragma unroll
                for (int k = 0; k < kObjects; ++k)
                    sums[k] += weights[n][k] * g;
            }
        }
#pragma unroll
        for (int k = 0; k < kObjects; ++k)
            if (channel < f.channels && first + k < f.objects)
                out[k * f.channels + channel] = sums[k];
    }
}

template <class Scalar>
__global__ void __launch_bounds__(kThreads)
    add_parts_kernel(const HistoryMarkerGradParams<Scalar> p, const int runs, const float* const parts) {
    const auto& f = p.forward;
    const std::int64_t count = f.batch * f.objects * f.channels;
    const std::int64_t index = blockIdx.x * static_cast<std::int64_t>(kThreads) + threadIdx.x;
    if (index >= count)
        return;
    float sum = 0.0F;
#pragma unroll 8
    for (int run = 0; run < runs; ++run)
        sum += parts[run * count + index];
    const std::int64_t channel = index % f.channels, object = index / f.channels;
    store(p.vectors_grad[object / f.objects * p.vectors_grad_batch_stride +
                         object % f.objects * p.vectors_grad_object_stride + channel],
          sum);
}

template <class Scalar>
int run(const HistoryMarkerGradParams<Scalar>& p, void* stream) {
    const auto& f = p.forward;
    if (f.objects > kMaxObjects)
        return cudaErrorInvalidValue;
    if (f.batch * f.objects == 0)
        return cudaSuccess;
    const unsigned tiles = static_cast<unsigned>(f.batch * f.rows * tiles_per_row(f.columns, kCells));
    const int failed =
        launch(f.ratio == 4 ? masks_kernel<Scalar, 4> : masks_kernel<Scalar, 0>, tiles, kThreads, stream, p);
    if (failed || !p.vectors_grad)
        return failed;
    const std::int64_t cells = f.rows * f.columns;
    const HistoryMarkerSplit split = history_marker_split(cells);
    float* const parts = p.workspace + f.batch * cells * f.objects;
    const dim3 blocks(static_cast<unsigned>(f.batch) * blocks_for(f.objects, kObjects),
                      static_cast<unsigned>(split.parts));
    if (const int error =
            launch(vectors_kernel<Scalar>, blocks, threads_for(f.channels), stream, p, split.cells, parts))
        return error;
    const unsigned adders = blocks_for(f.batch * f.objects * f.channels, kThreads);
    return launch(add_parts_kernel<Scalar>, adders, kThreads, stream, p, static_cast<int>(split.parts),
                  static_cast<const float*>(parts));
}

}  // namespace history_marker_grad_cuda_detail

int history_marker_grad_cuda(const HistoryMarkerGradParams<float>& params, void* stream) noexcept {
    return history_marker_grad_cuda_detail::run(params, stream);
}

int history_marker_grad_cuda(const HistoryMarkerGradParams<BFloat16>& params, void* stream) noexcept {
    return history_marker_grad_cuda_detail::run(params, stream);
}

}  // namespace ausm
