// SPDX-License-Identifier: MIT
// 16 blocks in 7 stages, the stem being the first layer of the first; the pyramid leaves after blocks 2, 4, 10 and 15.
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
constexpr std::int64_t kStem = 32;
constexpr auto kActivation = ops::Activation::kRelu6;
constexpr std::array<Stage, 7> kStages{{{1, 3, 1, 1, kStem, 16},
                                        {2, 3, 2, 6, 16, 24},
                                        {2, 5, 2, 6, 24, 40},
                                        {3, 3, 2, 6, 40, 80},
                                        {3, 5, 1, 6, 80, 112},
                                        {4, 5, 2, 6, 112, 192},
                                        {1, 3, 1, 6, 192, 320}}};
constexpr std::array<std::size_t, 4> kLevels{2, 4, 10, 15};

}  // namespace

EfficientNetLite0::Block::Block(WeightMap& weights, const std::string& name, ops::ConvLayer expand,
                                std::int64_t expand_stride, std::int64_t wide, std::int64_t out, std::int64_t kernel,
                                std::int64_t stride, bool residual)
    : skip(residual), layers(std::move(expand), expand_stride,
                             take_conv(weights, name + ".dw", {wide, wide, kernel, stride, wide}, kActivation), stride,
                             take_conv(weights, name + ".project", {wide, out}, ops::Activation::kNone)) {}

at::Tensor EfficientNetLite0::Block::operator()(const at::Tensor& x) const {
    return ops::inverted_residual(x, layers, skip ? std::optional<at::Tensor>(x) : std::nullopt);
}

EfficientNetLite0::EfficientNetLite0(WeightMap& weights) {
    for (const auto& stage : kStages)
        for (int i = 0; i < stage.blocks; ++i) {
            const auto name = "backbone.blocks." + std::to_string(blocks_.size());
            const auto in = i == 0 ? stage.in : stage.out, stride = i == 0 ? stage.stride : 1;
            if (blocks_.empty())
                blocks_.emplace_back(weights, name, take_conv(weights, "backbone.stem", {3, kStem, 3, 2}, kActivation),
                                     2, kStem, stage.out, stage.kernel, stride, false);
            else
                blocks_.emplace_back(weights, name,
                                     take_conv(weights, name + ".expand", {in, in * stage.ratio}, kActivation), 1,
                                     in * stage.ratio, stage.out, stage.kernel, stride, stride == 1 && in == stage.out);
        }
}

Pyramid EfficientNetLite0::operator()(const at::Tensor& images) const {
    Pyramid pyramid;
    auto x = images;
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
