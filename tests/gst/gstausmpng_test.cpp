// SPDX-License-Identifier: MIT
// Mask PNGs: index images are read as they are, everything else is refused by name.
#include "gst/gstausmpng.h"

#include "grey_drawing.h"
#include "png_file.h"
#include "temporary_folder.h"

#include <gtest/gtest.h>

using namespace ausm::gst;

namespace {

using Bytes = std::vector<std::uint8_t>;

class MaskPng : public testing::Test {
protected:
    TemporaryFolder folder;
    std::string path = folder.path("mask.png");

    void expect_values(const Bytes& values) {
        const auto read = read_mask_png(path);
        ASSERT_TRUE(std::holds_alternative<MaskImage>(read)) << std::get<std::string>(read);
        EXPECT_EQ(std::get<MaskImage>(read).values, values);
    }
    void expect_error(const std::string& part) {
        const auto read = read_mask_png(path);
        ASSERT_TRUE(std::holds_alternative<std::string>(read));
        EXPECT_NE(std::get<std::string>(read).find(part), std::string::npos) << std::get<std::string>(read);
        EXPECT_NE(std::get<std::string>(read).find(path), std::string::npos) << std::get<std::string>(read);
    }
    std::string content() const {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

TEST_F(MaskPng, PaletteGivesTheIndices) {
    write_png(path, 3, 2, 8, PNG_COLOR_TYPE_PALETTE, {{0, 1, 2}, {254, 255, 3}});
    expect_values({0, 1, 2, 254, 255, 3});
}

TEST_F(MaskPng, FewBitsAPixelAreIndicesToo) {
    write_png(path, 3, 1, 4, PNG_COLOR_TYPE_PALETTE, {{0x12, 0x30}});
    expect_values({1, 2, 3});
    write_png(path, 4, 1, 1, PNG_COLOR_TYPE_GRAY, {{0x50}});
    expect_values({0, 1, 0, 1});
}

TEST_F(MaskPng, GreyscaleGivesTheValuesAlsoInterlaced) {
    write_png(path, 2, 2, 8, PNG_COLOR_TYPE_GRAY, {{0, 255}, {255, 0}});
    expect_values({0, 255, 255, 0});
    Bytes expected;
    std::vector<Bytes> rows(9, Bytes(11));
    for (std::size_t i = 0; i < 99; ++i)
        expected.push_back(rows[i / 11][i % 11] = static_cast<std::uint8_t>(1 + i / 33 + i % 11 / 6));
    write_png(path, 11, 9, 8, PNG_COLOR_TYPE_GRAY, rows, true);
    expect_values(expected);
}

/// Rows of a picture, packed as PNGs of this depth have them.
std::vector<Bytes> rows_of(const MaskImage& image, int depth) {
    std::vector<Bytes> rows;
    const auto width = static_cast<std::size_t>(image.width), each = static_cast<std::size_t>(8 / depth);
    for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
        Bytes row((width + each - 1) / each);
        for (std::size_t x = 0; x < width; ++x)
            row[x / each] = static_cast<std::uint8_t>(
                row[x / each] | image.values[y * width + x] << (8 - depth * static_cast<int>(x % each + 1)));
        rows.push_back(std::move(row));
    }
    return rows;
}

TEST_F(MaskPng, SoftEdgesOfGreyAreCutAndThoseOfAPaletteAreIndices) {
    const MaskImage soft = ausm::test::GreyDrawing(64, 48).disc(32, 24, 15, 255, 6).image();
    Bytes cut;
    for (const std::uint8_t value : soft.values)
        cut.push_back(value >= 128 ? 255 : 0);
    write_png(path, 64, 48, 8, PNG_COLOR_TYPE_GRAY, rows_of(soft, 8));
    expect_values(cut);
    write_png(path, 64, 48, 8, PNG_COLOR_TYPE_PALETTE, rows_of(soft, 8));
    expect_values(soft.values);
    const MaskImage of_four_bits = ausm::test::GreyDrawing(64, 48).disc(32, 24, 15, 255, 6).image(15);
    write_png(path, 64, 48, 4, PNG_COLOR_TYPE_GRAY, rows_of(of_four_bits, 4));
    const auto read = read_mask_png(path);
    ASSERT_TRUE(std::holds_alternative<MaskImage>(read)) << std::get<std::string>(read);
    EXPECT_EQ(mask_objects(std::get<MaskImage>(read)), Bytes{255});
}

TEST_F(MaskPng, GreyThatCouldBeMeantInTwoWaysIsRefused) {
    const MaskImage two = ausm::test::GreyDrawing(64, 48).disc(16, 24, 10, 128, 3).disc(48, 24, 10, 255, 3).image();
    write_png(path, 64, 48, 8, PNG_COLOR_TYPE_GRAY, rows_of(two, 8));
    expect_error("its edges are soft");
    expect_error("palette");
}

TEST_F(MaskPng, OtherKindsAreRefused) {
    write_png(path, 1, 1, 16, PNG_COLOR_TYPE_GRAY, {{1, 2}});
    expect_error("16 bits");
    write_png(path, 1, 1, 8, PNG_COLOR_TYPE_RGB, {{1, 2, 3}});
    expect_error("colour image");
    write_png(path, 1, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, {{1, 2}});
    expect_error("alpha channel");
    write_png(path, 1, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA, {{1, 2, 3, 4}});
    expect_error("colour image");
}

TEST_F(MaskPng, NoFileOrNoPngIsRefused) {
    expect_error("No such file");
    folder.write("mask.png", "this is text");
    expect_error("PNG");
    folder.write("mask.png", "");
    expect_error("");
}

TEST_F(MaskPng, EveryCutAndDamageIsSurvived) {
    std::vector<Bytes> rows(16, Bytes(8));
    for (std::size_t i = 0; i < 128; ++i)
        rows[i / 8][i % 8] = static_cast<std::uint8_t>(i * 37);
    write_png(path, 16, 16, 4, PNG_COLOR_TYPE_PALETTE, rows);
    const std::string whole = content();
    for (std::size_t length = 0; length + 12 < whole.size(); ++length) {
        folder.write("mask.png", whole.substr(0, length));
        EXPECT_TRUE(std::holds_alternative<std::string>(read_mask_png(path))) << "cut at " << length;
    }
    for (std::size_t i = 0; i + 12 < whole.size(); ++i) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
        folder.write("mask.png", damaged);
        const auto read = read_mask_png(path);  // an unknown chunk may be skipped, a wrong size may not be believed
        if (const auto* image = std::get_if<MaskImage>(&read)) {
            EXPECT_EQ(image->values.size(), 256U) << "damaged at " << i;
        }
    }
}

TEST_F(MaskPng, AHugeImageIsRefusedBeforeItIsAllocated) {
    write_png_header(path, 65536, 65536);
    expect_error("IHDR");
}

}  // namespace
