// SPDX-License-Identifier: MIT
// Pictures of both kinds, whole and damaged.
#include "data/picture_file.h"

#include "miniature.h"

namespace ausm::data {
namespace {

using test::Bytes;
using test::expect_error;

class PictureFile : public test::Miniature {};

TEST_F(PictureFile, Jpeg) {
    jpeg("a.JPG", 5, 3);
    const auto rgb = read_picture(path("a.JPG"));
    EXPECT_EQ(rgb.width, 5);
    ASSERT_EQ(rgb.pixels.size(), 45U);
    EXPECT_NEAR(rgb.pixels[42], 200, 3);
    EXPECT_NEAR(rgb.pixels[44], 40, 3);
}

TEST_F(PictureFile, Png) {
    png("a.PNG", 2, 1, PNG_COLOR_TYPE_RGB_ALPHA, {{1, 2, 3, 0, 1, 2, 3, 255}});
    EXPECT_EQ(read_picture(path("a.PNG")).pixels, (Bytes{255, 255, 255, 1, 2, 3}));
}

TEST_F(PictureFile, BadFiles) {
    text("a.jpg", "no picture");
    text("a.png", "no picture");
    text("a.bmp", "BM");
    for (const auto* name : {"a.jpg", "a.png", "a.bmp", "none.jpg", "none.png"})
        expect_error([&] { (void)read_picture(path(name)); }, {path(name), "cannot be read"});
}

TEST_F(PictureFile, AJpegThatIsCutShortIsAnError) {
    jpeg("a.jpg", 64, 64);
    std::filesystem::resize_file(path("a.jpg"), std::filesystem::file_size(path("a.jpg")) / 2);
    expect_error([&] { (void)read_picture(path("a.jpg")); }, {path("a.jpg")});
}

TEST(CheckSameSize, NamesBothFilesAndSizes) {
    const LabelledPicture picture{{6, 4, Bytes(72)}, {5, 4, Bytes(20)}};
    expect_error([&] { check_same_size(picture, "a.jpg", "a.png"); }, {"'a.png' is 5x4", "'a.jpg' is 6x4"});
}

}  // namespace
}  // namespace ausm::data
