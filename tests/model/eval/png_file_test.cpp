// SPDX-License-Identifier: MIT
// Index PNGs of every kind, whole and damaged.
#include "eval/png_file.h"

#include "davis_folder.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ausm::eval {
namespace {

using Bytes = std::vector<std::uint8_t>;

class PngFile : public testing::Test {
protected:
    TemporaryFolder folder;
    std::string path = folder.path("a.png");

    [[nodiscard]] std::string error() const {
        try {
            (void)read_index_png(path);
        } catch (const std::runtime_error& failure) {
            return failure.what();
        }
        return "";
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

TEST_F(PngFile, SaysWhereItCannotWrite) {
    const auto nowhere = folder.path("none/a.png");
    try {
        write_index_png(nowhere, {1, 1, {0}});
        FAIL() << "written";
    } catch (const std::runtime_error& failure) {
        EXPECT_NE(std::string(failure.what()).find(nowhere), std::string::npos) << failure.what();
    }
}

}  // namespace
}  // namespace ausm::eval
