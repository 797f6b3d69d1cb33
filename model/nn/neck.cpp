// SPDX-License-Identifier: MIT
// Two levels are enough: the finer ones go to the head.
#include "nn/neck.h"

#include <ATen/ATen.h>

#include <stdexcept>

namespace ausm {

CoarseNeck::CoarseNeck(WeightMap& weights, std::int64_t dim, const PyramidChannels& channels)
    : project16_(weights, "in16", channels[2], dim),
      project32_(weights, "in32", Conv2d::Shape{channels[3], dim}, ops::Activation::kNone), norm_(weights, "nx", dim) {}

at::Tensor CoarseNeck::operator()(const Pyramid& levels) const {
    const at::Tensor &s16 = levels[2], &s32 = levels[3];  // [B, C, h, w], [B, C', h / 2, w / 2]
    const at::Tensor coarse =
        at::upsample_bilinear2d(project32_(s32), {s16.size(2), s16.size(3)}, /*align_corners=*/false);  // [B, D, h, w]
    return norm_(project16_(to_tokens(s16)) + to_tokens(coarse));                                       // [B, N, D]
}

std::unique_ptr<Neck> make_neck(WeightMap& weights, const NetConfig& config, const PyramidChannels& channels) {
    if (config.stride == 16)
        return std::make_unique<CoarseNeck>(weights, config.dim, channels);
    throw std::runtime_error("there is no neck for features at 1/" + std::to_string(config.stride));
}

}  // namespace ausm
