// SPDX-License-Identifier: MIT
// History marker on the GPU.
//
// Design: a block owns a run of cells of one row and all channels of their results. First its threads average the
// masks, one (object, cell) each, into shared memory; then a thread is a channel: it walks over the objects, its
// vector's value once from memory for all cells of the run, the means as broadcasts. Masks are read once and results
// written once, both in whole sectors; the vectors come from the caches.
// Bytes moved: s (B K r^2 h w + B K D + B h w D), s = 4 or 2. At nano's sizes (10 objects, 16 x 28 cells, r 4, D 192,
// float32) 0.64 MB, 0.2 us at 3 TB/s: the launch is the limit, and 4 cells a block give 112 blocks. With 64 objects on
// 64 x 112 cells and D 768 51 MB, 17 us; 0.7 GFLOP of multiply-adds take as long, so a block has 8 cells there, which
// halves the reads of vectors and means per multiply-add.
// Deterministic: sums in an order that depends on the sizes alone.
// Registers and shared memory (sm_90): 63 or 64 and 4,240 bytes with 4 cells, 64 and 8,480 bytes with 8; no spills.
// Considered: skipping objects without a mark in the run (sigmoids are never exactly 0, so it would skip nothing);
// float4 loads of the masks (needs aligned strides; a warp's four loads hit the same lines anyway); a matrix product on
// tensor cores (TF32 would cost float32 its precision).
#include "kernels/history_marker.h"

#include "kernels/history_marker_tile.cuh"

namespace ausm {
namespace history_marker_cuda_detail {

using namespace marker_cuda;

template <class Scalar, int Cells, int Ratio>
__global__ void __launch_bounds__(kMaxThreads, 4) marker_kernel(const HistoryMarkerParams<Scalar> p) {
    alignas(16) __shared__ float means[kMaxObjects][Cells];
    __shared__ float scales[Cells];
    const Tile tile = block_tile<Cells>(p);
    const float total = sum_per_cell<Cells>(load_means<Ratio>(p, tile, means));
    if (threadIdx.x < Cells)
        scales[threadIdx.x] = 1.0F / max(1.0F, total);
    __syncthreads();
    const int objects = static_cast<int>(p.objects);
    const Scalar* vectors = p.vectors + tile.batch * p.vector_batch_stride;
    Scalar* out = p.out + tile.batch * p.out_batch_stride + (tile.row * p.columns + tile.column) * p.out_cell_stride;
    for (std::int64_t channel = threadIdx.x; channel < p.channels; channel += blockDim.x) {
        float sums[Cells] = {};
#pragma unroll 8
        for (int k = 0; k < objects; ++k) {
            const float value = widen(vectors[k * p.vector_object_stride + channel]);
#pragma unroll
            for (int cell = 0; cell < Cells; ++cell)
                sums[cell] += means[k][cell] * value;
        }
#pragma unroll
        for (int cell = 0; cell < Cells; ++cell)
            if (cell < tile.count)
                store(out[cell * p.out_cell_stride + channel], sums[cell] * scales[cell]);
    }
}

template <class Scalar, int Cells>
int run(const HistoryMarkerParams<Scalar>& p, void* stream) {
    const unsigned blocks = static_cast<unsigned>(p.batch * p.rows * tiles_per_row(p.columns, Cells));
    return launch(p.ratio == 4 ? marker_kernel<Scalar, Cells, 4> : marker_kernel<Scalar, Cells, 0>, blocks,
                  threads_for(p.channels), stream, p);
}

template <class Scalar>
int run(const HistoryMarkerParams<Scalar>& p, void* stream) {
    if (p.objects > kMaxObjects)
        return cudaErrorInvalidValue;
    constexpr std::int64_t kManyCells = 2112;  // enough for two blocks of 8 cells on every multiprocessor
    return p.batch * p.rows * p.columns < kManyCells ? run<Scalar, 4>(p, stream) : run<Scalar, 8>(p, stream);
}

}  // namespace history_marker_cuda_detail

int history_marker_cuda(const HistoryMarkerParams<float>& params, void* stream) noexcept {
    return history_marker_cuda_detail::run(params, stream);
}

int history_marker_cuda(const HistoryMarkerParams<BFloat16>& params, void* stream) noexcept {
    return history_marker_cuda_detail::run(params, stream);
}

}  // namespace ausm
