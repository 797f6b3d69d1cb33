// SPDX-License-Identifier: MIT
// Preprocessing: the CPU path against the reference for every layout and odd sizes, and both against known colours.
#include "kernels/preprocess.h"

#include <string>

#include "test_support.h"

namespace ausm {
namespace {

struct Size {
    std::int64_t width, height;
};

struct Format {
    const char* name;
    PixelLayout layout;
    std::int64_t pixel_stride, red, green, blue;
};

const Format kFormats[] = {
    {"RGB", PixelLayout::kPacked, 3, 0, 1, 2},  {"BGR", PixelLayout::kPacked, 3, 2, 1, 0},
    {"RGBA", PixelLayout::kPacked, 4, 0, 1, 2}, {"BGRx", PixelLayout::kPacked, 4, 2, 1, 0},
    {"xRGB", PixelLayout::kPacked, 4, 1, 2, 3}, {"NV12", PixelLayout::kNv12, 0, 0, 0, 0},
    {"I420", PixelLayout::kI420, 0, 0, 0, 0},   {"GRAY8", PixelLayout::kGray, 0, 0, 0, 0},
};

enum class Fill { kRandom, kLow, kHigh };

/// A picture with bytes between its rows and a float output whose gaps hold NaN.
struct Problem {
    std::vector<std::uint8_t> bytes[3];
    std::vector<float> out;
    PreprocessParams params{};

    Problem(const Format& format, Size in, Size to, Fill fill = Fill::kRandom, bool planar = false) {
        std::mt19937 generator(7);
        const Size half{(in.width + 1) / 2, (in.height + 1) / 2};
        const bool packed = format.layout == PixelLayout::kPacked, pairs = format.layout == PixelLayout::kNv12;
        const Size planes[] = {{packed ? in.width * format.pixel_stride : in.width, in.height},
                               {pairs ? 2 * half.width : half.width, half.height},
                               half};
        for (int i = 0; i < 3; ++i) {
            const std::int64_t stride = planes[i].width + 5;
            // No byte after the last row: a read beyond the picture is seen by the address sanitizer.
            bytes[i].resize(static_cast<std::size_t>(stride * (planes[i].height - 1) + planes[i].width));
            for (std::uint8_t& byte : bytes[i])
                byte = static_cast<std::uint8_t>(fill == Fill::kRandom ? generator() : fill == Fill::kLow ? 0 : 255);
            params.planes[i] = {bytes[i].data(), stride};
        }
        params.layout = format.layout;
        params.width = in.width;
        params.height = in.height;
        params.pixel_stride = format.pixel_stride;
        params.red = format.red;
        params.green = format.green;
        params.blue = format.blue;
        params.out_width = to.width;
        params.out_height = to.height;
        params.out_column_stride = planar ? 1 : 3;
        params.out_row_stride = (planar ? to.width : 3 * to.width) + 7;
        params.out_channel_stride = planar ? params.out_row_stride * to.height : 1;
        out.assign(static_cast<std::size_t>(params.out_row_stride * to.height * (planar ? 3 : 1)),
                   std::numeric_limits<float>::quiet_NaN());
        params.out = out.data();
        params.mean = 127.0f;
        params.scale = 1.0f / 128.0f;
    }

    [[nodiscard]] float at(std::int64_t y, std::int64_t x, std::int64_t channel) const {
        return params
            .out[y * params.out_row_stride + x * params.out_column_stride + channel * params.out_channel_stride];
    }
};

// The reference sums in double and rounds once, so there is no naive float error to double. The fast path rounds
// a few times per tap and for the colour, at values up to 255 / 128: 16 half roundings of 2.
constexpr double kBound = 16 * 0.5 * 2.0 * std::numeric_limits<float>::epsilon();

double compare(Problem fast, Problem exact, const std::string& what) {
    fast.params.out = fast.out.data();
    exact.params.out = exact.out.data();
    preprocess_cpu(fast.params, 0, fast.params.out_height);
    preprocess_reference(exact.params, 0, exact.params.out_height);
    double worst = 0.0;
    for (std::size_t i = 0; i < fast.out.size(); ++i) {
        EXPECT_EQ(std::isnan(fast.out[i]), std::isnan(exact.out[i])) << what << " at " << i;
        if (!std::isnan(fast.out[i]))
            worst = std::max(worst, std::fabs(static_cast<double>(fast.out[i]) - exact.out[i]));
    }
    EXPECT_LE(worst, kBound) << what;
    return worst;
}

TEST(Preprocess, CpuEqualsTheReferenceForEveryLayoutAndSize) {
    const Size sizes[][2] = {
        {{97, 57}, {28, 16}}, {{257, 129}, {97, 33}}, {{1280, 72}, {448, 25}}, {{1920, 33}, {448, 3}},
        {{3, 1}, {1, 1}},     {{1, 1}, {1, 1}},       {{1, 1}, {5, 3}},        {{3, 3}, {97, 13}},
        {{64, 48}, {64, 48}}, {{97, 9}, {31, 31}},    {{9, 97}, {31, 31}},     {{640, 12}, {448, 8}},
        {{97, 57}, {60, 40}}, {{1023, 3}, {7, 2}},
    };
    double worst = 0.0;
    for (const Format& format : kFormats) {
        for (const auto& [in, to] : sizes) {
            const std::string what = std::string(format.name) + " " + std::to_string(in.width) + "x" +
                                     std::to_string(in.height) + " to " + std::to_string(to.width) + "x" +
                                     std::to_string(to.height);
            const Problem problem(format, in, to);
            worst = std::max(worst, compare(problem, problem, what));
        }
    }
    std::printf("preprocess sizes: %.0f %% of the bound used\n", 100.0 * worst / kBound);
}

TEST(Preprocess, CpuEqualsTheReferenceForEveryColourSpaceFillAndOutputOrder) {
    double worst = 0.0;
    for (const Format& format : kFormats) {
        for (const Fill fill : {Fill::kRandom, Fill::kLow, Fill::kHigh}) {
            for (int variant = 0; variant < 8; ++variant) {
                Problem problem(format, {97, 57}, {33, 70}, fill, (variant & 1) != 0);
                problem.params.matrix = (variant & 2) != 0 ? YuvMatrix::kBt709 : YuvMatrix::kBt601;
                problem.params.full_range = (variant & 4) != 0;
                const std::string what = std::string(format.name) + " variant " + std::to_string(variant);
                worst = std::max(worst, compare(problem, problem, what));
            }
        }
    }
    std::printf("preprocess colours: %.0f %% of the bound used\n", 100.0 * worst / kBound);
}

TEST(Preprocess, PackedOrdersGiveTheSameRgb) {
    for (const Format& format : kFormats) {
        if (format.layout != PixelLayout::kPacked)
            continue;
        Problem problem(format, {3, 2}, {1, 1});
        for (std::int64_t i = 0; i < 6; ++i) {
            std::uint8_t* pixel =
                problem.bytes[0].data() + i / 3 * problem.params.planes[0].stride + i % 3 * format.pixel_stride;
            pixel[format.red] = static_cast<std::uint8_t>(10 * i);  // mean 25
            pixel[format.green] = 127;
            pixel[format.blue] = 255;
        }
        preprocess_cpu(problem.params, 0, 1);
        EXPECT_NEAR(problem.at(0, 0, 0), (25.0 - 127.0) / 128.0, kBound) << format.name;
        EXPECT_NEAR(problem.at(0, 0, 1), 0.0, kBound) << format.name;
        EXPECT_NEAR(problem.at(0, 0, 2), 1.0, kBound) << format.name;
    }
}

// Coverage 3 -> 2: the first output takes pixel 0 whole and half of pixel 1.
TEST(Preprocess, ShrinkingWeighsByCoverageAndEnlargingIsBilinear) {
    const Format& gray = kFormats[7];
    Problem shrink(gray, {3, 1}, {2, 1});
    shrink.bytes[0] = {30, 60, 210};
    shrink.params.planes[0].data = shrink.bytes[0].data();
    shrink.params.full_range = true;
    preprocess_cpu(shrink.params, 0, 1);
    EXPECT_NEAR(shrink.at(0, 0, 1), (40.0 - 127.0) / 128.0, kBound);
    EXPECT_NEAR(shrink.at(0, 1, 1), (160.0 - 127.0) / 128.0, kBound);

    Problem enlarge(gray, {2, 1}, {4, 1});
    enlarge.bytes[0] = {100, 200};
    enlarge.params.planes[0].data = enlarge.bytes[0].data();
    enlarge.params.full_range = true;
    preprocess_cpu(enlarge.params, 0, 1);
    const double expected[] = {100.0, 125.0, 175.0, 200.0};
    for (std::int64_t x = 0; x < 4; ++x)
        EXPECT_NEAR(enlarge.at(0, x, 2), (expected[x] - 127.0) / 128.0, kBound) << x;
}

// Studio-range codes of colour bars as the two recommendations print them; half a code of rounding in each of Y, U, V
// can move a channel by about 2.
TEST(Preprocess, KnownColoursComeOutOfBothMatrices) {
    struct Colour {
        YuvMatrix matrix;
        std::uint8_t y, u, v;
        double red, green, blue;
    };
    const Colour colours[] = {
        {YuvMatrix::kBt601, 235, 128, 128, 255, 255, 255}, {YuvMatrix::kBt601, 16, 128, 128, 0, 0, 0},
        {YuvMatrix::kBt601, 81, 90, 240, 255, 0, 0},       {YuvMatrix::kBt601, 145, 54, 34, 0, 255, 0},
        {YuvMatrix::kBt601, 41, 240, 110, 0, 0, 255},      {YuvMatrix::kBt709, 63, 102, 240, 255, 0, 0},
        {YuvMatrix::kBt709, 173, 42, 26, 0, 255, 0},       {YuvMatrix::kBt709, 32, 240, 118, 0, 0, 255},
    };
    for (const Colour& colour : colours) {
        for (const Format* format : {&kFormats[5], &kFormats[6]}) {
            Problem problem(*format, {5, 3}, {2, 4});
            problem.params.matrix = colour.matrix;
            std::fill(problem.bytes[0].begin(), problem.bytes[0].end(), colour.y);
            std::fill(problem.bytes[2].begin(), problem.bytes[2].end(), colour.v);
            for (std::size_t i = 0; i < problem.bytes[1].size(); ++i) {
                const bool is_v = format->layout == PixelLayout::kNv12 &&
                                  static_cast<std::int64_t>(i) % problem.params.planes[1].stride % 2 == 1;
                problem.bytes[1][i] = is_v ? colour.v : colour.u;
            }
            preprocess_cpu(problem.params, 0, 4);
            const double expected[] = {colour.red, colour.green, colour.blue};
            for (std::int64_t channel = 0; channel < 3; ++channel)
                EXPECT_NEAR(problem.at(3, 1, channel) * 128.0 + 127.0, expected[channel], 2.0) << format->name;
        }
    }
}

TEST(Preprocess, RowsMayRunUpwards) {
    Problem down(kFormats[0], {7, 5}, {3, 2});
    Problem up(kFormats[0], {7, 5}, {3, 2});
    const std::int64_t stride = down.params.planes[0].stride;
    for (std::int64_t y = 0; y < 5; ++y)
        std::copy_n(down.bytes[0].data() + y * stride, 21, up.bytes[0].data() + (4 - y) * stride);
    up.params.planes[0] = {up.bytes[0].data() + 4 * stride, -stride};
    preprocess_cpu(down.params, 0, 2);
    preprocess_cpu(up.params, 0, 2);
    for (std::int64_t i = 0; i < 18; ++i)
        EXPECT_EQ(down.at(i / 9, i / 3 % 3, i % 3), up.at(i / 9, i / 3 % 3, i % 3));
}

TEST(Preprocess, RangesTouchOnlyTheirRowsAndJoinToTheWhole) {
    Problem whole(kFormats[5], {97, 57}, {33, 20});
    Problem parts(kFormats[5], {97, 57}, {33, 20});
    preprocess_cpu(whole.params, 0, 20);
    preprocess_cpu(parts.params, 5, 9);
    EXPECT_TRUE(std::isnan(parts.at(4, 32, 2)));
    EXPECT_TRUE(std::isnan(parts.at(9, 0, 0)));
    preprocess_cpu(parts.params, 0, 5);
    preprocess_cpu(parts.params, 9, 20);
    preprocess_cpu(parts.params, 20, 20);
    for (std::int64_t i = 0; i < 20 * 33 * 3; ++i)
        ASSERT_EQ(whole.at(i / 99, i / 3 % 33, i % 3), parts.at(i / 99, i / 3 % 33, i % 3));
}

}  // namespace
}  // namespace ausm
