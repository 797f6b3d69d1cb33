// SPDX-License-Identifier: MIT
// The decoder of packs against libjpeg; damaged bytes; what lies outside of its subset.
#include "train/data/baseline_jpeg.h"

#include "miniature.h"
#include "train/data/jpeg_memory.h"

#include <cmath>
#include <random>

namespace ausm::train {
namespace {

using test::Bytes;
using test::expect_error;

/// Soft colours, hard edges and noise.
at::Tensor scene(int height, int width, unsigned seed = 1) {
    std::mt19937 random(seed);
    auto rgb = at::empty({height, width, 3}, at::kByte);
    auto* out = rgb.mutable_data_ptr<std::uint8_t>();
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < 3; ++c) {
                const double soft = 128 + 90 * std::sin(.11 * x + c) * std::cos(.07 * y - c);
                const double hard = (x - 20) * (x - 20) + (y - 15) * (y - 15) < 120 ? 255.0 * (c == 1) : soft;
                *out++ = static_cast<std::uint8_t>(std::clamp(hard + static_cast<double>(random() % 9) - 4, 0., 255.));
            }
    return rgb;
}

int largest_difference(const at::Tensor& a, const at::Tensor& b) {
    return (a.to(at::kInt) - b.to(at::kInt)).abs().max().item<int>();
}

TEST(BaselineJpeg, EqualsLibjpegWithinThreeLevels) {
    for (const auto& [height, width] : {std::pair{1, 1},
                                        {2, 3},
                                        {5, 4},
                                        {7, 6},
                                        {8, 8},
                                        {16, 16},
                                        {17, 33},
                                        {48, 64},
                                        {63, 65},
                                        {120, 161},
                                        {224, 298}})
        for (const bool half : {false, true})
            for (const int quality : {10, 50, 70, 95, 100}) {
                const auto bytes = encode_jpeg(scene(height, width), quality, half);
                const auto expected = decode_jpeg(bytes), decoded = decode_baseline_jpeg(bytes);
                ASSERT_EQ(decoded.sizes(), expected.sizes());
                EXPECT_LE(largest_difference(decoded, expected), 3)
                    << width << "x" << height << ", quality " << quality << (half ? ", 4:2:0" : ", 4:4:4");
            }
}

TEST(BaselineJpeg, NoiseEqualsLibjpegToo) {
    const auto rgb = at::randint(0, 256, {40, 56, 3}, at::kLong).to(at::kByte);
    for (const bool half : {false, true}) {
        const auto bytes = encode_jpeg(rgb, 90, half);
        EXPECT_LE(largest_difference(decode_baseline_jpeg(bytes), decode_jpeg(bytes)), 3);
    }
}

TEST(BaselineJpeg, EveryShorterPartIsAnError) {
    const auto bytes = encode_jpeg(scene(40, 50), 70, true);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_THROW((void)decode_baseline_jpeg({bytes.data(), size}), std::runtime_error) << size;
    auto longer = bytes;
    longer.push_back(0);
    EXPECT_THROW((void)decode_baseline_jpeg(longer), std::runtime_error);
}

TEST(BaselineJpeg, DamagedBytesGiveAPictureOrAnError) {
    const auto bytes = encode_jpeg(scene(40, 50), 70, true);
    std::mt19937 random(5);
    int errors = 0;
    for (int round = 0; round < 4000; ++round) {
        auto damaged = bytes;
        for (unsigned i = 0; i <= random() % 3; ++i)
            damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
        try {
            EXPECT_EQ(decode_baseline_jpeg(damaged).dim(), 3);
        } catch (const std::runtime_error&) {
            ++errors;
        }
    }
    EXPECT_GT(errors, 400);
}

TEST(BaselineJpeg, AHugeSizeOverFewBytesIsRefusedBeforeMemoryIsTaken) {
    auto bytes = encode_jpeg(scene(16, 16), 70, true);
    const Bytes frame = {0xff, 0xc0};
    const auto found = std::search(bytes.begin(), bytes.end(), frame.begin(), frame.end());
    ASSERT_NE(found, bytes.end());
    for (int i = 5; i <= 8; ++i)
        found[i] = 0x3f;  // 16191 x 16191
    expect_error([&] { (void)decode_baseline_jpeg(bytes); }, {"the scan is cut short"});
    for (int i = 5; i <= 8; ++i)
        found[i] = 0x7f;
    expect_error([&] { (void)decode_baseline_jpeg(bytes); }, {"32639x32639"});
}

/// With libjpeg's other settings.
Bytes unlike_ours(void (*set)(jpeg_compress_struct&)) {
    jpeg_compress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = jpeg.image_height = 32;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    set(jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    const auto rgb = scene(32, 32);
    while (jpeg.next_scanline < 32) {
        JSAMPROW row = rgb.mutable_data_ptr<std::uint8_t>() + std::size_t{96} * jpeg.next_scanline;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    Bytes copy(bytes, bytes + size);
    jpeg_destroy_compress(&jpeg);
    std::free(bytes);
    return copy;
}

TEST(BaselineJpeg, OtherKindsAreRefused) {
    const auto refused = [](void (*set)(jpeg_compress_struct&), const std::string& words) {
        const auto bytes = unlike_ours(set);
        EXPECT_EQ(decode_jpeg(bytes).size(0), 32);
        expect_error([&] { (void)decode_baseline_jpeg(bytes); }, {words});
    };
    refused([](jpeg_compress_struct& jpeg) { jpeg_simple_progression(&jpeg); }, "not baseline");
    refused([](jpeg_compress_struct& jpeg) { jpeg.restart_interval = 1; }, "packs do not have");
    refused([](jpeg_compress_struct& jpeg) { jpeg_set_colorspace(&jpeg, JCS_GRAYSCALE); }, "three components");
    refused([](jpeg_compress_struct& jpeg) { jpeg.comp_info[0].v_samp_factor = 1; }, "4:2:0");
    refused([](jpeg_compress_struct& jpeg) { jpeg_set_colorspace(&jpeg, JCS_RGB); }, "Adobe");
    EXPECT_NO_THROW((void)decode_baseline_jpeg(unlike_ours([](jpeg_compress_struct&) {})));
}

TEST(JpegMemory, DamagedBytesAreErrors) {
    const auto bytes = encode_jpeg(scene(40, 50), 70, true);
    expect_error([&] { (void)decode_jpeg({bytes.data(), bytes.size() / 2}); }, {"damaged JPEG"});
    expect_error([] { (void)decode_jpeg(Bytes(100, 7)); }, {"damaged JPEG"});
    expect_error([] { (void)decode_jpeg({}); }, {"damaged JPEG"});
}

}  // namespace
}  // namespace ausm::train
