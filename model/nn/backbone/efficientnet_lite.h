// SPDX-License-Identifier: MIT
// EfficientNet-Lite0 (Apache-2.0 TPU repository; batch norm folded into the convolutions).
#pragma once

#include "nn/backbone/backbone.h"
#include "nn/layers.h"

#include <optional>
#include <vector>

namespace ausm {

class EfficientNetLite0 final : public Backbone {
public:
    explicit EfficientNetLite0(WeightMap& weights);
    [[nodiscard]] Pyramid operator()(const at::Tensor& images) const override;
    [[nodiscard]] std::array<std::int64_t, 4> channels() const override { return {24, 40, 112, 320}; }

private:
    /// Inverted bottleneck: 1x1 expand -> depthwise -> 1x1 project, plus the input where the shapes agree.
    struct Block {
        Block(WeightMap& weights, const std::string& name, std::int64_t in, std::int64_t out, std::int64_t kernel,
              std::int64_t stride, std::int64_t ratio);
        at::Tensor operator()(const at::Tensor& x) const;
        std::optional<Conv2d> expand;
        Conv2d depthwise, project;
        bool skip;
    };
    Conv2d stem_;
    std::vector<Block> blocks_;
};

}  // namespace ausm
