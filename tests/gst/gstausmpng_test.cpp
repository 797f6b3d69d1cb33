// SPDX-License-Identifier: MIT
// Mask PNGs: index images are read as they are, everything else is refused by name.
#include "gst/gstausmpng.h"

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
        expected.push_back(rows[i / 11][i % 11] = static_cast<std::uint8_t>(i));
    write_png(path, 11, 9, 8, PNG_COLOR_TYPE_GRAY, rows, true);
    expect_values(expected);
}

TEST_F(MaskPng, OtherKindsAreRefused) {
    write_png(path, 1, 1, 16, PNG_COLOR_TYPE_GRAY, {{1, 2}});
    expect_error("16 bits");
    write_png(path, 1, 1, 8, PNG_COLOR_TYPE_RGB, {{1, 2, 3}});
    expect_error("colour image");
    write_png(path, 1, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, {{1, 2}});
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
    std::vector<Bytes> rows(16, Bytes(16));
    for (std::size_t i = 0; i < 256; ++i)
        rows[i / 16][i % 16] = static_cast<std::uint8_t>(i * 37);
    write_png(path, 16, 16, 8, PNG_COLOR_TYPE_GRAY, rows);
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
