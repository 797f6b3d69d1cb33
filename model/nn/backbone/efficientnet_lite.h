// SPDX-License-Identifier: MIT
// EfficientNet-Lite0 (Apache-2.0 TPU repository; batch norm folded into the convolutions).
#pragma once

#include "nn/backbone/backbone.h"
#include "nn/backbone/efficientnet_lite_stages.h"
#include "nn/layers.h"

#include <vector>

namespace ausm {

class EfficientNetLite0 final : public Backbone {
public:
    explicit EfficientNetLite0(WeightMap& weights);
    [[nodiscard]] Pyramid operator()(const at::Tensor& images) const override;
    [[nodiscard]] PyramidChannels channels() const override { return efficientnet_lite0::kChannels; }

private:
    /// Inverted bottleneck: 1x1 expand -> depthwise -> 1x1 project, plus the input where the shapes agree.
    struct Block {
        Block(WeightMap& weights, const std::string& name, ops::ConvLayer expand, std::int64_t expand_stride,
              std::int64_t wide, std::int64_t out, std::int64_t kernel, std::int64_t stride, bool residual);
        at::Tensor operator()(const at::Tensor& x) const;
        bool skip;
        ops::InvertedResidualWeights layers;
    };
    std::vector<Block> blocks_;
};

}  // namespace ausm
