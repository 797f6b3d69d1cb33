// SPDX-License-Identifier: MIT
// Label map on the GPU.
//
// Design: a block draws a tile of 128 x 8 map pixels. First it looks at the few source cells under its tile, 8 lanes an
// object, and keeps the objects that can win somewhere in it: their highest cell is above the threshold and not below
// the lowest cell of another object, since an interpolated logit lies between the cells around it. Inside of an object
// and in the background that leaves one object or none. Then a thread owns 4 pixels of a column, with the best logit
// and its object in registers, and tries the objects that are left in the order of k; the two source rows are
// interpolated horizontally once for all pixels between them. Bytes are written by warps, 32 side by side, wherever the
// rows begin. Areas and boxes are counted by ballots, added up in shared memory and then, once a block and object, by
// integer atomics on the statistics. The last block to finish, known by a count in the upper half of the first
// object's area, clears the boxes of objects that won nothing; a kernel of one block resets the statistics before.
// Bytes moved: K h w logits and 1 or 2 bytes a pixel. 10 objects on 64 x 112 cells in 720p: 1.2 MB, 2.1 MB with
// confidence, below 1 us at 3 TB/s: the two launches are the limit. In 2160p 8.6 MB, 2.9 us. When all of 64 objects
// can win everywhere (noise), the comparisons decide: 64 x 6 operations a pixel, 12 us in 720p.
// Deterministic: integers only across threads, ties by the order of k.
// Registers and shared memory (sm_90): draw_kernel 48 and 7,605 bytes, five blocks a multiprocessor; no spills (with
// six blocks, 40 registers, it spills).
// Considered: staging the cells in shared memory (after the selection most are read by a few warps only, from the first
// level cache); 4 pixels a thread along the row with 4-byte stores (needs aligned rows); statistics in a second pass.
#include "kernels/label_map.h"

#include <climits>

#include "kernels/cuda_launch.cuh"

namespace ausm {
namespace label_map_cuda_detail {

constexpr int kMaxObjects = 256, kWarp = 32;
constexpr int kWidth = 128, kHeight = 8;   // of a tile
constexpr int kThreads = 256, kLanes = 8;  // kLanes look at one object's cells
constexpr int kRowsEach = kHeight * kWidth / kThreads;
constexpr unsigned kAllLanes = 0xffffffffU;
constexpr unsigned long long kTicket = 1ULL << 32, kAreaBits = kTicket - 1;

static_assert(kThreads >= kMaxObjects, "a thread for each object");

/// Map position o lies between source cells `low` and `high`, `share` of the way.
struct Between {
    int low, high;
    float share;
};

/// In integers, so exact but for the last division.
__device__ Between between(unsigned source, unsigned target, unsigned o) {
    const unsigned at = (2 * o + 1) * source, last = source - 1;  // in cells / (2 target), from the edge of the first
    if (at <= target)
        return {0, static_cast<int>(min(1U, last)), 0.0F};
    const unsigned low = (at - target) / (2 * target);
    if (low >= last)
        return {static_cast<int>(last), static_cast<int>(last), 0.0F};
    const unsigned rest = at - target - low * 2 * target;
    return {static_cast<int>(low), static_cast<int>(low + 1),
            static_cast<float>(rest) / static_cast<float>(2 * target)};
}

/// What a block knows of its tile.
struct Tile {
    Between rows[kHeight];
    int left, right, x, y;  // source columns under it, first map column and row
    // Objects that can win somewhere in it, by rising k: `count` of them.
    int count;
    int objects[kMaxObjects];
    std::uint8_t values[kMaxObjects];
    // What they won.
    int area[kMaxObjects], x0[kMaxObjects], y0[kMaxObjects], x1[kMaxObjects], y1[kMaxObjects];
};

__device__ void measure_tile(const LabelMapParams& p, const Between& column, Tile& tile) {
    const auto tiles = (static_cast<unsigned>(p.width) + kWidth - 1) / kWidth;
    const int x = static_cast<int>(blockIdx.x % tiles) * kWidth, y = static_cast<int>(blockIdx.x / tiles) * kHeight;
    const int last = min(x + kWidth, static_cast<int>(p.width)) - 1;
    if (threadIdx.x < kHeight)
        tile.rows[threadIdx.x] =
            between(p.rows, p.height, min(y + static_cast<int>(threadIdx.x), static_cast<int>(p.height) - 1));
    if (threadIdx.x == 0) {
        tile.left = column.low;
        tile.x = x;
        tile.y = y;
    }
    if (static_cast<int>(threadIdx.x) == last - x)
        tile.right = column.high;
}

/// The lowest and the highest of the object's cells under the tile; lowest: -infinity where one is not finite.
/// All lanes of the group get both.
__device__ void find_bounds(const LabelMapParams& p, const Tile& tile, int object, float& lowest, float& highest) {
    lowest = INFINITY;
    highest = -INFINITY;
    if (object < p.objects) {
        for (int row = tile.rows[0].low; row <= tile.rows[kHeight - 1].high; ++row) {
            const float* cells = p.logits + object * p.logit_object_stride + row * p.logit_row_stride;
#pragma unroll 4
            for (int column = tile.left + static_cast<int>(threadIdx.x % kLanes); column <= tile.right;
                 column += kLanes) {
                const float logit = cells[column];
                highest = logit > highest ? logit : highest;
                lowest = !(fabsf(logit) < INFINITY) ? -INFINITY : logit < lowest ? logit : lowest;
            }
        }
    }
#pragma unroll
    for (int distance = kLanes / 2; distance > 0; distance /= 2) {
        highest = max(highest, __shfl_xor_sync(kAllLanes, highest, distance));
        lowest = min(lowest, __shfl_xor_sync(kAllLanes, lowest, distance));
    }
}

/// Fills the tile's list of objects. All threads take part.
__device__ void select_objects(const LabelMapParams& p, Tile& tile) {
    __shared__ float highest_of[kMaxObjects], floors[kThreads / kWarp];
    __shared__ int counts[kThreads / kWarp];
    const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
    float floor = p.threshold;
    for (int first = 0; first < p.objects; first += kThreads / kLanes) {
        const int object = first + static_cast<int>(threadIdx.x / kLanes);
        float lowest, highest;
        find_bounds(p, tile, object, lowest, highest);
        if (object < p.objects) {
            floor = max(floor, lowest);
            if (threadIdx.x % kLanes == 0)
                highest_of[object] = highest;
        }
    }
#pragma unroll
    for (int distance = kWarp / 2; distance > 0; distance /= 2)
        floor = max(floor, __shfl_xor_sync(kAllLanes, floor, distance));
    if (lane == 0)
        floors[warp] = floor;
    __syncthreads();
#pragma unroll
    for (int i = 0; i < kThreads / kWarp; ++i)
        floor = max(floor, floors[i]);
    const int object = static_cast<int>(threadIdx.x);
    const float highest = object < p.objects ? highest_of[object] : -INFINITY;
    const bool can_win = highest > p.threshold && highest >= floor;
    const unsigned winners = __ballot_sync(kAllLanes, can_win);
    if (lane == 0)
        counts[warp] = __popc(winners);
    __syncthreads();
    int slot = __popc(winners & ((1U << lane) - 1));
    for (int i = 0; i < warp; ++i)
        slot += counts[i];
    if (can_win) {
        tile.objects[slot] = object;
        tile.values[slot] = p.values[object];
        tile.area[slot] = tile.x1[slot] = tile.y1[slot] = 0;
        tile.x0[slot] = tile.y0[slot] = INT_MAX;
    }
    if (threadIdx.x == kThreads - 1)
        tile.count = slot + (can_win ? 1 : 0);
    __syncthreads();
}

/// The thread's pixels: column x, kRowsEach rows from `row` of the tile on. winner: place in the tile's list, or -1.
__device__ void contest(const LabelMapParams& p, const Tile& tile, const Between& column, int row,
                        float (&best)[kRowsEach], int (&winner)[kRowsEach]) {
#pragma unroll
    for (int i = 0; i < kRowsEach; ++i) {
        best[i] = p.threshold;
        winner[i] = -1;
    }
    for (int slot = 0; slot < tile.count; ++slot) {
        const float* cells = p.logits + tile.objects[slot] * p.logit_object_stride;
        const auto enlarged = [&](int source) {
            const float* of_row = cells + source * p.logit_row_stride;
            const float left = of_row[column.low];
            return left + column.share * (of_row[column.high] - left);
        };
        int source = -1;
        float above = 0.0F, below = 0.0F;
#pragma unroll
        for (int i = 0; i < kRowsEach; ++i) {
            const Between& between_rows = tile.rows[row + i];
            if (between_rows.low != source) {
                source = between_rows.low;
                above = enlarged(source);
                below = enlarged(between_rows.high);
            }
            const float logit = above + between_rows.share * (below - above);
            const bool wins = logit > best[i];
            best[i] = wins ? logit : best[i];
            winner[i] = wins ? slot : winner[i];
        }
    }
}

/// Adds what this warp's pixels won to the tile's statistics; all lanes take part, x: map column of the first one.
__device__ void count_wins(Tile& tile, int x, int row, const int (&winner)[kRowsEach]) {
    for (int slot = 0; slot < tile.count; ++slot) {
        unsigned columns = 0;
        int area = 0, first = kRowsEach, last = -1;
#pragma unroll
        for (int i = 0; i < kRowsEach; ++i) {
            const unsigned won = __ballot_sync(kAllLanes, winner[i] == slot);
            columns |= won;
            area += __popc(won);
            if (won != 0) {
                first = min(first, i);
                last = i;
            }
        }
        if (area > 0 && threadIdx.x % kWarp == 0) {
            atomicAdd(&tile.area[slot], area);
            atomicMin(&tile.x0[slot], x + __ffs(columns) - 1);
            atomicMax(&tile.x1[slot], x + kWarp - __clz(columns));
            atomicMin(&tile.y0[slot], tile.y + row + first);
            atomicMax(&tile.y1[slot], tile.y + row + last + 1);
        }
    }
}

__device__ unsigned long long* area_of(LabelStats& stats) { return reinterpret_cast<unsigned long long*>(&stats.area); }

/// Adds the tile's statistics to the map's; the last block of all finishes them.
__device__ void add_stats(const Tile& tile, LabelStats* stats, int objects) {
    __shared__ bool last;
    const int slot = static_cast<int>(threadIdx.x);
    if (slot < tile.count && tile.area[slot] > 0) {
        LabelStats& total = stats[tile.objects[slot]];
        atomicAdd(area_of(total), static_cast<unsigned long long>(tile.area[slot]));
        atomicMin(&total.x0, tile.x0[slot]);
        atomicMin(&total.y0, tile.y0[slot]);
        atomicMax(&total.x1, tile.x1[slot]);
        atomicMax(&total.y1, tile.y1[slot]);
        __threadfence();  // before the ticket
    }
    __syncthreads();
    if (threadIdx.x == 0)
        last = atomicAdd(area_of(stats[0]), kTicket) >> 32 == gridDim.x - 1;
    __syncthreads();
    if (!last || slot >= objects)
        return;
    __threadfence();
    if ((atomicAnd(area_of(stats[slot]), kAreaBits) & kAreaBits) == 0)
        stats[slot].x0 = stats[slot].y0 = 0;
}

__global__ void __launch_bounds__(kMaxObjects) reset_kernel(LabelStats* const stats) {
    stats[threadIdx.x] = {0, INT_MAX, INT_MAX, 0, 0};
}

__global__ void __launch_bounds__(kThreads, 5) draw_kernel(const LabelMapParams p) {
    __shared__ Tile tile;
    const auto tiles = (static_cast<unsigned>(p.width) + kWidth - 1) / kWidth;
    const unsigned x = blockIdx.x % tiles * kWidth + threadIdx.x % kWidth;
    const Between column = between(p.columns, p.width, min(x, static_cast<unsigned>(p.width) - 1));
    measure_tile(p, column, tile);
    __syncthreads();
    select_objects(p, tile);
    const int row = static_cast<int>(threadIdx.x) / kWidth * kRowsEach;
    float best[kRowsEach];
    int winner[kRowsEach];
    contest(p, tile, column, row, best, winner);
#pragma unroll
    for (int i = 0; i < kRowsEach; ++i) {
        const std::int64_t y = tile.y + row + i;
        if (x >= p.width || y >= p.height) {
            winner[i] = -1;
            continue;
        }
        p.map[y * p.map_stride + x] = winner[i] < 0 ? std::uint8_t{0} : tile.values[winner[i]];
        if (p.confidence) {
            const float probability = 1.0F / (1.0F + __expf(-best[i]));
            p.confidence[y * p.confidence_stride + x] =
                winner[i] < 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(255.0F * probability + 0.5F);
        }
    }
    if (p.objects == 0)
        return;
    count_wins(tile, static_cast<int>(x - threadIdx.x % kWarp), row, winner);
    __syncthreads();
    add_stats(tile, p.stats, static_cast<int>(p.objects));
}

int run(const LabelMapParams& p, void* stream) {
    constexpr std::int64_t kLimit = std::int64_t{1} << 31;
    if (p.objects > kMaxObjects || p.width * p.columns >= kLimit || p.height * p.rows >= kLimit ||
        p.width * p.height >= kLimit)
        return cudaErrorInvalidValue;
    if (const int error = launch(reset_kernel, p.objects > 0 ? 1 : 0, static_cast<unsigned>(p.objects), stream,
                                 static_cast<LabelStats*>(p.stats)))
        return error;
    return launch(draw_kernel, blocks_for(p.width, kWidth) * blocks_for(p.height, kHeight), kThreads, stream, p);
}

}  // namespace label_map_cuda_detail

int label_map_cuda(const LabelMapParams& params, void* stream) noexcept {
    return label_map_cuda_detail::run(params, stream);
}

}  // namespace ausm
