// SPDX-License-Identifier: MIT
// Mask features at 1/4 from what was read of the history and the fine levels of the backbone.
#pragma once

#include "nn/backbone/backbone.h"
#include "nn/layers.h"

namespace ausm::nano {

/// A feature pyramid from the grid at 1/16 up to 1/4.
class FpnPixelDecoder {
public:
    /// mask_dim: C, channels of the mask features; channels: of the backbone's levels.
    FpnPixelDecoder(WeightMap& weights, std::int64_t dim, std::int64_t mask_dim, const PyramidChannels& channels);
    /// read: G after its LayerNorm [B, N, D] -> mask features [B, C, 4h, 4w].
    at::Tensor operator()(const at::Tensor& read, const Pyramid& levels, Grid grid) const;

private:
    Linear coarse_;
    Conv2d lateral8_, lateral4_, smooth8_, depthwise4_, pointwise4_, features_;
};

}  // namespace ausm::nano
