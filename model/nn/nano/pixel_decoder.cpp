// SPDX-License-Identifier: MIT
// Both smoothing steps are residual.
#include "nn/nano/pixel_decoder.h"

#include "ops/row_bands.h"

#include <ATen/ATen.h>

namespace ausm::nano {
namespace {

at::Tensor twice(const at::Tensor& x) {
    return at::upsample_bilinear2d(x, {x.size(2) * 2, x.size(3) * 2}, /*align_corners=*/false);
}

}  // namespace

FpnPixelDecoder::FpnPixelDecoder(WeightMap& weights, std::int64_t dim, std::int64_t mask_dim,
                                 const PyramidChannels& channels)
    : coarse_(weights, "g16", dim, mask_dim),
      lateral8_(weights, "lat8", {channels[1], mask_dim}, ops::Activation::kNone),
      lateral4_(weights, "lat4", {channels[0], mask_dim}, ops::Activation::kNone),
      smooth8_(weights, "c8", {mask_dim, mask_dim, 3}, ops::Activation::kRelu),
      depthwise4_(weights, "c4", {mask_dim, mask_dim, 3, 1, mask_dim}, ops::Activation::kNone),
      pointwise4_(weights, "c4p", {mask_dim, mask_dim}, ops::Activation::kRelu),
      features_(weights, "mf", {mask_dim, mask_dim}, ops::Activation::kNone) {}

at::Tensor FpnPixelDecoder::operator()(const at::Tensor& read, const Pyramid& levels, Grid grid) const {
    const at::Tensor &s4 = levels[0], &s8 = levels[1];
    const at::Tensor coarse = twice(to_picture(coarse_(read), grid));  // [B, C, 2h, 2w]
    const at::Tensor middle = ops::each_picture_band(coarse, [&](const ops::RowBand& band) {
        const at::Tensor sum = lateral8_(band.wide(s8), band.wide(coarse));
        return band.inner(sum) + band.inner(smooth8_(sum));
    });
    const at::Tensor fine = twice(middle);  // [B, C, 4h, 4w]
    return ops::each_picture_band(fine, [&](const ops::RowBand& band) {
        const at::Tensor sum = lateral4_(band.wide(s4), band.wide(fine));
        return features_(pointwise4_(band.inner(depthwise4_(sum))), band.inner(sum));
    });
}

}  // namespace ausm::nano
