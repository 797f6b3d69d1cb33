// SPDX-License-Identifier: MIT
// Shrinking by LibTorch, compression by libjpeg.
#include "train/packs/pack_frame.h"

#include "io/jpeg.h"
#include "train/packs/pack_runs.h"
#include "train/picture_tensors.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace ausm::train {
namespace {

/// [height, width] that has a short side of at most `short_side`.
std::array<std::int64_t, 2> shrunk_size(const io::RgbPicture& picture, int short_side) {
    const auto h = picture.height, w = picture.width;
    const auto scale = std::min(1.0, static_cast<double>(short_side) / static_cast<double>(std::min(h, w)));
    const auto side = [&](int size) {
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

io::IndexPicture nearest(const io::IndexPicture& ids, const std::array<std::int64_t, 2>& size) {
    const auto places = [](std::int64_t count, int length) {
        const auto step = static_cast<double>(length) / static_cast<double>(count);
        std::vector<std::size_t> found;
        for (std::int64_t i = 0; i < count; ++i)
            found.push_back(static_cast<std::size_t>((static_cast<double>(i) + 0.5) * step));
        return found;
    };
    io::IndexPicture small{static_cast<int>(size[1]), static_cast<int>(size[0]), {}};
    const auto columns = places(size[1], ids.width);
    for (const auto row : places(size[0], ids.height))
        for (const auto column : columns)
            small.values.push_back(ids.values[row * static_cast<std::size_t>(ids.width) + column]);
    return small;
}

}  // namespace

PackedFrame pack_frame(const data::LabelledPicture& picture, int short_side, int quality) {
    const auto& [rgb, ids] = picture;
    const auto size = shrunk_size(rgb, short_side);
    const bool fits = size[0] == rgb.height && size[1] == rgb.width;
    const auto encode = [&](const io::RgbPicture& whole) {
        return io::encode_jpeg(whole, quality, /*half_colour=*/true);
    };
    PackedFrame frame{fits ? encode(rgb) : encode(rgb_of(bytes_of(shrunk(tensor_of(rgb).to(at::kFloat), size)))), {}};
    if (!ids.values.empty())
        frame.runs = encode_runs(fits ? ids : nearest(ids, size));
    return frame;
}

PackedFrame pack_sprite(const data::Sprite& sprite, int short_side, int quality) {
    const auto size = shrunk_size(sprite.rgb, short_side);
    const auto share = tensor_of(sprite.alpha).to(at::kFloat).unsqueeze(2) / 255;
    // Transparent colours must not leak into others when pixels are averaged.
    const auto weighted = shrunk(tensor_of(sprite.rgb).to(at::kFloat) * share, size), alpha = shrunk(share, size);
    const auto mean = weighted.sum({0, 1}, true) / alpha.sum().clamp_min(1e-6);
    const auto rgb = at::where(alpha > 1e-6, weighted / alpha.clamp_min(1e-6), mean);
    return {io::encode_jpeg(rgb_of(bytes_of(rgb)), quality, /*half_colour=*/false),
            encode_runs(index_of(bytes_of((alpha.squeeze(2) * 15).round() * 17)))};
}

}  // namespace ausm::train
