// SPDX-License-Identifier: MIT
// 16 blocks in 7 stages, the stem being the first layer of the first; the pyramid leaves after blocks 2, 4, 10 and 15.
#include "nn/backbone/efficientnet_lite.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <stdexcept>

namespace ausm {
namespace {

using efficientnet_lite0::kLevels;
using efficientnet_lite0::kStages;
using efficientnet_lite0::kStemChannels;
constexpr auto kActivation = ops::Activation::kRelu6;

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
                blocks_.emplace_back(weights, name,
                                     take_conv(weights, "backbone.stem", {3, kStemChannels, 3, 2}, kActivation), 2,
                                     kStemChannels, stage.out, stage.kernel, stride, false);
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

std::unique_ptr<Backbone> make_backbone(WeightMap& weights, const BackboneConfig& config) {
    if (config.kind == "efficientnet_lite0")
        return std::make_unique<EfficientNetLite0>(weights);
    throw std::runtime_error("unknown backbone '" + config.kind + "'");
}

}  // namespace ausm
