// SPDX-License-Identifier: MIT
// PNGs of every kind, whole and damaged.
#include "io/png.h"

#include "../../gst/png_file.h"
#include "../../gst/temporary_folder.h"
#include "../expect_error.h"

#include <gtest/gtest.h>

namespace ausm::io {
namespace {

using ausm::test::error_of;
using Bytes = std::vector<std::uint8_t>;

class PngFile : public testing::Test {
protected:
    TemporaryFolder folder;
    std::string path = folder.path("a.png");

    [[nodiscard]] std::string error() const {
        return error_of([this] { (void)read_index_png(path); });
    }
    void expect_error(const std::string& part) const {
        EXPECT_NE(error().find(part), std::string::npos) << error();
        EXPECT_NE(error().find(path), std::string::npos) << error();
    }
};

TEST_F(PngFile, WritesWhatItReads) {
    const IndexPicture picture{3, 2, {0, 1, 2, 20, 254, 255}};
    write_index_png(path, picture);
    const auto read = read_index_png(path);
    EXPECT_EQ(read.width, 3);
    EXPECT_EQ(read.height, 2);
    EXPECT_EQ(read.values, picture.values);
}

TEST_F(PngFile, TheWrittenPaletteIsThatOfPascalVoc) {
    write_index_png(path, {1, 1, {1}});
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    ASSERT_NE(png_image_begin_read_from_file(&image, path.c_str()), 0);
    image.format = PNG_FORMAT_RGB;
    Bytes rgb(PNG_IMAGE_SIZE(image));
    ASSERT_NE(png_image_finish_read(&image, nullptr, rgb.data(), 0, nullptr), 0);
    EXPECT_EQ(rgb, (Bytes{128, 0, 0}));
}

TEST_F(PngFile, FewerBitsAndInterlacing) {
    write_png(path, 5, 1, 1, PNG_COLOR_TYPE_GRAY, {{0b10110000}});
    EXPECT_EQ(read_index_png(path).values, (Bytes{1, 0, 1, 1, 0}));
    write_png(path, 3, 1, 2, PNG_COLOR_TYPE_PALETTE, {{0b11000100}});
    EXPECT_EQ(read_index_png(path).values, (Bytes{3, 0, 1}));
    write_png(path, 3, 1, 4, PNG_COLOR_TYPE_PALETTE, {{0x7f, 0x10}});
    EXPECT_EQ(read_index_png(path).values, (Bytes{7, 15, 1}));
    write_png(path, 2, 2, 8, PNG_COLOR_TYPE_GRAY, {{0, 255}, {7, 1}}, true);
    EXPECT_EQ(read_index_png(path).values, (Bytes{0, 255, 7, 1}));
}

TEST_F(PngFile, RefusesByName) {
    expect_error("No such file");
    write_png(path, 1, 1, 16, PNG_COLOR_TYPE_GRAY, {{1, 2}});
    expect_error("16 bits");
    write_png(path, 1, 1, 8, PNG_COLOR_TYPE_RGB, {{1, 2, 3}});
    expect_error("colour");
    folder.write("a.png", "no picture at all");
    expect_error("Not a PNG");
    write_png_header(path, 4, 4);
    expect_error("cannot be read");
    write_png_header(path, kMaxPictureSide + 1, 1);
    expect_error("cannot be read");
}

TEST_F(PngFile, RefusesEveryTruncation) {
    write_index_png(path, {4, 4, Bytes(16, 3)});
    const auto size = std::filesystem::file_size(path);
    for (auto kept = size; kept-- > 0;) {
        std::filesystem::resize_file(path, kept);
        EXPECT_NE(error(), "") << kept << " of " << size << " bytes";
    }
}

TEST_F(PngFile, NoMorePixelsThanAsked) {
    write_index_png(path, {4, 4, Bytes(16, 3)});
    EXPECT_EQ(read_index_png(path, 16).values.size(), 16U);
    EXPECT_EQ(error_of([&] { (void)read_index_png(path, 15); }), "'" + path + "' cannot be read: it is too large");
    EXPECT_EQ(error_of([&] { (void)read_index_png(folder.path("")); }),
              "'" + folder.path("") + "' cannot be read: it is no ordinary file");
}

TEST_F(PngFile, ColourComesBack) {
    const RgbPicture picture{2, 1, {1, 2, 3, 250, 251, 252}};
    write_rgb_png(path, picture);
    EXPECT_EQ(read_rgb_png(path).pixels, picture.pixels);
}

TEST_F(PngFile, GreyBecomesRgbAndTransparentPartsWhite) {
    write_png(path, 2, 1, 8, PNG_COLOR_TYPE_GRAY, {{7, 200}});
    EXPECT_EQ(read_rgb_png(path).pixels, (Bytes{7, 7, 7, 200, 200, 200}));
    write_png(path, 2, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA, {{1, 2, 3, 0, 1, 2, 3, 255}});
    EXPECT_EQ(read_rgb_png(path).pixels, (Bytes{255, 255, 255, 1, 2, 3}));
}

TEST_F(PngFile, DrawingsKeepTheirAlpha) {
    write_png(path, 2, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA, {{1, 2, 3, 0, 4, 5, 6, 99}});
    const auto drawing = read_alpha_png(path);
    EXPECT_EQ(drawing.rgb.width, 2);
    EXPECT_EQ(drawing.rgb.pixels, (Bytes{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(drawing.alpha.values, (Bytes{0, 99}));
    write_png(path, 1, 1, 8, PNG_COLOR_TYPE_RGB, {{1, 2, 3}});
    EXPECT_EQ(error_of([&] { (void)read_alpha_png(path); }), "'" + path + "' cannot be read: it has no alpha channel");
}

TEST_F(PngFile, ColourThatCannotBeReadIsNamed) {
    write_png_header(path, 8, 8);
    EXPECT_TRUE(error_of([&] { (void)read_rgb_png(path); }).starts_with("'" + path + "' cannot be read: "));
    write_png(path, 20000, 1, 8, PNG_COLOR_TYPE_GRAY, {Bytes(20000)});
    EXPECT_NE(error_of([&] { (void)read_rgb_png(path); }).find("larger than 16384"), std::string::npos);
}

TEST_F(PngFile, SaysWhereItCannotWrite) {
    const auto nowhere = folder.path("none/a.png");
    for (const auto& error : {error_of([&] {
                                  write_index_png(nowhere, {1, 1, {0}});
                              }),
                              error_of([&] {
                                  write_rgb_png(nowhere, {1, 1, {0, 0, 0}});
                              })})
        EXPECT_TRUE(error.starts_with("'" + nowhere + "' cannot be written: ")) << error;
}

}  // namespace
}  // namespace ausm::io
