// SPDX-License-Identifier: MIT
// Times the reference and the CPU path of each kernel, one thread, at the sizes of the small model.
#include <cstdlib>
#include <vector>

#include <benchmark/benchmark.h>

#include "kernels/causal_conv1d.h"
#include "kernels/history_marker.h"
#include "kernels/label_map.h"
#include "kernels/preprocess.h"
#include "kernels/selective_scan.h"

namespace ausm {
namespace {

constexpr std::int64_t kPixels = 16 * 28, kChannels = 192, kStates = 8, kTaps = 4;

std::vector<float> ramp(std::int64_t count, float low, float high) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = low + (high - low) * static_cast<float>(i * 7919 % 1009) / 1009.0f;
    return values;
}

template <bool kReference>
void selective_scan_step(benchmark::State& loop) {
    const auto x = ramp(kPixels * kChannels, -1.0f, 1.0f), dt = ramp(kPixels * kChannels, -6.0f, 0.0f);
    const auto b = ramp(kPixels * kStates, -1.0f, 1.0f), c = b, a = ramp(kStates * kChannels, -8.0f, -0.5f);
    const auto d = ramp(kChannels, 0.0f, 1.0f), bias = d;
    std::vector<float> y(x.size()), state(static_cast<std::size_t>(kPixels * kStates * kChannels));
    const RowStrides wide = contiguous_rows(1, kPixels, kChannels), narrow = contiguous_rows(1, kPixels, kStates);
    const SelectiveScanParams<float> params{1,         1,           kPixels,  kChannels,    kStates,     x.data(),
                                            dt.data(), b.data(),    c.data(), x.data(),     y.data(),    wide,
                                            wide,      narrow,      narrow,   wide,         wide,        a.data(),
                                            d.data(),  bias.data(), true,     state.data(), state.data()};
    for (auto _ : loop) {
        if constexpr (kReference)
            selective_scan_reference(params, 0, kPixels);
        else
            selective_scan_cpu(params, 0, kPixels);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(selective_scan_step<true>)->Name("selective_scan/reference")->Unit(benchmark::kMicrosecond);
BENCHMARK(selective_scan_step<false>)->Name("selective_scan/cpu")->Unit(benchmark::kMicrosecond);

template <bool kReference>
void causal_conv1d_step(benchmark::State& loop) {
    const auto u = ramp(kPixels * kChannels, -1.0f, 1.0f), weight = ramp(kTaps * kChannels, -1.0f, 1.0f);
    const auto bias = ramp(kChannels, -1.0f, 1.0f);
    std::vector<float> out(u.size()), tail(static_cast<std::size_t>((kTaps - 1) * kPixels * kChannels));
    const RowStrides rows = contiguous_rows(1, kPixels, kChannels);
    const CausalConv1dParams<float> params{1,    1,    kPixels,       kChannels,   kTaps,       u.data(),   out.data(),
                                           rows, rows, weight.data(), bias.data(), tail.data(), tail.data()};
    for (auto _ : loop) {
        if constexpr (kReference)
            causal_conv1d_reference(params, 0, kPixels);
        else
            causal_conv1d_cpu(params, 0, kPixels);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(causal_conv1d_step<true>)->Name("causal_conv1d/reference")->Unit(benchmark::kMicrosecond);
BENCHMARK(causal_conv1d_step<false>)->Name("causal_conv1d/cpu")->Unit(benchmark::kMicrosecond);

template <bool kReference>
void history_marker_frame(benchmark::State& loop) {
    constexpr std::int64_t kObjects = 10, kRows = 16, kColumns = 28, kRatio = 4;
    constexpr std::int64_t kMask = kRows * kColumns * kRatio * kRatio;
    std::vector<float> masks = ramp(kObjects * kMask, -2.0f, 1.0f);
    for (float& v : masks)
        v = v < 0.0f ? 0.0f : v;
    const auto vectors = ramp(kObjects * kChannels, -1.0f, 1.0f);
    std::vector<float> out(static_cast<std::size_t>(kPixels * kChannels));
    const HistoryMarkerParams<float> params{1,
                                            kObjects,
                                            kRows,
                                            kColumns,
                                            kChannels,
                                            kRatio,
                                            masks.data(),
                                            kObjects * kMask,
                                            kMask,
                                            kColumns * kRatio,
                                            vectors.data(),
                                            kObjects * kChannels,
                                            kChannels,
                                            out.data(),
                                            kPixels * kChannels,
                                            kChannels};
    for (auto _ : loop) {
        if constexpr (kReference)
            history_marker_reference(params, 0, kPixels);
        else
            history_marker_cpu(params, 0, kPixels);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(history_marker_frame<true>)->Name("history_marker/reference")->Unit(benchmark::kMicrosecond);
BENCHMARK(history_marker_frame<false>)->Name("history_marker/cpu")->Unit(benchmark::kMicrosecond);

template <PixelLayout kLayout, bool kReference>
void preprocess_720p(benchmark::State& loop) {
    constexpr std::int64_t kWidth = 1280, kHeight = 720;
    std::vector<std::uint8_t> bytes(3 * kWidth * kHeight);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(i * 7919 % 251);
    std::vector<float> out(448 * 256 * 3);
    const std::int64_t stride = kLayout == PixelLayout::kPacked ? 3 * kWidth : kWidth;
    const std::uint8_t* chroma = bytes.data() + kWidth * kHeight;
    const PreprocessParams params{kLayout,
                                  kWidth,
                                  kHeight,
                                  {{bytes.data(), stride}, {chroma, kWidth}, {}},
                                  3,
                                  0,
                                  1,
                                  2,
                                  YuvMatrix::kBt709,
                                  false,
                                  448,
                                  256,
                                  out.data(),
                                  448 * 3,
                                  3,
                                  1,
                                  127.0f,
                                  1.0f / 128.0f};
    for (auto _ : loop) {
        if constexpr (kReference)
            preprocess_reference(params, 0, 256);
        else
            preprocess_cpu(params, 0, 256);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(preprocess_720p<PixelLayout::kPacked, true>)->Name("preprocess_rgb/reference")->Unit(benchmark::kMicrosecond);
BENCHMARK(preprocess_720p<PixelLayout::kPacked, false>)->Name("preprocess_rgb/cpu")->Unit(benchmark::kMicrosecond);
BENCHMARK(preprocess_720p<PixelLayout::kNv12, true>)->Name("preprocess_nv12/reference")->Unit(benchmark::kMicrosecond);
BENCHMARK(preprocess_720p<PixelLayout::kNv12, false>)->Name("preprocess_nv12/cpu")->Unit(benchmark::kMicrosecond);

// Every object fills a band of the picture from top to bottom: the worst case, all objects meet in every row.
template <bool kReference, bool kConfidence>
void label_map_720p(benchmark::State& loop) {
    constexpr std::int64_t kObjects = 10, kRows = 64, kColumns = 112, kWidth = 1280, kHeight = 720;
    std::vector<float> logits(kObjects * kRows * kColumns);
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(logits.size()); ++i) {
        const std::int64_t object = i / (kRows * kColumns), column = i % kColumns;
        logits[static_cast<std::size_t>(i)] = 5.0f - static_cast<float>(std::abs(column - 11 * object - 6));
    }
    const std::vector<std::uint8_t> values(kObjects, 7);
    std::vector<std::uint8_t> map(kWidth * kHeight), confidence(map);
    std::vector<LabelStats> stats(kObjects);
    const LabelMapParams params{kObjects,
                                kRows,
                                kColumns,
                                logits.data(),
                                kRows * kColumns,
                                kColumns,
                                0.0f,
                                values.data(),
                                kWidth,
                                kHeight,
                                map.data(),
                                kWidth,
                                kConfidence ? confidence.data() : nullptr,
                                kWidth,
                                stats.data()};
    for (auto _ : loop) {
        if constexpr (kReference)
            label_map_reference(params, 0, kHeight);
        else
            label_map_cpu(params, 0, kHeight);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(label_map_720p<true, false>)->Name("label_map/reference")->Unit(benchmark::kMicrosecond);
BENCHMARK(label_map_720p<false, false>)->Name("label_map/cpu")->Unit(benchmark::kMicrosecond);
BENCHMARK(label_map_720p<true, true>)->Name("label_map_confidence/reference")->Unit(benchmark::kMicrosecond);
BENCHMARK(label_map_720p<false, true>)->Name("label_map_confidence/cpu")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ausm

BENCHMARK_MAIN();
