// SPDX-License-Identifier: MIT
// Colour frame by frame; the rest, for some clips, in float32.
#include "train/synthesis/photometric.h"

#include <ATen/ATen.h>

namespace ausm::train {
namespace {

constexpr std::array<float, 3> kLuma{0.299F, 0.587F, 0.114F};

/// planes [3, H, W] float32.
at::Tensor blurred(const at::Tensor& planes, bool motion, const PhotometricRecipe& recipe, Random& random) {
    const auto radius = random.whole(recipe.blur_radius);
    if (!motion) {
        const auto weights = gaussian_weights(radius);
        return blur_columns(blur_rows(planes, weights), weights);
    }
    const auto weights = at::full({2 * radius + 1}, 1. / static_cast<double>(2 * radius + 1), at::kFloat);
    return random.chance(recipe.horizontal) ? blur_rows(planes, weights) : blur_columns(planes, weights);
}

/// Nearly normal: sums of four random bytes have a standard deviation of 147.8 about 510.
void add_noise(const at::Tensor& planes, double sigma, Random& random) {
    auto* values = planes.mutable_data_ptr<float>();
    const float scale = static_cast<float>(sigma / 147.8);
    for (std::int64_t i = 0; i < planes.numel(); i += 2) {
        const auto bits = random.bits();
        for (int half = 0; half < 2; ++half) {
            int sum = -510;
            for (int byte = 0; byte < 4; ++byte)
                sum += static_cast<int>(bits >> (half * 32 + byte * 8) & 255);
            values[i + half] += scale * static_cast<float>(sum);
        }
    }
}

}  // namespace

ColourMap random_colour(const PhotometricRecipe& recipe, double strength, Random& random) {
    const auto around = [&](double most) { return random.uniform(-most, most) * strength; };
    const double contrast = 1 + around(recipe.contrast), brightness = around(recipe.brightness);
    std::array<double, 3> gain{};
    for (auto& channel : gain)
        channel = 1 + around(recipe.gain);
    const double saturation = 1 + around(recipe.saturation);
    ColourMap map{};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j)
            map[i][j] =
                static_cast<float>(((i == j ? saturation : 0) + (1 - saturation) * kLuma[j]) * gain[i] * contrast);
        map[i][3] = static_cast<float>(128 * (1 - contrast) + brightness);
    }
    return map;
}

at::Tensor photometric(const at::Tensor& frames, const PhotometricRecipe& recipe, Random& random) {
    const auto images = at::empty({frames.size(0), 3, frames.size(1), frames.size(2)}, at::kByte);
    const auto clip = random_colour(recipe, 1, random);
    for (std::int64_t t = 0; t < frames.size(0); ++t) {
        auto map = random_colour(recipe, recipe.flicker, random);
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 4; ++j)
                map[i][j] += clip[i][j] - (i == j ? 1.F : 0.F);
        apply_colour(frames[t], map, images[t]);
    }
    const double which = random.uniform();
    const bool motion = which >= recipe.blur, blurs = which < recipe.blur + recipe.motion_blur;
    const bool compresses = !blurs && which < recipe.blur + recipe.motion_blur + recipe.compression;
    const bool noisy = random.chance(recipe.noise);
    const double noise = random.uniform(recipe.noise_sigma);
    if (!blurs && !compresses && !noisy)
        return images;
    for (std::int64_t t = 0; t < images.size(0); ++t) {
        auto planes = images[t].to(at::kFloat);
        if (blurs)
            planes = blurred(planes, motion, recipe, random);
        if (noisy)
            add_noise(planes, noise, random);
        if (compresses)
            planes = compress(planes, random.whole(recipe.quality));
        images[t].copy_(to_bytes(planes));
    }
    return images;
}

}  // namespace ausm::train
