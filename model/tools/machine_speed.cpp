// SPDX-License-Identifier: MIT
// A matrix product and a convolution, repeated.
#include "tools/machine_speed.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <stdexcept>

namespace ausm::tools {
namespace {

constexpr std::int64_t kSide = 1024;
constexpr std::int64_t kChannels = 64, kRows = 64, kColumns = 112;
constexpr double kMmOperations = 2.0 * kSide * kSide * kSide;
constexpr double kConvOperations = 2.0 * kRows * kColumns * 9 * kChannels * kChannels;
constexpr int kWarmUp = 1;            // first touches, packing
constexpr int kMmRepetitions = 3;     // about 20 ms each on two cores
constexpr int kConvRepetitions = 12;  // about 5 ms each

std::vector<double> repeat(int times, const std::function<at::Tensor()>& work) {
    std::vector<double> seconds;
    for (int i = 0; i < kWarmUp + times; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        const auto result = work();
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
        if (i >= kWarmUp)
            seconds.push_back(passed.count());
    }
    return seconds;
}

at::ScalarType dtype_of(Precision precision) {
    switch (precision) {
    case Precision::kFloat32: return at::kFloat;
    case Precision::kBfloat16: return at::kBFloat16;
    default: throw std::invalid_argument("the machine's speed is measured in fp32 or bf16");
    }
}

}  // namespace

MachineSpeed::MachineSpeed(Precision precision, int threads) : precision_(precision), threads_(threads) {
    (void)dtype_of(precision);
}

void MachineSpeed::measure() {
    const c10::InferenceMode inference;
    at::set_num_threads(threads_);
    const auto options = at::TensorOptions().dtype(dtype_of(precision_));
    const auto a = at::ones({kSide, kSide}, options), b = at::ones({kSide, kSide}, options);
    const auto mm = repeat(kMmRepetitions, [&] { return at::mm(a, b); });
    const auto x = at::ones({1, kChannels, kRows, kColumns}, options).contiguous(at::MemoryFormat::ChannelsLast);
    const auto w = at::ones({kChannels, kChannels, 3, 3}, options).contiguous(at::MemoryFormat::ChannelsLast);
    const auto conv = repeat(kConvRepetitions, [&] { return at::conv2d(x, w, {}, 1, 1); });
    rounds_.push_back({kMmOperations / median(mm), kConvOperations / median(conv)});
    mm_.insert(mm_.end(), mm.begin(), mm.end());
    conv_.insert(conv_.end(), conv.begin(), conv.end());
}

MachineRates MachineSpeed::rates() const {
    return rounds_.empty() ? MachineRates{}
                           : MachineRates{kMmOperations / median(mm_), kConvOperations / median(conv_)};
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace ausm::tools
