// SPDX-License-Identifier: MIT
// 16 blocks in 7 stages; the pyramid leaves after blocks 2, 4, 10 and 15.
#include "nn/backbone/efficientnet_lite.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <stdexcept>

namespace ausm {
namespace {

struct Stage {
    int blocks;
    std::int64_t kernel, stride, ratio, in, out;
};
constexpr std::array<Stage, 7> kStages{{{1, 3, 1, 1, 32, 16},
                                        {2, 3, 2, 6, 16, 24},
                                        {2, 5, 2, 6, 24, 40},
                                        {3, 3, 2, 6, 40, 80},
                                        {3, 5, 1, 6, 80, 112},
                                        {4, 5, 2, 6, 112, 192},
                                        {1, 3, 1, 6, 192, 320}}};
constexpr std::array<std::size_t, 4> kLevels{2, 4, 10, 15};

}  // namespace

EfficientNetLite0::Block::Block(WeightMap& weights, const std::string& name, std::int64_t in, std::int64_t out,
                                std::int64_t kernel, std::int64_t stride, std::int64_t ratio)
    : expand(ratio == 1 ? std::optional<Conv2d>()
                        : Conv2d(weights, name + ".expand", {in, in * ratio}, ops::Activation::kRelu6)),
      depthwise(weights, name + ".dw", {in * ratio, in * ratio, kernel, stride, in * ratio}, ops::Activation::kRelu6),
      project(weights, name + ".project", {in * ratio, out}, ops::Activation::kNone), skip(stride == 1 && in == out) {}

at::Tensor EfficientNetLite0::Block::operator()(const at::Tensor& x) const {
    const auto wide = depthwise(expand ? (*expand)(x) : x);
    return skip ? project(wide, x) : project(wide);
}

EfficientNetLite0::EfficientNetLite0(WeightMap& weights)
    : stem_(weights, "backbone.stem", {3, 32, 3, 2}, ops::Activation::kRelu6) {
    for (const auto& stage : kStages)
        for (int i = 0; i < stage.blocks; ++i)
            blocks_.emplace_back(weights, "backbone.blocks." + std::to_string(blocks_.size()),
                                 i == 0 ? stage.in : stage.out, stage.out, stage.kernel, i == 0 ? stage.stride : 1,
                                 stage.ratio);
}

Pyramid EfficientNetLite0::operator()(const at::Tensor& images) const {
    Pyramid pyramid;
    auto x = stem_(images);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        x = blocks_[i](x);
        const auto level = std::find(kLevels.begin(), kLevels.end(), i);
        if (level != kLevels.end())
            pyramid[static_cast<std::size_t>(level - kLevels.begin())] = x;
    }
    return pyramid;
}

std::unique_ptr<Backbone> make_backbone(WeightMap& weights, const NetConfig& config) {
    if (config.backbone == "efficientnet_lite0")
        return std::make_unique<EfficientNetLite0>(weights);
    throw std::runtime_error("unknown backbone '" + config.backbone + "'");
}

}  // namespace ausm
