// SPDX-License-Identifier: MIT
// PixelDecoder, class "fpn": mask features at 1/4 from what was read of the history and the fine backbone levels.
#pragma once

#include "nn/config.h"
#include "nn/layers.h"

namespace ausm {

class FpnPixelDecoder {
public:
    /// fine8, fine4: channels of the backbone's levels at 1/8 and 1/4.
    FpnPixelDecoder(WeightMap& weights, const NetConfig& config, std::int64_t fine8, std::int64_t fine4);
    /// read: G after its LayerNorm [B, N, D]; s8, s4: backbone levels [B, ., 2h, 2w], [B, ., 4h, 4w]
    /// -> mask features [B, mask_dim, 4h, 4w].
    at::Tensor operator()(const at::Tensor& read, const at::Tensor& s8, const at::Tensor& s4, Grid grid) const;

private:
    Linear coarse_;
    Conv2d lateral8_, lateral4_, smooth8_, depthwise4_, pointwise4_, features_;
};

}  // namespace ausm
