// SPDX-License-Identifier: MIT
// Resizing, colour conversion and normalisation of a picture on the GPU, in one pass.
//
// Design: a block makes 28 x 4 outputs. (1) A thread takes four neighbouring bytes of a source row, whatever they mean,
// and sums them over the rows under one output row: a warp reads 128 bytes in a row, six rows before it waits. The sums
// go to shared memory. (2) A warp takes an output row, a thread an output: it sums the columns, converts and stores.
// Weights of an area average are whole numbers (how much of a pixel is covered, in units of 1 / target), all the same
// but for the first and the last pixel; the bilinear ones are, too, in units of 1 / (2 target). So the rows are summed
// exactly, two at a time (dp2a: 16-bit weights times bytes), the columns between first and last as well; the rest is
// float. The picture is read once; what lies under two blocks or two output rows comes from a cache the second time.
// What lies under a block and is too wide for shared memory is worked off in turns.
//
// Bytes moved: the picture once, the output once. To 448 x 256 in float: 1080p NV12 4.5 MB, 1.5 us at 3 TB/s; 1080p RGB
// 7.6 MB, 2.5 us; 2160p NV12 13.8 MB, 4.6 us; plus the launch. At that size there are 1024 blocks; 6 (8: NV12,
// I420) on each of 132 multiprocessors keep 24 bytes a thread, 36 KB (48 KB) on their way, twice what bandwidth needs.
// Counted in SASS: about 110 instructions for a warp's words over 5 rows, 200 (YUV: 250) for a warp's outputs, so 1080p
// is 2.5 million for NV12, 2.7 us if every scheduler issues one a cycle: NV12 of that size is bound by instructions,
// larger pictures by memory. Not timed on a GPU yet.
// 28 columns: an output row's 120 bytes of 1080p gray or luma then fit one warp's load, 360 of RGB three.
//
// sm_90: 40 registers (NV12, I420: 32), nothing spilled, 17.7 KB of shared memory.
//
// Considered: a thread for each output that walks over its pixels (a request for every byte); 8 or 16 bytes a thread
// (only multiples of 4 are common strides); I2F and FFMA for the rows (twice the instructions of dp2a, and rounded);
// gaps in shared memory against bank conflicts (two more instructions a load; at the usual ratios three lanes meet in
// a bank, at a ratio of 4 four do). Rows that do not begin at multiples of four bytes cost two loads a word. A picture
// shrunk to a few pixels keeps few blocks busy: networks' sizes are meant.
//
// Deterministic: fixed order, no atomics.
#include "kernels/preprocess.h"

#include "kernels/cuda_launch.cuh"
#include "kernels/preprocess_plan.cuh"

namespace ausm {
namespace preprocess_gpu {
namespace {

constexpr int kRows = 4, kColumns = 28;  // outputs of a block; 28: see above
constexpr int kThreads = 256, kWarp = 32, kWarps = kThreads / kWarp;
constexpr int kSums = 1024;  // bytes of a source row, over all planes, whose sums a block holds for an output row
constexpr int kAtOnce = 4;   // loads that do not wait for each other
constexpr int kSpare = 16;   // behind a row's sums: (kAtOnce - 1) pixels may be read there, their values are not used
// Blocks on a multiprocessor, for which registers are kept down as far as none are spilled; 6 for one plane.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900 && __CUDA_ARCH__ < 1200
constexpr int kBlocks = 8;
#else
constexpr int kBlocks = 6;
#endif

/// sums += weights.low * upper + weights.high * lower, byte by byte.
__device__ __forceinline__ void add_rows(std::uint32_t weights, std::uint32_t upper, std::uint32_t lower,
                                         std::uint32_t (&sums)[4]) {
    const std::uint32_t left = __byte_perm(upper, lower, 0x5140), right = __byte_perm(upper, lower, 0x7362);
    sums[0] = __dp2a_lo(weights, left, sums[0]);
    sums[1] = __dp2a_hi(weights, left, sums[1]);
    sums[2] = __dp2a_lo(weights, right, sums[2]);
    sums[3] = __dp2a_hi(weights, right, sums[3]);
}

/// Four bytes at any address; kAligned: at a multiple of four. Else reads the two words that hold them, up to 3 bytes
/// before and 4 behind.
template <bool kAligned>
__device__ __forceinline__ std::uint32_t load_word(const std::uint8_t* at) {
    if constexpr (kAligned) {
        return __ldg(reinterpret_cast<const std::uint32_t*>(at));
    } else {
        const auto before = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(at) % 4);
        const auto* words = reinterpret_cast<const std::uint32_t*>(at - before);
        return __funnelshift_r(__ldg(words), __ldg(words + 1), 8 * before);
    }
}

/// Rows j ... j + kAtOnce - 1 below `at`, zeros from row `end` on; `at` moves on.
template <bool kAligned>
__device__ __forceinline__ void load_rows(const std::uint8_t*& at, std::int64_t stride, int j, int end,
                                          std::uint32_t (&rows)[kAtOnce]) {
#pragma unroll
    for (int k = 0; k < kAtOnce; ++k) {
        rows[k] = j + k < end ? load_word<kAligned>(at) : 0U;
        at += stride;
    }
}

/// Four neighbouring bytes, a word, summed over the rows of a span; `at`: in the first of them.
template <bool kAligned>
__device__ __forceinline__ void sum_words(const std::uint8_t* at, std::int64_t stride, const Span& span, int target,
                                          std::uint32_t (&sums)[4]) {
    const int last = span.last - span.first;
    const std::uint32_t upper = load_word<kAligned>(at), lower = load_word<kAligned>(at + last * stride);
    const std::uint32_t weights = static_cast<std::uint32_t>(target) * 0x10001U;
    std::uint32_t rows[kAtOnce];
    at += stride;
    load_rows<kAligned>(at, stride, 1, last, rows);
    add_rows(span.first_weight | span.last_weight << 16, upper, lower, sums);
#pragma unroll 1
    for (int j = 1 + kAtOnce;; j += kAtOnce) {
#pragma unroll
        for (int k = 0; k < kAtOnce; k += 2)
            add_rows(weights, rows[k], rows[k + 1], sums);
        if (j >= last)
            break;
        load_rows<kAligned>(at, stride, j, last, rows);
    }
}

/// The same for the last bytes of a row, of which `left` remain.
__device__ __forceinline__ void sum_bytes(const std::uint8_t* at, std::int64_t stride, int left, const Span& span,
                                          int target, std::uint32_t (&sums)[4]) {
#pragma unroll 1
    for (int j = span.first; j <= span.last; ++j) {
        const std::uint32_t weight = j == span.first  ? span.first_weight
                                     : j == span.last ? span.last_weight
                                                      : static_cast<std::uint32_t>(target);
#pragma unroll
        for (int i = 0; i < 4; ++i)
            sums[i] += i < left ? weight * __ldg(at + i) : 0U;
        at += stride;
    }
}

/// The pixels [begin, end) of a plane's rows.
struct Part {
    int begin, end;
};

/// What the threads of a block share.
struct Shared {
    Span rows[kAxes][kRows], columns[kAxes][kColumns];
    Part under[kAxes];  // all outputs; begins at a multiple of 4, for the words' sake
    std::uint32_t sums[kRows][kSums + kSpare];
};

/// Every warp one thing, the spans of a lane each.
template <class Out>
__device__ __forceinline__ void find_spans(const Task<Out>& t, int axes, int y, int rows, int x, int columns,
                                           Shared& shared) {
    const int warp = static_cast<int>(threadIdx.x / kWarp), lane = static_cast<int>(threadIdx.x % kWarp);
    const int axis = warp % kAxes;
    if (axis >= axes)
        return;
    switch (warp / kAxes) {
    case 0:
        if (lane < columns)
            shared.columns[axis][lane] = span_of(t.columns[axis], x + lane);
        break;
    case 1:
        if (lane < rows)
            shared.rows[axis][lane] = span_of(t.rows[axis], y + lane);
        break;
    case 2:
        if (lane == 0)
            shared.under[axis] = {span_of(t.columns[axis], x).first / 4 * 4,
                                  span_of(t.columns[axis], x + columns - 1).last + 1};
        break;
    }
}

/// Of a plane's pixels under the block those whose turn it is; may be none.
__device__ __forceinline__ Part part_of(const Shared& shared, AxisOf axis, int room, int turn) {
    const int begin = shared.under[axis].begin + turn * room;
    return {begin, min(begin + room, shared.under[axis].end)};
}

/// A warp's share of a plane's part: 32 words, from chunk * 32 on, of the rows under one output row.
template <Source kSource>
__device__ __forceinline__ void sum_chunk(const Plane& plane, const Part& part, int target, const Span& rows, int chunk,
                                          std::uint32_t* row_sums) {
    const int offset = 4 * (chunk * kWarp + static_cast<int>(threadIdx.x % kWarp));
    if (offset >= (part.end - part.begin) * plane.components)
        return;
    const int from = part.begin * plane.components + offset, left = plane.width * plane.components - from;
    const std::uint8_t* at = plane.data + rows.first * plane.stride + from;
    std::uint32_t sums[4] = {};
    if (plane.aligned && left >= 4)
        sum_words<true>(at, plane.stride, rows, target, sums);
    else if (left >= 8)
        sum_words<false>(at, plane.stride, rows, target, sums);
    else
        sum_bytes(at, plane.stride, left, rows, target, sums);
    constexpr bool kWordIsPixel = kSource == Source::kPacked4;
    std::uint32_t* to = row_sums + (kWordIsPixel ? offset / 4 : plane.place + offset);
#pragma unroll
    for (int i = 0; i < 4; ++i)
        to[kWordIsPixel ? i * places_of(kSource, 0).component : i] = sums[i];
}

/// Adds a span's pixels as far as they lie in `part` to the totals. sums[c]: of component c of the part's first pixel.
template <int kCount, int kStep>
__device__ __forceinline__ void sum_columns(const std::uint32_t* const (&sums)[kCount], const Part& part,
                                            const Span& span, int target, float* totals) {
    const int count = part.end - part.begin, first = span.first - part.begin, last = span.last - part.begin;
    if (count <= 0)
        return;
    std::uint32_t inner[kCount] = {};
    const int end = min(last, count);
#pragma unroll 1
    for (int i = max(first + 1, 0); i < end; i += kAtOnce) {
#pragma unroll
        for (int k = 0; k < kAtOnce; ++k)
#pragma unroll
            for (int c = 0; c < kCount; ++c) {
                const std::uint32_t sum = sums[c][(i + k) * kStep];  // kSpare: may lie behind the part
                inner[c] += i + k < end ? sum : 0U;
            }
    }
    const float head = first >= 0 && first < count ? static_cast<float>(span.first_weight) : 0.0F;
    const float tail = last >= 0 && last < count ? static_cast<float>(span.last_weight) : 0.0F;
    const int first_place = min(max(first, 0), count - 1) * kStep, last_place = min(max(last, 0), count - 1) * kStep;
#pragma unroll
    for (int c = 0; c < kCount; ++c)
        totals[c] += static_cast<float>(target) * static_cast<float>(inner[c]) +
                     (head * static_cast<float>(sums[c][first_place]) + tail * static_cast<float>(sums[c][last_place]));
}

template <Source kSource, class Out>
__device__ __forceinline__ void store_pixel(const Task<Out>& t, int y, int x, const float (&totals)[3]) {
    float rgb[3];
    const float full = t.share[kFull], chroma = t.share[kChroma];
    if constexpr (kSource == Source::kPacked3 || kSource == Source::kPacked4) {
#pragma unroll
        for (int c = 0; c < 3; ++c)
            rgb[c] = totals[c] * full;
    } else if constexpr (kSource == Source::kGray) {
        to_rgb(t.matrix, totals[0] * full, 128.0F, 128.0F, rgb);
    } else {
        to_rgb(t.matrix, totals[0] * full, totals[1] * chroma, totals[2] * chroma, rgb);
    }
    Out* out = t.out + y * t.row_stride + x * t.column_stride;
#pragma unroll
    for (int c = 0; c < 3; ++c)
        store(out[c * t.channel_stride], (rgb[c] - t.mean) * t.scale);
}

/// The first half of a turn: the rows of a part of every plane, for all output rows.
template <Source kSource, class Out>
__device__ __forceinline__ void sum_parts(const Task<Out>& t, int turn, int rows, Shared& shared) {
    int item = static_cast<int>(threadIdx.x / kWarp);
#pragma unroll 1
    for (int i = 0; i < planes_of(kSource); ++i) {
        const Plane& plane = t.planes[i];
        const Part part = part_of(shared, plane.axis, plane.room, turn);
        const int bytes = max(part.end - part.begin, 0) * plane.components;
        const int items = (bytes + 4 * kWarp - 1) / (4 * kWarp) * kRows;
        for (; item < items; item += kWarps)
            if (item % kRows < rows)
                sum_chunk<kSource>(plane, part, t.rows[plane.axis].target, shared.rows[plane.axis][item % kRows],
                                   item / kRows, shared.sums[item % kRows]);
        item -= items;
    }
}

/// The second half: a thread's output from the sums of its row.
template <Source kSource, class Out>
__device__ __forceinline__ void sum_pixel(const Task<Out>& t, int turn, int row, int column, const Shared& shared,
                                          float (&totals)[3]) {
    constexpr Places kFirst = places_of(kSource, 0);
    const std::uint32_t* sums = shared.sums[row];
    const Part part = part_of(shared, kFull, room_of(kSource, 0), turn);
    const Span& span = shared.columns[kFull][column];
    if constexpr (kSource == Source::kPacked3 || kSource == Source::kPacked4)
        sum_columns<3, kFirst.pixel>({sums + t.order[0] * kFirst.component, sums + t.order[1] * kFirst.component,
                                      sums + t.order[2] * kFirst.component},
                                     part, span, t.width, totals);
    else
        sum_columns<1, kFirst.pixel>({sums}, part, span, t.width, totals);
    if constexpr (planes_of(kSource) > 1) {
        constexpr Places kU = places_of(kSource, 1), kV = places_of(kSource, 2);
        const std::uint32_t* u = sums + kU.begin;
        const std::uint32_t* v = kSource == Source::kNv12 ? u + kU.component : sums + kV.begin;
        sum_columns<2, kU.pixel>({u, v}, part_of(shared, kChroma, room_of(kSource, 1), turn),
                                 shared.columns[kChroma][column], t.width, totals + 1);
    }
}

template <Source kSource, class Out>
__global__ void __launch_bounds__(kThreads, planes_of(kSource) > 1 ? kBlocks : 6) preprocess_kernel(const Task<Out> t) {
    constexpr bool kHasChroma = planes_of(kSource) > 1;
    __shared__ Shared shared;
    const int x = static_cast<int>(blockIdx.x) * kColumns, y = static_cast<int>(blockIdx.y) * kRows;
    const int columns = min(kColumns, t.width - x), rows = min(kRows, t.height - y);
    const int row = static_cast<int>(threadIdx.x / kWarp), column = static_cast<int>(threadIdx.x % kWarp);
    const bool has_pixel = row < rows && column < columns;

    find_spans(t, kHasChroma ? kAxes : 1, y, rows, x, columns, shared);
    __syncthreads();
    const auto is_left = [&](AxisOf axis, int turn) {
        const Part part = part_of(shared, axis, room_of(kSource, axis), turn);
        return part.begin < part.end;
    };
    float totals[3] = {};
    for (int turn = 0;;) {
        sum_parts<kSource>(t, turn, rows, shared);
        __syncthreads();
        if (has_pixel)
            sum_pixel<kSource>(t, turn, row, column, shared, totals);
        ++turn;
        if (!is_left(kFull, turn) && !(kHasChroma && is_left(kChroma, turn)))
            break;
        __syncthreads();  // the sums have been read
    }
    if (has_pixel)
        store_pixel<kSource>(t, y + row, x + column, totals);
}

template <Source kSource, class Out>
int start_as(const PreprocessParamsOf<Out>& p, void* stream) noexcept {
    const dim3 blocks(blocks_for(p.out_width, kColumns), blocks_for(p.out_height, kRows));
    return launch(preprocess_kernel<kSource, Out>, blocks, kThreads, stream, task_of(kSource, p));
}

template <class Out>
int start(const PreprocessParamsOf<Out>& p, void* stream) noexcept {
    if (p.out_width == 0 || p.out_height == 0)
        return cudaSuccess;
    if (!supported(p))
        return cudaErrorInvalidValue;
    switch (p.layout) {
    case PixelLayout::kPacked:
        return p.pixel_stride == 3 ? start_as<Source::kPacked3>(p, stream) : start_as<Source::kPacked4>(p, stream);
    case PixelLayout::kNv12: return start_as<Source::kNv12>(p, stream);
    case PixelLayout::kI420: return start_as<Source::kI420>(p, stream);
    case PixelLayout::kGray: return start_as<Source::kGray>(p, stream);
    }
    return cudaErrorInvalidValue;
}

}  // namespace
}  // namespace preprocess_gpu

int preprocess_cuda(const PreprocessParamsOf<float>& params, void* stream) noexcept {
    return preprocess_gpu::start(params, stream);
}

int preprocess_cuda(const PreprocessParamsOf<BFloat16>& params, void* stream) noexcept {
    return preprocess_gpu::start(params, stream);
}

}  // namespace ausm
