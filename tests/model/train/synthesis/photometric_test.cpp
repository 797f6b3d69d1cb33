// SPDX-License-Identifier: MIT
// Colour, blur, noise; compression against libjpeg itself.
#include "train/synthesis/photometric.h"

#include "io/jpeg.h"
#include "train/picture_tensors.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace ausm::train::test {
namespace {

/// Smooth, with edges and colours: [H, W, 3] uint8.
at::Tensor scenery(std::int64_t h, std::int64_t w) {
    at::manual_seed(3);
    const auto coarse = at::rand({1, 3, 6, 8}) * 255;
    auto picture = at::upsample_bicubic2d(coarse, {h, w}, false).squeeze(0).clamp(0, 255);
    picture.slice(1, h / 3, h / 2).slice(2, w / 4, w / 2).mul_(0.3);
    return picture.permute({1, 2, 0}).to(at::kByte).contiguous();
}

PhotometricRecipe nothing() {
    return {.contrast = 0,
            .brightness = 0,
            .gain = 0,
            .saturation = 0,
            .flicker = 0,
            .blur = 0,
            .motion_blur = 0,
            .compression = 0};
}

at::Tensor through_libjpeg(const at::Tensor& picture, int quality) {
    return tensor_of(io::decode_jpeg(io::encode_jpeg(rgb_of(picture), quality, /*half_colour=*/true)));
}

double distance(const at::Tensor& a, const at::Tensor& b) {
    return (a.to(at::kFloat) - b.to(at::kFloat)).abs().mean().item<double>();
}

TEST(Photometric, CompressesAsLibjpegDoes) {
    const auto picture = scenery(64, 96);
    for (const int quality : {25, 50, 69, 90}) {
        const auto right = through_libjpeg(picture, quality);
        const auto planes = compress(picture.permute({2, 0, 1}).to(at::kFloat), quality);
        const auto own = to_bytes(planes).permute({1, 2, 0});
        EXPECT_LT(distance(own, right), 1) << quality;  // it rounds between its steps
        EXPECT_LT(distance(own, right), 0.45 * distance(picture, right)) << quality;
    }
}

TEST(Photometric, NothingChangesNothing) {
    const auto frames = at::stack({scenery(32, 64), scenery(64, 32).reshape({32, 64, 3})});
    Random random(1, 1);
    EXPECT_TRUE(at::equal(photometric(frames, nothing(), random), frames.permute({0, 3, 1, 2})));
}

TEST(Photometric, ColourIsOneForTheClipAndFlickersALittle) {
    const auto frames = scenery(32, 64).unsqueeze(0).expand({4, 32, 64, 3}).contiguous();
    PhotometricRecipe recipe;
    recipe.blur = recipe.motion_blur = recipe.compression = 0;
    double change = 0, flicker = 0;
    for (std::uint64_t i = 0; i < 10; ++i) {
        Random random(1, i);
        const auto images = photometric(frames, recipe, random);
        change += distance(images[0], frames[0].permute({2, 0, 1}));
        flicker += distance(images[0], images[1]);
    }
    EXPECT_GT(change, 10 * 5);
    EXPECT_GT(flicker, 0);
    EXPECT_LT(flicker, change / 3);
}

TEST(Photometric, SaturationAndGainsAreMixed) {
    auto recipe = nothing();
    recipe.saturation = 1;
    for (std::uint64_t i = 0; i < 5; ++i) {
        Random random(1, i);
        const auto map = random_colour(recipe, 1, random);
        for (const auto& row : map) {
            EXPECT_NEAR(row[0] + row[1] + row[2], 1, 1e-5);  // grey stays grey
            EXPECT_NEAR(row[3], 0, 1e-5);
        }
    }
    recipe = nothing();
    recipe.contrast = 0.5;
    Random random(1, 9);
    const auto map = random_colour(recipe, 1, random);
    EXPECT_NEAR(map[0][0] * 128 + map[0][3], 128, 1e-3);  // middle grey stays
    EXPECT_NE(map[0][0], 1);
}

TEST(Photometric, BlursSmoothAndNoiseIsAsStrongAsAsked) {
    at::manual_seed(4);
    const auto frames = at::randint(0, 256, {1, 64, 96, 3}, at::kByte);
    const auto roughness = [](const at::Tensor& images) {
        return (images.slice(3, 1).to(at::kFloat) - images.slice(3, 0, -1).to(at::kFloat)).abs().mean().item<double>();
    };
    auto recipe = nothing();
    Random random(1, 1);
    const double before = roughness(photometric(frames, recipe, random));
    recipe.blur = 1;
    EXPECT_LT(roughness(photometric(frames, recipe, random)), 0.7 * before);
    recipe.blur = 0;
    recipe.motion_blur = recipe.horizontal = 1;
    EXPECT_LT(roughness(photometric(frames, recipe, random)), 0.7 * before);
    recipe = nothing();
    recipe.noise = 1;
    recipe.noise_sigma = {6, 6};
    const auto grey = at::full({2, 64, 96, 3}, 128, at::kByte);
    const auto noisy = photometric(grey, recipe, random).to(at::kFloat);
    EXPECT_NEAR(noisy.std().item<double>(), 6, 0.15);
    EXPECT_NEAR(noisy.mean().item<double>(), 128, 0.15);
    EXPECT_FALSE(at::equal(noisy[0], noisy[1]));
}

}  // namespace
}  // namespace ausm::train::test
