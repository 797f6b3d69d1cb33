// SPDX-License-Identifier: MIT
// Neck: the backbone's pyramid becomes X, the features that the history remembers.
#pragma once

#include "nn/backbone/backbone.h"
#include "nn/layers.h"

#include <memory>

namespace ausm {

class Neck {
public:
    virtual ~Neck() = default;
    /// -> X [B, N, D].
    [[nodiscard]] virtual at::Tensor operator()(const Pyramid& levels) const = 0;
};

/// X at 1/16: LayerNorm(linear(1/16 level) + upsampled conv1x1(1/32 level)).
class CoarseNeck final : public Neck {
public:
    /// channels: of the backbone's levels.
    CoarseNeck(WeightMap& weights, std::int64_t dim, const PyramidChannels& channels);
    [[nodiscard]] at::Tensor operator()(const Pyramid& levels) const override;

private:
    Linear project16_;
    Conv2d project32_;
    LayerNorm norm_;
};

/// The neck whose X has config.stride. Throws std::runtime_error where there is none.
std::unique_ptr<Neck> make_neck(WeightMap& weights, const NetConfig& config, const PyramidChannels& channels);

}  // namespace ausm
