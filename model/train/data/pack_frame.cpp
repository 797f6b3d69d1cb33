// SPDX-License-Identifier: MIT
// Shrinking by LibTorch, compression by libjpeg.
#include "train/data/pack_frame.h"

#include "train/data/jpeg_memory.h"
#include "train/data/pack_runs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace ausm::train {
namespace {

/// [height, width] that has a short side of at most `short_side`.
std::array<std::int64_t, 2> shrunk_size(const at::Tensor& picture, int short_side) {
    const auto h = picture.size(0), w = picture.size(1);
    const auto scale = std::min(1.0, static_cast<double>(short_side) / static_cast<double>(std::min(h, w)));
    const auto side = [&](std::int64_t size) {
        return std::max<std::int64_t>(1, std::llround(static_cast<double>(size) * scale));
    };
    return {side(h), side(w)};
}

/// [h, w, c] float to [size, c] float.
at::Tensor shrunk(const at::Tensor& picture, const std::array<std::int64_t, 2>& size) {
    const auto planes = picture.permute({2, 0, 1}).unsqueeze(0).contiguous();
    return at::_upsample_bilinear2d_aa(planes, size, /*align_corners=*/false)[0].permute({1, 2, 0});
}

at::Tensor bytes_of(const at::Tensor& levels) { return levels.round().clamp(0, 255).to(at::kByte).contiguous(); }

at::Tensor nearest(const at::Tensor& ids, const std::array<std::int64_t, 2>& size) {
    const auto places = [&](std::int64_t dimension, std::int64_t count) {
        const auto step = static_cast<double>(ids.size(dimension)) / static_cast<double>(count);
        return ((at::arange(count, at::kDouble) + 0.5) * step).floor().to(at::kLong);
    };
    return ids.index_select(0, places(0, size[0])).index_select(1, places(1, size[1]));
}

}  // namespace

PackedFrame pack_frame(const LabelledPicture& picture, int short_side, int quality) {
    const auto size = shrunk_size(picture.rgb, short_side);
    const bool fits = size[0] == picture.rgb.size(0) && size[1] == picture.rgb.size(1);
    const auto rgb = fits ? picture.rgb : bytes_of(shrunk(picture.rgb.to(at::kFloat), size));
    PackedFrame frame{encode_jpeg(rgb, quality, /*half_colour=*/true), {}};
    if (picture.ids.defined())
        frame.runs = encode_runs(fits ? picture.ids : nearest(picture.ids, size));
    return frame;
}

PackedFrame pack_sprite(const Sprite& sprite, int short_side, int quality) {
    const auto size = shrunk_size(sprite.rgb, short_side);
    const auto share = sprite.alpha.to(at::kFloat).unsqueeze(2) / 255;
    // Transparent colours must not leak into others when pixels are averaged.
    const auto weighted = shrunk(sprite.rgb.to(at::kFloat) * share, size), alpha = shrunk(share, size);
    const auto mean = weighted.sum({0, 1}, true) / alpha.sum().clamp_min(1e-6);
    const auto rgb = at::where(alpha > 1e-6, weighted / alpha.clamp_min(1e-6), mean);
    return {encode_jpeg(bytes_of(rgb), quality, /*half_colour=*/false),
            encode_runs(bytes_of((alpha.squeeze(2) * 15).round() * 17))};
}

}  // namespace ausm::train
