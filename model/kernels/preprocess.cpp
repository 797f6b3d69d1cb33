// SPDX-License-Identifier: MIT
// Resizing and colour conversion of pictures: the plain reference and the separable, vectorised path.
#include "kernels/preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <vector>

#include "kernels/cpu_dispatch.h"
#include "kernels/preprocess_parts.h"

namespace ausm {
namespace {

/// The source indices [first, last] that output index `o` of an axis draws from.
struct Span {
    std::int64_t first, last;
};

double centre(std::int64_t source, std::int64_t target, std::int64_t o) noexcept {
    const double at = (static_cast<double>(o) + 0.5) * static_cast<double>(source) / static_cast<double>(target) - 0.5;
    return std::clamp(at, 0.0, static_cast<double>(source - 1));
}

Span source_span(std::int64_t source, std::int64_t target, std::int64_t o) noexcept {
    if (target < source)
        return {o * source / target, ((o + 1) * source - 1) / target};
    const auto first = static_cast<std::int64_t>(centre(source, target, o));
    return {first, std::min(first + 1, source - 1)};
}

// Shrinking: the share of output cell [o, o + 1) * source / target that source cell [i, i + 1) covers.
// Enlarging: the hat function around the output's centre.
double source_weight(std::int64_t source, std::int64_t target, std::int64_t o, std::int64_t i) noexcept {
    if (target < source) {
        const double low = static_cast<double>(o * source) / static_cast<double>(target);
        const double high = static_cast<double>((o + 1) * source) / static_cast<double>(target);
        const double covered = std::min(high, static_cast<double>(i + 1)) - std::max(low, static_cast<double>(i));
        return std::max(0.0, covered) * static_cast<double>(target) / static_cast<double>(source);
    }
    return std::max(0.0, 1.0 - std::fabs(static_cast<double>(i) - centre(source, target, o)));
}

// Sum over the covered source pixels of weight(row) * weight(column) * value.
template <class Out>
double resampled(const PreprocessParamsOf<Out>& p, int plane_index, std::int64_t component, std::int64_t y,
                 std::int64_t x) noexcept {
    const SourcePlane plane = source_plane(p, plane_index);
    const Span rows = source_span(plane.height, p.out_height, y);
    const Span columns = source_span(plane.width, p.out_width, x);
    double sum = 0.0;
    for (std::int64_t j = rows.first; j <= rows.last; ++j) {
        for (std::int64_t i = columns.first; i <= columns.last; ++i) {
            sum += source_weight(plane.height, p.out_height, y, j) * source_weight(plane.width, p.out_width, x, i) *
                   plane.data[j * plane.stride + i * plane.components + component];
        }
    }
    return sum;
}

}  // namespace

template <class Out>
void preprocess_reference(const PreprocessParamsOf<Out>& p, std::int64_t begin, std::int64_t end) noexcept {
    const auto matrix = colour_matrix<double>(p.matrix, p.full_range);
    for (std::int64_t y = begin; y < end; ++y) {
        for (std::int64_t x = 0; x < p.out_width; ++x) {
            double rgb[3] = {};
            switch (p.layout) {
            case PixelLayout::kPacked:
                rgb[0] = resampled(p, 0, p.red, y, x);
                rgb[1] = resampled(p, 0, p.green, y, x);
                rgb[2] = resampled(p, 0, p.blue, y, x);
                break;
            case PixelLayout::kNv12:
                to_rgb(matrix, resampled(p, 0, 0, y, x), resampled(p, 1, 0, y, x), resampled(p, 1, 1, y, x), rgb);
                break;
            case PixelLayout::kI420:
                to_rgb(matrix, resampled(p, 0, 0, y, x), resampled(p, 1, 0, y, x), resampled(p, 2, 0, y, x), rgb);
                break;
            case PixelLayout::kGray: to_rgb(matrix, resampled(p, 0, 0, y, x), 128.0, 128.0, rgb); break;
            }
            Out* out = p.out + y * p.out_row_stride + x * p.out_column_stride;
            for (std::int64_t channel = 0; channel < 3; ++channel)
                store(out[channel * p.out_channel_stride], static_cast<float>((rgb[channel] - p.mean) * p.scale));
        }
    }
}

template void preprocess_reference(const PreprocessParamsOf<float>&, std::int64_t, std::int64_t) noexcept;
template void preprocess_reference(const PreprocessParamsOf<BFloat16>&, std::int64_t, std::int64_t) noexcept;

namespace {

/// All outputs of an axis draw from the same number of neighbours (some of weight 0), beginning at their own first.
struct AxisTaps {
    std::int64_t taps = 1;
    std::vector<std::int32_t> first;
    std::vector<float> weights;  // [outputs, taps]

    AxisTaps(std::int64_t source, std::int64_t target) : first(static_cast<std::size_t>(target)) {
        for (std::int64_t o = 0; o < target; ++o) {
            const Span span = source_span(source, target, o);
            first[static_cast<std::size_t>(o)] = static_cast<std::int32_t>(span.first);
            taps = std::max(taps, span.last - span.first + 1);
        }
        weights.assign(static_cast<std::size_t>(target * taps), 0.0f);
        for (std::int64_t o = 0; o < target; ++o) {
            const Span span = source_span(source, target, o);
            for (std::int64_t i = span.first; i <= span.last; ++i)
                weights[static_cast<std::size_t>(o * taps + i - span.first)] =
                    static_cast<float>(source_weight(source, target, o, i));
        }
    }
};

constexpr int kRowsAtOnce = 4;

// sums (=, or += when `add`) of four weighted rows of bytes
AUSM_MULTI_ISA void add_rows(const std::uint8_t* const (&rows)[kRowsAtOnce], const float (&weights)[kRowsAtOnce],
                             bool add, std::int64_t count, float* __restrict sums) noexcept {
    const std::uint8_t *row0 = rows[0], *row1 = rows[1], *row2 = rows[2], *row3 = rows[3];
    const float weight0 = weights[0], weight1 = weights[1], weight2 = weights[2], weight3 = weights[3];
    if (add) {
        for (std::int64_t i = 0; i < count; ++i)
            sums[i] += (weight0 * row0[i] + weight1 * row1[i]) + (weight2 * row2[i] + weight3 * row3[i]);
    } else {
        for (std::int64_t i = 0; i < count; ++i)
            sums[i] = (weight0 * row0[i] + weight1 * row1[i]) + (weight2 * row2[i] + weight3 * row3[i]);
    }
}

using Vec4 = float __attribute__((vector_size(16)));

// All channels of a packed pixel at once: four floats from its first on, the fourth may belong to the next pixel.
template <std::int64_t kTaps>
AUSM_KERNEL_INLINE void sum_pixels(const float* sums, const AxisTaps& axis, std::int64_t components,
                                   float* __restrict out) noexcept {
    const auto count = static_cast<std::int64_t>(axis.first.size());
    const std::int64_t taps = kTaps ? kTaps : axis.taps;
    const float* weights = axis.weights.data();
    for (std::int64_t o = 0; o < count; ++o, weights += taps) {
        const float* from = sums + axis.first[static_cast<std::size_t>(o)] * components;
        Vec4 total = {};
        for (std::int64_t j = 0; j < taps; ++j) {
            Vec4 pixel;
            std::memcpy(&pixel, from + j * components, sizeof pixel);
            total += pixel * weights[j];
        }
        std::memcpy(out + 4 * o, &total, sizeof total);
    }
}

template <std::int64_t kComponents, std::int64_t kTaps>
AUSM_KERNEL_INLINE void sum_samples(const float* sums, const AxisTaps& axis, float* __restrict out) noexcept {
    const auto count = static_cast<std::int64_t>(axis.first.size());
    const std::int64_t taps = kTaps ? kTaps : axis.taps;
    const float* weights = axis.weights.data();
    for (std::int64_t o = 0; o < count; ++o, weights += taps) {
        const float* from = sums + axis.first[static_cast<std::size_t>(o)] * kComponents;
        for (std::int64_t component = 0; component < kComponents; ++component) {
            float total = 0.0f;
            for (std::int64_t j = 0; j < taps; ++j)
                total += weights[j] * from[j * kComponents + component];
            out[kComponents * o + component] = total;
        }
    }
}

template <std::int64_t kTaps>
AUSM_KERNEL_INLINE void sum_any(const float* sums, const AxisTaps& axis, std::int64_t components, float* out) noexcept {
    if (components == 1)
        sum_samples<1, kTaps>(sums, axis, out);
    else if (components == 2)
        sum_samples<2, kTaps>(sums, axis, out);
    else
        sum_pixels<kTaps>(sums, axis, components, out);
}

// The usual numbers of taps as constants: 2 enlarging, 3 to 4 from 720p or 1080p chroma, 5 to 6 from 1080p.
AUSM_MULTI_ISA void sum_columns(const float* sums, const AxisTaps& axis, std::int64_t components, float* out) noexcept {
    switch (axis.taps) {
    case 2: return sum_any<2>(sums, axis, components, out);
    case 3: return sum_any<3>(sums, axis, components, out);
    case 4: return sum_any<4>(sums, axis, components, out);
    case 5: return sum_any<5>(sums, axis, components, out);
    case 6: return sum_any<6>(sums, axis, components, out);
    default: return sum_any<0>(sums, axis, components, out);
    }
}

/// One plane on its way to the output size, a row at a time.
struct PlaneResizer {
    SourcePlane plane;
    AxisTaps columns, rows;
    std::vector<float> sums;  // one source row, averaged over the rows; zeros behind it for the unused taps
    std::vector<float> row;   // one output row, [out_width, components], packed ones [out_width, 4]

    template <class Out>
    PlaneResizer(const PreprocessParamsOf<Out>& p, int index)
        : plane(source_plane(p, index)), columns(plane.width, p.out_width), rows(plane.height, p.out_height),
          sums(static_cast<std::size_t>((plane.width + columns.taps) * plane.components + 4)),
          row(static_cast<std::size_t>(p.out_width * (plane.components > 2 ? 4 : plane.components))) {}

    void resize(std::int64_t y) noexcept {
        const std::int64_t first = rows.first[static_cast<std::size_t>(y)];
        const float* weights = rows.weights.data() + y * rows.taps;
        for (std::int64_t tap = 0; tap < rows.taps; tap += kRowsAtOnce) {
            const std::uint8_t* sources[kRowsAtOnce];
            float shares[kRowsAtOnce];
            for (std::int64_t j = 0; j < kRowsAtOnce; ++j) {
                const std::int64_t at = std::min(first + tap + j, plane.height - 1);
                sources[j] = plane.data + at * plane.stride;
                shares[j] = tap + j < rows.taps ? weights[tap + j] : 0.0f;
            }
            add_rows(sources, shares, tap > 0, plane.width * plane.components, sums.data());
        }
        sum_columns(sums.data(), columns, plane.components, row.data());
    }
};

/// Where an output row goes in float.
struct OutputRow {
    float* at;
    std::int64_t width, column_stride, channel_stride;
    float mean, scale;
};

void store_packed(const OutputRow& to, const float* row, const std::int64_t (&order)[3]) noexcept {
    for (std::int64_t channel = 0; channel < 3; ++channel) {
        float* out = to.at + channel * to.channel_stride;
        for (std::int64_t x = 0; x < to.width; ++x)
            out[x * to.column_stride] = (row[4 * x + order[channel]] - to.mean) * to.scale;
    }
}

AUSM_MULTI_ISA void store_yuv(const OutputRow& to, const ColourMatrix<float>& matrix, const float* luma, const float* u,
                              const float* v, std::int64_t chroma_step) noexcept {
    for (std::int64_t x = 0; x < to.width; ++x) {
        float rgb[3];
        to_rgb(matrix, luma[x], u ? u[x * chroma_step] : 128.0f, v ? v[x * chroma_step] : 128.0f, rgb);
        for (std::int64_t channel = 0; channel < 3; ++channel)
            to.at[x * to.column_stride + channel * to.channel_stride] = (rgb[channel] - to.mean) * to.scale;
    }
}

template <class Out>
void store_row(const PreprocessParamsOf<Out>& p, const std::vector<PlaneResizer>& planes,
               const ColourMatrix<float>& matrix, const OutputRow& to) noexcept {
    const float* first = planes[0].row.data();
    if (p.layout == PixelLayout::kPacked)
        store_packed(to, first, {p.red, p.green, p.blue});
    else if (p.layout == PixelLayout::kGray)
        store_yuv(to, matrix, first, nullptr, nullptr, 0);
    else if (p.layout == PixelLayout::kNv12)
        store_yuv(to, matrix, first, planes[1].row.data(), planes[1].row.data() + 1, 2);
    else
        store_yuv(to, matrix, first, planes[1].row.data(), planes[2].row.data(), 1);
}

template <class Out>
void preprocess_rows(const PreprocessParamsOf<Out>& p, std::int64_t begin, std::int64_t end) {
    std::vector<PlaneResizer> planes;
    planes.reserve(3);
    for (int index = 0; index < plane_count(p.layout); ++index)
        planes.emplace_back(p, index);
    const auto matrix = colour_matrix<float>(p.matrix, p.full_range);
    constexpr bool kWide = std::is_same_v<Out, float>;
    std::vector<float> wide(kWide ? 0 : static_cast<std::size_t>(3 * p.out_width));  // a row before it is rounded
    for (std::int64_t y = begin; y < end; ++y) {
        for (PlaneResizer& plane : planes)
            plane.resize(y);
        Out* out = p.out + y * p.out_row_stride;
        if constexpr (kWide) {
            store_row(p, planes, matrix,
                      {out, p.out_width, p.out_column_stride, p.out_channel_stride, p.mean, p.scale});
        } else {
            store_row(p, planes, matrix, {wide.data(), p.out_width, 1, p.out_width, p.mean, p.scale});
            for (std::int64_t channel = 0; channel < 3; ++channel)
                for (std::int64_t x = 0; x < p.out_width; ++x)
                    store(out[x * p.out_column_stride + channel * p.out_channel_stride],
                          wide[static_cast<std::size_t>(channel * p.out_width + x)]);
        }
    }
}

}  // namespace

void preprocess_cpu(const PreprocessParamsOf<float>& params, std::int64_t begin, std::int64_t end) {
    preprocess_rows(params, begin, end);
}

void preprocess_cpu(const PreprocessParamsOf<BFloat16>& params, std::int64_t begin, std::int64_t end) {
    preprocess_rows(params, begin, end);
}

}  // namespace ausm
