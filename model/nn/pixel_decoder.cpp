// SPDX-License-Identifier: MIT
// A feature pyramid from 1/16 to 1/4; both smoothing steps are residual.
#include "nn/pixel_decoder.h"

#include "ops/lanes.h"

#include <ATen/ATen.h>

namespace ausm {
namespace {

at::Tensor twice(const at::Tensor& x) {
    return at::upsample_bilinear2d(x, {x.size(2) * 2, x.size(3) * 2}, /*align_corners=*/false);
}

/// Rows of a picture that one lane makes, and one more at each inner border for a 3x3 convolution to see.
struct Rows {
    std::int64_t begin, end, wide_begin, wide_end;
    [[nodiscard]] at::Tensor wide(const at::Tensor& whole) const {
        return whole.narrow(2, wide_begin, wide_end - wide_begin);
    }
    [[nodiscard]] at::Tensor inner(const at::Tensor& wide) const {
        return wide.narrow(2, begin - wide_begin, end - begin);
    }
};

/// A picture like `like`, whose rows are what `make` returns for them.
at::Tensor by_rows(const at::Tensor& like, const std::function<at::Tensor(const Rows&)>& make) {
    const auto height = like.size(2);
    const int count = ops::lane_count();
    if (count == 1)
        return make({0, height, 0, height});
    const auto whole = at::empty_like(like, at::MemoryFormat::ChannelsLast);
    ops::run_pieces(count, [&](int i) {
        const auto begin = height * i / count, end = height * (i + 1) / count;
        const auto part = make({begin, end, std::max<std::int64_t>(begin - 1, 0), std::min(end + 1, height)});
        whole.narrow(2, begin, end - begin).copy_(part);
    });
    return whole;
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
    const auto coarse = twice(to_picture(coarse_(read), grid));
    const auto level = by_rows(coarse, [&](const Rows& rows) {
        const auto sum = lateral8_(rows.wide(s8), rows.wide(coarse));
        return rows.inner(sum) + rows.inner(smooth8_(sum));
    });
    const auto fine = twice(level);
    return by_rows(fine, [&](const Rows& rows) {
        const auto sum = lateral4_(rows.wide(s4), rows.wide(fine));
        return features_(pointwise4_(rows.inner(depthwise4_(sum))), rows.inner(sum));
    });
}

}  // namespace ausm
