// SPDX-License-Identifier: MIT
// A matrix product and a convolution, repeated.
#include "tools/machine_speed.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <stdexcept>

namespace ausm::tools {
namespace {

constexpr std::int64_t kCpuSide = 1024, kGpuSide = 4096;  // about 20 ms on two cores, 0.2 ms on a large GPU
constexpr std::int64_t kChannels = 64, kRows = 64, kColumns = 112;
constexpr double kConvOperations = 2.0 * kRows * kColumns * 9 * kChannels * kChannels;
constexpr int kWarmUp = 1;  // first touches, packing
constexpr int kMmRepetitions = 3;
constexpr int kConvRepetitions = 12;  // about 5 ms each on two cores
constexpr int kGpuCalls = 20;         // in a row between two looks at the clock: waiting for a GPU takes a while

double operations(std::int64_t side) {
    const auto n = static_cast<double>(side);
    return 2.0 * n * n * n;
}

std::vector<double> repeat(int times, const std::function<at::Tensor()>& work) {
    std::vector<double> seconds;
    for (int i = 0; i < kWarmUp + times; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        auto result = work();
        const int calls = result.is_cpu() ? 1 : kGpuCalls;
        for (int call = 1; call < calls; ++call)
            result = work();
        if (!result.is_cpu())
            static_cast<void>(result.flatten()[0].item());  // waits
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
        if (i >= kWarmUp)
            seconds.push_back(passed.count() / calls);
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

MachineSpeed::MachineSpeed(const ModelInfo& model)
    : options_(at::TensorOptions(at::Device(model.device)).dtype(dtype_of(model.precision))), threads_(model.threads),
      mm_side_(model.device == "cpu" ? kCpuSide : kGpuSide) {
    auto& context = at::globalContext();  // as the network's convolutions are called (ops/conv2d.cpp)
    context.setAllowTF32CuDNN(false);
    context.setBenchmarkCuDNN(true);
    context.setDeterministicCuDNN(true);
    const c10::InferenceMode inference;
    const auto generator = at::make_generator<at::CPUGeneratorImpl>();  // its own: nobody else's numbers change
    const auto noise = [&](at::IntArrayRef sizes) { return at::randn(sizes, generator, at::kFloat).to(options_); };
    a_ = noise({mm_side_, mm_side_});
    b_ = noise({mm_side_, mm_side_});
    picture_ = noise({1, kChannels, kRows, kColumns}).contiguous(at::MemoryFormat::ChannelsLast);
    kernel_ = noise({kChannels, kChannels, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast);
}

void MachineSpeed::measure() {
    const c10::InferenceMode inference;
    at::set_num_threads(threads_);
    const auto mm = repeat(kMmRepetitions, [&] { return at::mm(a_, b_); });
    const auto conv = repeat(kConvRepetitions, [&] { return at::conv2d(picture_, kernel_, {}, 1, 1); });
    rounds_.push_back({operations(mm_side_) / median(mm), kConvOperations / median(conv)});
    mm_.insert(mm_.end(), mm.begin(), mm.end());
    conv_.insert(conv_.end(), conv.begin(), conv.end());
}

MachineRates MachineSpeed::rates() const {
    return rounds_.empty() ? MachineRates{}
                           : MachineRates{operations(mm_side_) / median(mm_), kConvOperations / median(conv_)};
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace ausm::tools
