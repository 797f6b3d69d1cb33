// SPDX-License-Identifier: MIT
// JPEG pictures, whole and damaged.
#include "io/jpeg.h"

#include "../../gst/temporary_folder.h"
#include "../expect_error.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>  // wants FILE to be known

namespace ausm::io {
namespace {

using ausm::test::error_of;

/// Files of every colour space, which our encoder does not write, by libjpeg alone.
/// samples: [height, width, as many as `space` has].
void write_jpeg(const std::string& path, int width, int height, std::vector<std::uint8_t> samples,
                J_COLOR_SPACE space = JCS_RGB) {
    const int channels = space == JCS_GRAYSCALE ? 1 : space == JCS_CMYK ? 4 : 3;
    std::FILE* file = std::fopen(path.c_str(), "wb");
    jpeg_compress_struct jpeg{};
    jpeg_error_mgr errors{};
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = static_cast<JDIMENSION>(width);
    jpeg.image_height = static_cast<JDIMENSION>(height);
    jpeg.input_components = channels;
    jpeg.in_color_space = space;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 95, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = samples.data() + std::size_t{jpeg.next_scanline} * static_cast<std::size_t>(width * channels);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    std::fclose(file);
}

class JpegFile : public testing::Test {
protected:
    TemporaryFolder folder;
    std::string path = folder.path("a.jpg");

    [[nodiscard]] std::string error() const {
        return error_of([this] { (void)read_jpeg(path); });
    }
    void expect_error(const std::string& part) const {
        EXPECT_NE(error().find(part), std::string::npos) << error();
        EXPECT_NE(error().find(path), std::string::npos) << error();
    }
};

void expect_near(const RgbPicture& picture, int x, int y, std::vector<int> rgb) {
    for (std::size_t c = 0; c < 3; ++c)
        EXPECT_NEAR(picture.pixels[static_cast<std::size_t>((y * picture.width + x) * 3) + c], rgb[c], 4)
            << x << ", " << y << ", " << c;
}

TEST_F(JpegFile, RowsOfRgb) {
    std::vector<std::uint8_t> rgb;
    for (int y = 0; y < 16; ++y)
        for (int x = 0; x < 24; ++x)
            rgb.insert(rgb.end(), {static_cast<std::uint8_t>(y < 8 ? 200 : 10), 60, 120});
    write_jpeg(path, 24, 16, rgb);
    const auto picture = read_jpeg(path);
    EXPECT_EQ(picture.width, 24);
    EXPECT_EQ(picture.height, 16);
    ASSERT_EQ(picture.pixels.size(), 24U * 16 * 3);
    expect_near(picture, 3, 2, {200, 60, 120});
    expect_near(picture, 20, 14, {10, 60, 120});
}

TEST_F(JpegFile, GreyBecomesRgb) {
    write_jpeg(path, 8, 8, std::vector<std::uint8_t>(64, 90), JCS_GRAYSCALE);
    expect_near(read_jpeg(path), 7, 7, {90, 90, 90});
}

TEST_F(JpegFile, RefusesByName) {
    expect_error("No such file");
    folder.write("a.jpg", "no picture at all");
    expect_error("Not a JPEG");
    folder.write("a.jpg", "");
    expect_error("Empty input file");
    write_jpeg(path, 8, 8, std::vector<std::uint8_t>(256, 90), JCS_CMYK);
    expect_error("Unsupported color conversion");
}

TEST_F(JpegFile, RefusesWhatIsCutShort) {
    std::vector<std::uint8_t> noise(64 * 64 * 3);
    std::srand(1);
    for (auto& value : noise)
        value = static_cast<std::uint8_t>(std::rand() % 256);
    write_jpeg(path, 64, 64, noise);
    const auto size = std::filesystem::file_size(path);
    std::filesystem::resize_file(path, size * 2 / 3);
    expect_error("Premature end");
    std::filesystem::resize_file(path, 30);
    EXPECT_NE(error(), "");
}

/// Soft colours and a hard edge.
RgbPicture scene(int width, int height) {
    RgbPicture picture{width, height, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < 3; ++c)
                picture.pixels.push_back(static_cast<std::uint8_t>(x < width / 2 ? 40 + 2 * x + c : 200 - y - 20 * c));
    return picture;
}

TEST(JpegMemory, WhatComesBackIsWhatWentIn) {
    for (const bool half_colour : {false, true}) {
        const auto picture = scene(50, 40);
        const auto decoded = decode_jpeg(encode_jpeg(picture, 95, half_colour));
        ASSERT_EQ(decoded.width, 50);
        ASSERT_EQ(decoded.height, 40);
        for (const int x : {5, 45})
            for (std::size_t c = 0; c < 3; ++c) {
                const auto i = static_cast<std::size_t>(20 * 50 + x) * 3 + c;
                EXPECT_NEAR(decoded.pixels[i], picture.pixels[i], 6) << x << ", " << c;
            }
    }
    EXPECT_LT(encode_jpeg(scene(50, 40), 95, true).size(), encode_jpeg(scene(50, 40), 95, false).size());
    EXPECT_LT(encode_jpeg(scene(50, 40), 30, true).size(), encode_jpeg(scene(50, 40), 95, true).size());
}

TEST(JpegMemory, FilesAndMemoryAreReadAlike) {
    const TemporaryFolder folder;
    const auto bytes = encode_jpeg(scene(33, 17), 80, true);
    folder.write("a.jpg", {bytes.begin(), bytes.end()});
    EXPECT_EQ(read_jpeg(folder.path("a.jpg")).pixels, decode_jpeg(bytes).pixels);
}

TEST(JpegMemory, DamagedBytesAreErrors) {
    const auto bytes = encode_jpeg(scene(50, 40), 70, true);
    for (const auto& damaged : {std::vector<std::uint8_t>(bytes.begin(), bytes.end() - 30),
                                std::vector<std::uint8_t>(100, 7), std::vector<std::uint8_t>()})
        EXPECT_TRUE(error_of([&] { (void)decode_jpeg(damaged); }).starts_with("damaged JPEG: "));
}

}  // namespace
}  // namespace ausm::io
