// SPDX-License-Identifier: MIT
// Preprocessing: the pictures and cases that every path is tested with.
#pragma once

#include <string>

#include "kernels/preprocess.h"
#include "numbers.h"

namespace ausm::test::preprocess {

struct Size {
    std::int64_t width, height;
};

struct Format {
    const char* name;
    PixelLayout layout;
    std::int64_t pixel_stride, red, green, blue;
};

inline const Format kFormats[] = {
    {"RGB", PixelLayout::kPacked, 3, 0, 1, 2},  {"BGR", PixelLayout::kPacked, 3, 2, 1, 0},
    {"RGBA", PixelLayout::kPacked, 4, 0, 1, 2}, {"BGRx", PixelLayout::kPacked, 4, 2, 1, 0},
    {"xRGB", PixelLayout::kPacked, 4, 1, 2, 3}, {"NV12", PixelLayout::kNv12, 0, 0, 0, 0},
    {"I420", PixelLayout::kI420, 0, 0, 0, 0},   {"GRAY8", PixelLayout::kGray, 0, 0, 0, 0},
};
inline const Format &kRgb = kFormats[0], &kNv12 = kFormats[5], &kI420 = kFormats[6], &kGray = kFormats[7];

/// Shrinking, enlarging and both, odd sizes, the sizes that networks see, pictures of one pixel and of one column.
inline const Size kSizes[][2] = {
    {{97, 57}, {28, 16}}, {{257, 129}, {97, 33}}, {{1280, 36}, {448, 12}}, {{1920, 33}, {448, 3}},
    {{3, 1}, {1, 1}},     {{1, 1}, {1, 1}},       {{1, 1}, {5, 3}},        {{3, 5}, {97, 13}},
    {{64, 48}, {64, 48}}, {{97, 9}, {31, 31}},    {{9, 97}, {31, 31}},     {{640, 12}, {448, 8}},
    {{97, 57}, {60, 40}}, {{1023, 3}, {7, 2}},    {{8191, 3}, {2, 5}},     {{3, 1025}, {33, 1}},
};

enum class Fill { kRandom, kLow, kHigh };

/// What lies between the end of a row and the next: bytes up to the next word, or five.
enum class Rows { kGap, kWords, kUpwards };

struct Options {
    Fill fill = Fill::kRandom;
    Rows rows = Rows::kGap;
    bool planar = false;  // NCHW, else NHWC
    YuvMatrix matrix = YuvMatrix::kBt601;
    bool full_range = false;
};

/// A picture with bytes between its rows and an output whose gaps hold NaN.
template <class Out>
struct Problem {
    std::vector<std::uint8_t> bytes[3];
    std::vector<Out> out;
    PreprocessParamsOf<Out> params{};

    Problem(const Format& format, Size in, Size to, const Options& options = {}) {
        std::mt19937 generator(7);
        const Size half{(in.width + 1) / 2, (in.height + 1) / 2};
        const bool packed = format.layout == PixelLayout::kPacked, pairs = format.layout == PixelLayout::kNv12;
        const Size planes[] = {{packed ? in.width * format.pixel_stride : in.width, in.height},
                               {pairs ? 2 * half.width : half.width, half.height},
                               half};
        for (int i = 0; i < 3; ++i) {
            const std::int64_t width = planes[i].width, above = planes[i].height - 1;
            const std::int64_t stride = options.rows == Rows::kWords ? (width + 7) / 4 * 4 : width + 5;
            // No byte after the last row: a read beyond the picture is seen by the address sanitizer.
            bytes[i].resize(static_cast<std::size_t>(stride * above + width));
            for (std::uint8_t& byte : bytes[i])
                byte = static_cast<std::uint8_t>(options.fill == Fill::kRandom ? generator()
                                                 : options.fill == Fill::kLow  ? 0
                                                                               : 255);
            const bool upwards = options.rows == Rows::kUpwards;
            params.planes[i] = {bytes[i].data() + (upwards ? stride * above : 0), upwards ? -stride : stride};
        }
        params.layout = format.layout;
        params.width = in.width;
        params.height = in.height;
        params.pixel_stride = format.pixel_stride;
        params.red = format.red;
        params.green = format.green;
        params.blue = format.blue;
        params.matrix = options.matrix;
        params.full_range = options.full_range;
        params.out_width = to.width;
        params.out_height = to.height;
        params.out_column_stride = options.planar ? 1 : 3;
        params.out_row_stride = (options.planar ? to.width : 3 * to.width) + 7;
        params.out_channel_stride = options.planar ? params.out_row_stride * to.height : 1;
        out.assign(static_cast<std::size_t>(params.out_row_stride * to.height * (options.planar ? 3 : 1)),
                   not_a_number<Out>());
        params.out = out.data();
        params.mean = 127.0f;
        params.scale = 1.0f / 128.0f;
    }

    [[nodiscard]] Out at(std::int64_t y, std::int64_t x, std::int64_t channel) const {
        return params
            .out[y * params.out_row_stride + x * params.out_column_stride + channel * params.out_channel_stride];
    }
};

// The reference sums in double and rounds once, so there is no naive float error to double. The fast paths round
// a few times per tap and for the colour, at values up to 255 / 128: 16 half roundings of 2. bfloat16 results, at most
// 1, are rounded once more.
constexpr double kBound = 16 * 0.5 * 2.0 * epsilon<float>();
constexpr double kBoundBFloat16 = kBound + 0.25 * epsilon<BFloat16>();

template <class Out>
constexpr double bound() {
    return std::is_same_v<Out, float> ? kBound : kBoundBFloat16;
}

/// The largest difference to the float reference; infinite where one has written and the other has not.
template <class Out>
ErrorBound difference(const std::vector<Out>& values, const std::vector<float>& reference) {
    ErrorBound result{0.0, bound<Out>(), 0.0};
    for (std::size_t i = 0; i < reference.size(); ++i) {
        const double value = widen(values[i]), exact = reference[i];
        if (std::isnan(value) != std::isnan(exact))
            result.error = std::numeric_limits<double>::infinity();
        if (std::isnan(value) || std::isnan(exact))
            continue;
        result.error = std::max(result.error, std::fabs(value - exact));
        result.magnitude = std::max(result.magnitude, std::fabs(exact));
    }
    return result;
}

inline std::string text_of(const Format& format, Size in, Size to) {
    return std::string(format.name) + " " + std::to_string(in.width) + "x" + std::to_string(in.height) + " to " +
           std::to_string(to.width) + "x" + std::to_string(to.height);
}

}  // namespace ausm::test::preprocess
