// SPDX-License-Identifier: MIT
// Preprocessing on the device.
#include "check.h"
#include "preprocess_cases.h"

namespace ausm::gpu {
namespace {

using namespace test::preprocess;

/// The problem's parameters with its arrays on the device.
template <class Out>
PreprocessParamsOf<Out> mirrored(Problem<Out>& problem, DeviceArrays& device) {
    auto params = problem.params;
    for (int i = 0; i < 3; ++i)
        params.planes[i].data = device.mirror(problem.bytes[i]) + (params.planes[i].data - problem.bytes[i].data());
    params.out = device.mirror(problem.out);
    return params;
}

template <class Out>
std::vector<Out> result_of(Report& report, const Format& format, Size in, Size to, const Options& options) {
    Problem<Out> problem(format, in, to, options);
    DeviceArrays device;
    report.launched(preprocess_cuda(mirrored(problem, device), nullptr));
    device.fetch();
    return problem.out;
}

template <class Out>
void compare(Report& report, const Format& format, Size in, Size to, const Options& options) {
    constexpr bool kFloat = std::is_same_v<Out, float>;
    const char* rows = options.rows == Rows::kGap ? "" : options.rows == Rows::kWords ? ", rows of words" : ", upwards";
    report.enter(std::string(kFloat ? "float32 " : "bfloat16 ") + text_of(format, in, to) +
                 (options.planar ? " NCHW" : " NHWC") + rows);
    Problem<float> exact(format, in, to, options);
    preprocess_reference(exact.params, 0, to.height);
    report.compare("rgb, gaps untouched", difference(result_of<Out>(report, format, in, to, options), exact.out));
}

void check_sizes(Report& report) {
    for (const Format& format : kFormats) {
        int number = 0;
        for (const auto& [in, to] : kSizes) {
            const bool planar = ++number % 2 == 0;
            compare<float>(report, format, in, to, {.rows = Rows::kWords, .planar = planar});
            compare<float>(report, format, in, to, {.rows = Rows::kGap, .planar = !planar});
            compare<BFloat16>(report, format, in, to, {.rows = Rows::kUpwards, .planar = planar});
        }
    }
}

void check_colours(Report& report) {
    for (const Format& format : kFormats)
        for (const Fill fill : {Fill::kRandom, Fill::kLow, Fill::kHigh})
            for (int variant = 0; variant < 4; ++variant)
                compare<float>(report, format, {97, 13}, {33, 30},
                               {.fill = fill,
                                .rows = Rows::kWords,
                                .planar = variant % 2 == 0,
                                .matrix = variant % 2 == 0 ? YuvMatrix::kBt709 : YuvMatrix::kBt601,
                                .full_range = variant >= 2});
}

void check_repeats(Report& report) {
    for (const Format& format : kFormats) {
        report.enter(std::string(format.name) + " twice");
        const Options options{.rows = Rows::kWords};
        const auto once = result_of<BFloat16>(report, format, {257, 33}, {97, 9}, options);
        const auto again = result_of<BFloat16>(report, format, {257, 33}, {97, 9}, options);
        bool same = once.size() == again.size();
        for (std::size_t i = 0; same && i < once.size(); ++i)
            same = once[i].bits == again[i].bits;
        report.expect("equal bits", same);
    }
}

void check_limits(Report& report) {
    Problem<float> problem(kRgb, {3, 5}, {2, 2});
    DeviceArrays device;
    const auto good = mirrored(problem, device);
    const auto refused = [&](const char* what, auto change) {
        auto params = good;
        change(params);
        report.enter(what);
        report.expect("is refused", preprocess_cuda(params, nullptr) == cudaErrorInvalidValue);
    };
    refused("a picture without pixels", [](auto& p) { p.width = 0; });
    refused("a picture 32768 pixels high", [](auto& p) { p.height = 32768; });
    refused("an output 16384 pixels wide", [](auto& p) { p.out_width = 16384; });
    refused("pixels of 2 bytes", [](auto& p) { p.pixel_stride = 2; });
    refused("blue behind the pixel", [](auto& p) { p.blue = 3; });
    auto empty = good;
    empty.out_height = 0;
    report.enter("no output rows");
    report.launched(preprocess_cuda(empty, nullptr));
    device.fetch();
    const auto untouched = std::count_if(problem.out.begin(), problem.out.end(), [](float v) { return std::isnan(v); });
    report.expect("nothing is written", untouched == static_cast<std::ptrdiff_t>(problem.out.size()));
}

template <class Out>
void time_size(Timings& timings, const Format& format, Size in) {
    const Size to{448, 256};
    Problem<Out> problem(format, in, to, {.rows = Rows::kWords, .planar = true});
    DeviceArrays device;
    const auto params = mirrored(problem, device);
    const auto pixels = static_cast<double>(in.width * in.height), outputs = static_cast<double>(to.width * to.height);
    const double a_pixel =
        format.layout == PixelLayout::kPacked ? static_cast<double>(format.pixel_stride) : 1.5;  // 4:2:0
    const std::string what = text_of(format, in, to) + (std::is_same_v<Out, float> ? " float32" : " bfloat16");
    timings.run(what, a_pixel * pixels + 3.0 * sizeof(Out) * outputs, 0,
                [&] { return preprocess_cuda(params, nullptr); });
}

}  // namespace

void check_preprocess(Report& report) {
    check_sizes(report);
    check_colours(report);
    check_repeats(report);
    check_limits(report);
}

void time_preprocess(Timings& timings) {
    time_size<float>(timings, kNv12, {1920, 1080});
    time_size<BFloat16>(timings, kNv12, {1920, 1080});
    time_size<float>(timings, kRgb, {1920, 1080});
    time_size<float>(timings, kFormats[2], {1920, 1080});
    time_size<float>(timings, kNv12, {3840, 2160});
}

}  // namespace ausm::gpu
