// SPDX-License-Identifier: MIT
// Preprocessing: the CPU path against the reference for every layout and odd sizes, and both against known colours.
#include "preprocess_cases.h"

#include "test_support.h"

namespace ausm {
namespace {

using namespace test::preprocess;

/// The CPU adds up pixels one after the other. The bound's 16 half roundings are for a few of them; those of thousands
/// add up like random steps. As a share of the bound.
double more_roundings(Size in, Size to) {
    const auto pixels = static_cast<double>(std::max(in.width / to.width, in.height / to.height));
    return pixels > 16.0 ? std::sqrt(pixels) / 16.0 : 0.0;
}

/// Runs both paths; how much of the bound the CPU's results use.
template <class Out>
double compare(const Format& format, Size in, Size to, const Options& options = {}) {
    Problem<Out> fast(format, in, to, options);
    Problem<float> exact(format, in, to, options);
    preprocess_cpu(fast.params, 0, to.height);
    preprocess_reference(exact.params, 0, to.height);
    const test::ErrorBound result = difference(fast.out, exact.out);
    const double bound = result.bound + kBound * more_roundings(in, to);
    EXPECT_LE(result.error, bound) << text_of(format, in, to);
    return result.error / bound;
}

TEST(Preprocess, CpuEqualsTheReferenceForEveryLayoutAndSize) {
    double worst[2] = {};
    for (const Format& format : kFormats) {
        for (const auto& [in, to] : kSizes) {
            worst[0] = std::max(worst[0], compare<float>(format, in, to));
            worst[1] = std::max(worst[1], compare<BFloat16>(format, in, to));
        }
    }
    std::printf("preprocess sizes: %.0f %% of the bound used, bfloat16 %.0f %%\n", 100.0 * worst[0], 100.0 * worst[1]);
}

TEST(Preprocess, CpuEqualsTheReferenceForEveryColourSpaceFillAndOutputOrder) {
    double worst[2] = {};
    for (const Format& format : kFormats) {
        for (const Fill fill : {Fill::kRandom, Fill::kLow, Fill::kHigh}) {
            for (int variant = 0; variant < 8; ++variant) {
                const Options options{fill, Rows::kGap, (variant & 1) != 0,
                                      (variant & 2) != 0 ? YuvMatrix::kBt709 : YuvMatrix::kBt601, (variant & 4) != 0};
                worst[0] = std::max(worst[0], compare<float>(format, {97, 57}, {33, 70}, options));
                worst[1] = std::max(worst[1], compare<BFloat16>(format, {97, 57}, {33, 70}, options));
            }
        }
    }
    std::printf("preprocess colours: %.0f %% of the bound used, bfloat16 %.0f %%\n", 100.0 * worst[0],
                100.0 * worst[1]);
}

TEST(Preprocess, BFloat16IsTheRoundedFloat) {
    for (const Format& format : kFormats) {
        for (const bool planar : {false, true}) {
            const Options options{.planar = planar};
            Problem<float> wide(format, {97, 57}, {33, 70}, options);
            Problem<BFloat16> narrow(format, {97, 57}, {33, 70}, options);
            preprocess_cpu(wide.params, 0, 70);
            preprocess_cpu(narrow.params, 0, 70);
            for (std::size_t i = 0; i < wide.out.size(); ++i)
                ASSERT_EQ(narrow.out[i].bits, test::rounded_to<BFloat16>(wide.out[i]).bits) << format.name << " " << i;
        }
    }
}

TEST(Preprocess, PackedOrdersGiveTheSameRgb) {
    for (const Format& format : kFormats) {
        if (format.layout != PixelLayout::kPacked)
            continue;
        Problem<float> problem(format, {3, 2}, {1, 1});
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
    Problem<float> shrink(kGray, {3, 1}, {2, 1});
    shrink.bytes[0] = {30, 60, 210};
    shrink.params.planes[0].data = shrink.bytes[0].data();
    shrink.params.full_range = true;
    preprocess_cpu(shrink.params, 0, 1);
    EXPECT_NEAR(shrink.at(0, 0, 1), (40.0 - 127.0) / 128.0, kBound);
    EXPECT_NEAR(shrink.at(0, 1, 1), (160.0 - 127.0) / 128.0, kBound);

    Problem<float> enlarge(kGray, {2, 1}, {4, 1});
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
        for (const Format* format : {&kNv12, &kI420}) {
            Problem<float> problem(*format, {5, 3}, {2, 4});
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
    for (const Format& format : kFormats) {
        Problem<float> down(format, {7, 5}, {3, 2});
        Problem<float> up(format, {7, 5}, {3, 2}, {.rows = Rows::kUpwards});
        for (int i = 0; i < 3; ++i) {
            const std::int64_t stride = down.params.planes[i].stride, rows = i == 0 ? 5 : 3;
            const std::int64_t width = static_cast<std::int64_t>(down.bytes[i].size()) - stride * (rows - 1);
            for (std::int64_t y = 0; y < rows; ++y)
                std::copy_n(down.bytes[i].data() + y * stride, width, up.bytes[i].data() + (rows - 1 - y) * stride);
        }
        preprocess_cpu(down.params, 0, 2);
        preprocess_cpu(up.params, 0, 2);
        for (std::int64_t i = 0; i < 18; ++i)
            EXPECT_EQ(down.at(i / 9, i / 3 % 3, i % 3), up.at(i / 9, i / 3 % 3, i % 3)) << format.name;
    }
}

TEST(Preprocess, RangesTouchOnlyTheirRowsAndJoinToTheWhole) {
    Problem<float> whole(kNv12, {97, 57}, {33, 20});
    Problem<float> parts(kNv12, {97, 57}, {33, 20});
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
