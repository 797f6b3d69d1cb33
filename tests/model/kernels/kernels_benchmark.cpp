// SPDX-License-Identifier: MIT
// Times the reference and the CPU path of each kernel, one thread, at the sizes of the small model.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include <benchmark/benchmark.h>

#include "history_marker_grad_cases.h"
#include "kernels/causal_conv1d.h"
#include "kernels/history_marker.h"
#include "kernels/label_map.h"
#include "kernels/mamba_step.h"
#include "kernels/preprocess.h"
#include "kernels/selective_scan.h"
#include "kernels/selective_scan_grad.h"
#include "ms_deform_attn_cases.h"

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

/// A row of the grid over a clip, backwards.
template <bool kReference>
void selective_scan_grad_clip(benchmark::State& loop) {
    constexpr std::int64_t kTime = 16, kRow = 28;
    const auto x = ramp(kTime * kRow * kChannels, -1.0f, 1.0f), dt = ramp(kTime * kRow * kChannels, -6.0f, 0.0f);
    const auto b = ramp(kTime * kRow * kStates, -1.0f, 1.0f), a = ramp(kStates * kChannels, -8.0f, -0.5f);
    const auto d = ramp(kChannels, 0.0f, 1.0f), state = ramp(kRow * kStates * kChannels, -1.0f, 1.0f);
    auto x_grad = x, dt_grad = x, z_grad = x, b_grad = b, c_grad = b, a_grad = a, d_grad = d, bias_grad = d;
    auto state_grad = state;
    const RowStrides wide = contiguous_rows(kTime, kRow, kChannels), narrow = contiguous_rows(kTime, kRow, kStates);
    const SelectiveScanParams<float> scan{
        1,    kTime,  kRow,   kChannels, kStates, x.data(), dt.data(), b.data(), b.data(), x.data(),     nullptr, wide,
        wide, narrow, narrow, wide,      wide,    a.data(), d.data(),  d.data(), true,     state.data(), nullptr};
    const SelectiveScanGradParams<float> params{
        scan,          x.data(),         state.data(),     x_grad.data(), dt_grad.data(),
        b_grad.data(), c_grad.data(),    z_grad.data(),    wide,          wide,
        wide,          narrow,           narrow,           wide,          a_grad.data(),
        d_grad.data(), bias_grad.data(), state_grad.data()};
    for (auto _ : loop) {
        if constexpr (kReference)
            selective_scan_grad_reference(params, 0, kRow);
        else
            selective_scan_grad_cpu(params, 0, kRow);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(selective_scan_grad_clip<true>)->Name("selective_scan_grad/reference")->Unit(benchmark::kMicrosecond);
BENCHMARK(selective_scan_grad_clip<false>)->Name("selective_scan_grad/cpu")->Unit(benchmark::kMicrosecond);

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

/// One frame between Mamba's projections: every array of it, in place.
struct StepFrame {
    static constexpr std::int64_t kRank = 12, kOutputs = kRank + 2 * kStates;
    std::vector<float> projected = ramp(kPixels * 2 * kChannels, -1.0f, 1.0f),
                       y = ramp(kPixels * kChannels, 0.0f, 1.0f);
    std::vector<float> conv_weight = ramp(kTaps * kChannels, -1.0f, 1.0f), bias = ramp(kChannels, -6.0f, -2.0f);
    std::vector<float> x_weight = ramp(kOutputs * kChannels, -0.1f, 0.1f),
                       dt_weight = ramp(kRank * kChannels, -0.3f, 0.3f);
    std::vector<float> a = ramp(kStates * kChannels, -8.0f, -0.5f), d = ramp(kChannels, 0.0f, 1.0f);
    std::vector<float> tail = std::vector<float>(static_cast<std::size_t>((kTaps - 1) * kPixels * kChannels));
    std::vector<float> state = std::vector<float>(static_cast<std::size_t>(kPixels * kStates * kChannels));
    RowStrides in = contiguous_rows(1, kPixels, 2 * kChannels), wide = contiguous_rows(1, kPixels, kChannels);

    [[nodiscard]] MambaStepParams<float> params() {
        return {1,
                kPixels,
                kChannels,
                kTaps,
                kStates,
                kRank,
                projected.data(),
                projected.data() + kChannels,
                y.data(),
                in,
                in,
                wide,
                conv_weight.data(),
                d.data(),
                x_weight.data(),
                dt_weight.data(),
                bias.data(),
                a.data(),
                d.data(),
                tail.data(),
                tail.data(),
                state.data(),
                state.data()};
    }
};

template <bool kReference>
void mamba_step_frame(benchmark::State& loop) {
    StepFrame frame;
    const auto params = frame.params();
    for (auto _ : loop) {
        if constexpr (kReference)
            mamba_step_reference(params, 0, kPixels);
        else
            mamba_step_cpu(params, 0, kPixels);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(mamba_step_frame<true>)->Name("mamba_step/reference")->Unit(benchmark::kMicrosecond);
BENCHMARK(mamba_step_frame<false>)->Name("mamba_step/cpu")->Unit(benchmark::kMicrosecond);

/// out += weight^T x, x: [rows, in] in rows of `x_stride`, weight: [in, out]: as plain as a product vectorises.
void plain_product(const float* x, std::int64_t x_stride, std::int64_t in, const float* weight, std::int64_t out,
                   float* result) {
    std::fill_n(result, kPixels * out, 0.0f);
    for (std::int64_t row = 0; row < kPixels; ++row)
        for (std::int64_t i = 0; i < in; ++i)
            for (std::int64_t o = 0; o < out; ++o)
                result[row * out + o] += weight[i * out + o] * x[row * x_stride + i];
}

// The same frame by the kernels that mamba_step joins, intermediates in memory.
void mamba_step_parts(benchmark::State& loop) {
    StepFrame frame;
    const auto p = frame.params();
    std::vector<float> x(frame.y.size()), dt(x), steer(static_cast<std::size_t>(kPixels * StepFrame::kOutputs));
    const RowStrides steer_rows = contiguous_rows(1, kPixels, StepFrame::kOutputs);
    const CausalConv1dParams<float> conv{1,
                                         1,
                                         kPixels,
                                         kChannels,
                                         kTaps,
                                         p.u,
                                         x.data(),
                                         frame.in,
                                         frame.wide,
                                         p.conv_weight,
                                         p.conv_bias,
                                         p.memory.tail_in,
                                         p.memory.tail_out};
    const float* b = steer.data() + StepFrame::kRank;
    const SelectiveScanParams<float> scan{
        1,           1,   kPixels, kChannels,  kStates,    x.data(),          dt.data(),         b,
        b + kStates, p.z, p.y,     frame.wide, frame.wide, steer_rows,        steer_rows,        frame.in,
        frame.wide,  p.a, p.d,     p.dt_bias,  true,       p.memory.state_in, p.memory.state_out};
    for (auto _ : loop) {
        causal_conv1d_cpu(conv, 0, kPixels);
        plain_product(x.data(), kChannels, kChannels, p.x_weight, StepFrame::kOutputs, steer.data());
        plain_product(steer.data(), StepFrame::kOutputs, StepFrame::kRank, p.dt_weight, kChannels, dt.data());
        selective_scan_cpu(scan, 0, kPixels);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(mamba_step_parts)->Name("mamba_step/parts")->Unit(benchmark::kMicrosecond);

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

template <bool kReference>
void history_marker_grad_frame(benchmark::State& loop) {
    test::history_marker_grad::Problem<float> problem({1, 10, 16, 28, kChannels, 4});
    for (auto _ : loop) {
        if constexpr (kReference) {
            history_marker_grad_reference(problem.params, 0, 1);
        } else {
            history_marker_grad_masks_cpu(problem.params, 0, problem.cells());
            history_marker_grad_vectors_cpu(problem.params, 0, problem.objects());
        }
        benchmark::ClobberMemory();
    }
}
BENCHMARK(history_marker_grad_frame<true>)->Name("history_marker_grad/reference")->Unit(benchmark::kMicrosecond);
BENCHMARK(history_marker_grad_frame<false>)->Name("history_marker_grad/cpu")->Unit(benchmark::kMicrosecond);

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

/// A layer of Mask2Former's pixel decoder on a picture of 512 x 896.
template <bool kReference, bool kBackward>
void ms_deform_attn_layer(benchmark::State& loop) {
    test::ms_deform_attn::Problem<float> problem(test::ms_deform_attn::pixel_decoder(64, 112));
    for (auto _ : loop) {
        if constexpr (kReference && kBackward)
            ms_deform_attn_grad_reference(problem.grad, 0, problem.head_count());
        else if constexpr (kReference)
            ms_deform_attn_reference(problem.params, 0, problem.rows());
        else if constexpr (kBackward)
            ms_deform_attn_grad_cpu(problem.grad, 0, problem.head_count());
        else
            ms_deform_attn_cpu(problem.params, 0, problem.rows());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(ms_deform_attn_layer<true, false>)->Name("ms_deform_attn/reference")->Unit(benchmark::kMicrosecond);
BENCHMARK(ms_deform_attn_layer<false, false>)->Name("ms_deform_attn/cpu")->Unit(benchmark::kMicrosecond);
BENCHMARK(ms_deform_attn_layer<true, true>)->Name("ms_deform_attn_grad/reference")->Unit(benchmark::kMicrosecond);
BENCHMARK(ms_deform_attn_layer<false, true>)->Name("ms_deform_attn_grad/cpu")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ausm

BENCHMARK_MAIN();
