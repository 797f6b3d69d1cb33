// SPDX-License-Identifier: MIT
// Pictures, label maps and drawings of every kind, whole and damaged.
#include "train/data/picture_file.h"

#include "miniature.h"

namespace ausm::train {
namespace {

using test::Bytes;
using test::expect_error;
using test::values_of;

class PictureFile : public test::Miniature {};

TEST_F(PictureFile, Jpeg) {
    jpeg("a.JPG", 5, 3);
    const auto rgb = read_picture(path("a.JPG"));
    ASSERT_EQ(rgb.sizes(), (at::IntArrayRef{3, 5, 3}));
    EXPECT_NEAR(rgb[2][4][0].item<int>(), 200, 3);
    EXPECT_NEAR(rgb[2][4][2].item<int>(), 40, 3);
}

TEST_F(PictureFile, ColourPng) {
    png("a.png", 2, 1, PNG_COLOR_TYPE_RGB, {{1, 2, 3, 250, 251, 252}});
    EXPECT_EQ(values_of(read_picture(path("a.png"))), (Bytes{1, 2, 3, 250, 251, 252}));
}

TEST_F(PictureFile, GreyPngBecomesRgbAndTransparentPartsWhite) {
    png("grey.png", 2, 1, PNG_COLOR_TYPE_GRAY, {{7, 200}});
    EXPECT_EQ(values_of(read_picture(path("grey.png"))), (Bytes{7, 7, 7, 200, 200, 200}));
    png("clear.png", 2, 1, PNG_COLOR_TYPE_RGB_ALPHA, {{1, 2, 3, 0, 1, 2, 3, 255}});
    EXPECT_EQ(values_of(read_picture(path("clear.png"))), (Bytes{255, 255, 255, 1, 2, 3}));
}

TEST_F(PictureFile, LabelMapsKeepTheirIndices) {
    ids("a.png", 3, 2, {0, 1, 2, 20, 254, 255});
    const auto map = read_label_map(path("a.png"));
    EXPECT_EQ(map.sizes(), (at::IntArrayRef{2, 3}));
    EXPECT_EQ(values_of(map), (Bytes{0, 1, 2, 20, 254, 255}));
}

TEST_F(PictureFile, Sprites) {
    png("a.png", 2, 1, PNG_COLOR_TYPE_RGB_ALPHA, {{1, 2, 3, 0, 4, 5, 6, 99}});
    const auto sprite = read_sprite(path("a.png"));
    EXPECT_EQ(values_of(sprite.rgb), (Bytes{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(values_of(sprite.alpha), (Bytes{0, 99}));
    png("b.png", 1, 1, PNG_COLOR_TYPE_RGB, {{1, 2, 3}});
    expect_error([&] { (void)read_sprite(path("b.png")); }, {path("b.png"), "alpha"});
}

TEST_F(PictureFile, BadFiles) {
    text("a.jpg", "no picture");
    text("a.png", "no picture");
    text("a.bmp", "BM");
    for (const auto* name : {"a.jpg", "a.png", "a.bmp", "none.jpg", "none.png"})
        expect_error([&] { (void)read_picture(path(name)); }, {path(name), "cannot be read"});
    expect_error([&] { (void)read_label_map(path("a.png")); }, {path("a.png")});
    write_png_header(path("cut.png"), 8, 8);
    expect_error([&] { (void)read_picture(path("cut.png")); }, {path("cut.png")});
    png("huge.png", 20000, 1, PNG_COLOR_TYPE_GRAY, {Bytes(20000)});
    expect_error([&] { (void)read_picture(path("huge.png")); }, {path("huge.png"), "larger than"});
}

TEST_F(PictureFile, AJpegThatIsCutShortIsAnError) {
    jpeg("a.jpg", 64, 64);
    std::filesystem::resize_file(path("a.jpg"), std::filesystem::file_size(path("a.jpg")) / 2);
    expect_error([&] { (void)read_picture(path("a.jpg")); }, {path("a.jpg")});
}

TEST(CheckSameSize, NamesBothFilesAndSizes) {
    const LabelledPicture picture{at::zeros({4, 6, 3}, at::kByte), at::zeros({4, 5}, at::kByte)};
    expect_error([&] { check_same_size(picture, "a.jpg", "a.png"); }, {"'a.png' is 5x4", "'a.jpg' is 6x4"});
}

}  // namespace
}  // namespace ausm::train
