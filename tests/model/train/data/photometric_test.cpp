// SPDX-License-Identifier: MIT
// Colour, blur, noise; compression against libjpeg itself.
#include "train/data/photometric.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include <jpeglib.h>  // wants FILE to be known

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
    jpeg_error_mgr errors{};
    jpeg_compress_struct encoder{};
    encoder.err = jpeg_std_error(&errors);
    jpeg_create_compress(&encoder);
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&encoder, &bytes, &size);
    encoder.image_width = static_cast<JDIMENSION>(picture.size(1));
    encoder.image_height = static_cast<JDIMENSION>(picture.size(0));
    encoder.input_components = 3;
    encoder.in_color_space = JCS_RGB;
    jpeg_set_defaults(&encoder);
    jpeg_set_quality(&encoder, quality, TRUE);
    jpeg_start_compress(&encoder, TRUE);
    auto source = picture.clone();
    while (encoder.next_scanline < encoder.image_height) {
        JSAMPROW row = source[encoder.next_scanline].mutable_data_ptr<std::uint8_t>();
        jpeg_write_scanlines(&encoder, &row, 1);
    }
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    const std::unique_ptr<unsigned char, decltype(&std::free)> owned(bytes, &std::free);

    jpeg_decompress_struct decoder{};
    decoder.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&decoder);
    jpeg_mem_src(&decoder, bytes, size);
    jpeg_read_header(&decoder, TRUE);
    jpeg_start_decompress(&decoder);
    auto decoded = at::empty_like(picture);
    while (decoder.output_scanline < decoder.output_height) {
        JSAMPROW row = decoded[decoder.output_scanline].mutable_data_ptr<std::uint8_t>();
        jpeg_read_scanlines(&decoder, &row, 1);
    }
    jpeg_finish_decompress(&decoder);
    jpeg_destroy_decompress(&decoder);
    return decoded;
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
