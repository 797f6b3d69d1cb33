// SPDX-License-Identifier: MIT
// What the network wants of a backbone.
#pragma once

#include "nn/config.h"
#include "nn/weight_map.h"

#include <array>
#include <memory>

namespace ausm {

/// Feature maps at strides 4, 8, 16, 32: [B, channels[i], h_i, w_i].
using Pyramid = std::array<at::Tensor, 4>;
using PyramidChannels = std::array<std::int64_t, 4>;

class Backbone {
public:
    virtual ~Backbone() = default;
    /// images: [B, 3, H, W] normalised, channels-last, H and W multiples of 32.
    [[nodiscard]] virtual Pyramid operator()(const at::Tensor& images) const = 0;
    [[nodiscard]] virtual PyramidChannels channels() const = 0;
};

/// The backbone that config.kind names. Throws std::runtime_error for an unknown name.
std::unique_ptr<Backbone> make_backbone(WeightMap& weights, const BackboneConfig& config);

}  // namespace ausm
