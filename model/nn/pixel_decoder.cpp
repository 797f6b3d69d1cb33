// SPDX-License-Identifier: MIT
// A feature pyramid from 1/16 to 1/4; both smoothing steps are residual.
#include "nn/pixel_decoder.h"

#include <ATen/ATen.h>

namespace ausm {
namespace {

at::Tensor twice(const at::Tensor& x) {
    return at::upsample_bilinear2d(x, {x.size(2) * 2, x.size(3) * 2}, /*align_corners=*/false);
}

}  // namespace

FpnPixelDecoder::FpnPixelDecoder(WeightMap& weights, const NetConfig& config, std::int64_t fine8, std::int64_t fine4)
    : coarse_(weights, "g16", config.dim, config.mask_dim),
      lateral8_(weights, "lat8", {fine8, config.mask_dim}, ops::Activation::kNone),
      lateral4_(weights, "lat4", {fine4, config.mask_dim}, ops::Activation::kNone),
      smooth8_(weights, "c8", {config.mask_dim, config.mask_dim, 3}, ops::Activation::kRelu),
      depthwise4_(weights, "c4", {config.mask_dim, config.mask_dim, 3, 1, config.mask_dim}, ops::Activation::kNone),
      pointwise4_(weights, "c4p", {config.mask_dim, config.mask_dim}, ops::Activation::kRelu),
      features_(weights, "mf", {config.mask_dim, config.mask_dim}, ops::Activation::kNone) {}

at::Tensor FpnPixelDecoder::operator()(const at::Tensor& read, const at::Tensor& s8, const at::Tensor& s4,
                                       Grid grid) const {
    auto level = lateral8_(s8, twice(to_picture(coarse_(read), grid)));
    level = level + smooth8_(level);
    level = lateral4_(s4, twice(level));
    return features_(pointwise4_(depthwise4_(level)), level);
}

}  // namespace ausm
