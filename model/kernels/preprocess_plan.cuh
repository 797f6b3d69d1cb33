// SPDX-License-Identifier: MIT
// What the kernel of preprocess.cu is told about a picture, and where things lie in its shared memory.
#pragma once

#include "kernels/preprocess_parts.h"

namespace ausm {
namespace preprocess_gpu {
namespace {

constexpr std::int64_t kMaxSource = 32767, kMaxOutput = 16383;

enum class Source { kPacked3, kPacked4, kNv12, kI420, kGray };

__host__ __device__ constexpr int planes_of(Source source) {
    return source == Source::kI420 ? 3 : source == Source::kNv12 ? 2 : 1;
}

/// Pixels of a plane's row that are summed at once, a multiple of 4. At most 512, so that their sums, each at most
/// 2^15 * 255, add up to less than 2^32.
__host__ __device__ constexpr int room_of(Source source, int plane) {
    return source == Source::kPacked3 ? 336 : source == Source::kPacked4 || plane > 0 ? 256 : 512;
}

/// Where the sums of a plane's first component begin, how far its pixels and its components lie apart. Four components
/// would be four pixels of 32 in the same bank: they lie plane by plane.
struct Places {
    int begin, pixel, component;
};

__host__ __device__ constexpr Places places_of(Source source, int plane) {
    switch (source) {
    case Source::kPacked3: return {0, 3, 1};
    case Source::kPacked4: return {0, 1, 256};
    case Source::kNv12: return plane == 0 ? Places{0, 1, 0} : Places{512, 2, 1};
    case Source::kI420: return plane == 0 ? Places{0, 1, 0} : Places{256 + 256 * plane, 1, 0};
    default: return {0, 1, 0};
    }
}

/// n / divisor for n below 2^31 by a multiplication (Granlund and Montgomery 1994, theorem 4.2).
struct Divider {
    std::uint32_t factor, shift;
};

Divider divider_by(std::int64_t divisor) noexcept {
    std::uint32_t bits = 0;
    while ((std::int64_t{1} << bits) < divisor)
        ++bits;
    const std::uint64_t power = std::uint64_t{1} << (31 + bits);
    return {static_cast<std::uint32_t>(power / static_cast<std::uint64_t>(divisor) + 1), 31 + bits};
}

__device__ __forceinline__ int divided(int n, const Divider& by) {
    return static_cast<int>(static_cast<std::uint64_t>(static_cast<std::uint32_t>(n)) * by.factor >> by.shift);
}

/// One axis of a plane. Weights are whole numbers below 2^15 that add up to `source` where it shrinks and to 2 `target`
/// where it does not.
struct Axis {
    int source, target;
    Divider divider;  // by target, or by 2 target

    [[nodiscard]] __host__ __device__ bool shrinks() const { return target < source; }
};

/// What an output draws from along an axis. Pixels between the first and the last weigh `target`.
struct alignas(16) Span {
    int first, last;
    std::uint32_t first_weight, last_weight;  // the last is 0 where it is the first
};

__device__ Span span_of(const Axis& axis, int o) {
    if (axis.shrinks()) {
        const int low = o * axis.source, high = low + axis.source;  // pixel i covers [i, i + 1) * target
        const int first = divided(low, axis.divider), last = divided(high - 1, axis.divider);
        return {first, last, static_cast<std::uint32_t>((first + 1) * axis.target - low),
                static_cast<std::uint32_t>(high - last * axis.target)};
    }
    const int unit = 2 * axis.target, most = (axis.source - 1) * unit;
    const int centre = min(max((2 * o + 1) * axis.source - axis.target, 0), most);
    const int first = divided(centre, axis.divider), beyond = centre - first * unit;
    return {first, min(first + 1, axis.source - 1), static_cast<std::uint32_t>(unit - beyond),
            static_cast<std::uint32_t>(beyond)};
}

enum AxisOf { kFull, kChroma, kAxes };  // of the first plane, of the others

struct Plane {
    const std::uint8_t* data;
    std::int64_t stride;
    int width, components;
    bool aligned;  // every row begins at a multiple of four bytes
    AxisOf axis;
    int room, place;  // see room_of, places_of
};

template <class Out>
struct Task {
    Plane planes[3];
    Axis rows[kAxes], columns[kAxes];
    float share[kAxes];  // turns sums into means
    int order[3];        // packed: byte of each channel
    ColourMatrix<float> matrix;
    Out* out;
    int width, height;
    std::int64_t row_stride, column_stride, channel_stride;
    float mean, scale;
};

template <class Out>
Task<Out> task_of(Source layout, const PreprocessParamsOf<Out>& p) noexcept {
    Task<Out> task{};
    const auto axis = [](std::int64_t source, std::int64_t target) {
        return Axis{static_cast<int>(source), static_cast<int>(target),
                    divider_by(target < source ? target : 2 * target)};
    };
    const auto denominator = [](const Axis& a) { return a.shrinks() ? 1.0 * a.source : 2.0 * a.target; };
    for (int i = 0; i < planes_of(layout); ++i) {
        const SourcePlane source = source_plane(p, i);
        const AxisOf kind = i == 0 ? kFull : kChroma;
        const auto address = reinterpret_cast<std::uintptr_t>(source.data) | static_cast<std::uintptr_t>(source.stride);
        task.planes[i] = {source.data,
                          source.stride,
                          static_cast<int>(source.width),
                          static_cast<int>(source.components),
                          address % 4 == 0,
                          kind,
                          room_of(layout, i),
                          places_of(layout, i).begin};
        task.rows[kind] = axis(source.height, p.out_height);
        task.columns[kind] = axis(source.width, p.out_width);
        task.share[kind] = static_cast<float>(1.0 / denominator(task.rows[kind]) / denominator(task.columns[kind]));
    }
    task.order[0] = static_cast<int>(p.red);
    task.order[1] = static_cast<int>(p.green);
    task.order[2] = static_cast<int>(p.blue);
    task.matrix = colour_matrix<float>(p.matrix, p.full_range);
    task.out = p.out;
    task.width = static_cast<int>(p.out_width);
    task.height = static_cast<int>(p.out_height);
    task.row_stride = p.out_row_stride;
    task.column_stride = p.out_column_stride;
    task.channel_stride = p.out_channel_stride;
    task.mean = p.mean;
    task.scale = p.scale;
    return task;
}

template <class Out>
bool supported(const PreprocessParamsOf<Out>& p) noexcept {
    const auto within = [](std::int64_t size, std::int64_t most) { return size >= 1 && size <= most; };
    const auto byte = [&](std::int64_t at) { return at >= 0 && at < p.pixel_stride; };
    return within(p.width, kMaxSource) && within(p.height, kMaxSource) && within(p.out_width, kMaxOutput) &&
           within(p.out_height, kMaxOutput) &&
           (p.layout != PixelLayout::kPacked ||
            ((p.pixel_stride == 3 || p.pixel_stride == 4) && byte(p.red) && byte(p.green) && byte(p.blue)));
}

}  // namespace
}  // namespace preprocess_gpu
}  // namespace ausm
