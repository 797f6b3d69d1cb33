// SPDX-License-Identifier: MIT
// Pictures without labels, and drawings.
#include "data/folder.h"

#include "miniature.h"

namespace ausm::data {
namespace {

using test::expect_error;

class Folder : public test::Miniature {};

TEST_F(Folder, PicturesOfFoldersAndSingleFiles) {
    jpeg("b/2.jpg", 3, 2);
    jpeg("b/1.jpg", 3, 2);
    text("b/readme.txt", "");
    png("c.png", 1, 1, PNG_COLOR_TYPE_RGB, {{1, 2, 3}});
    const auto data = open_pictures({path("b"), path("c.png")});
    ASSERT_EQ(data->sequences(), 3U);
    EXPECT_EQ(data->name(0), "1");
    EXPECT_EQ(data->name(2), "c");
    const auto picture = data->read(0, 0);
    EXPECT_EQ(picture.rgb.width, 3);
    EXPECT_EQ(picture.rgb.height, 2);
    EXPECT_TRUE(picture.ids.values.empty());
}

TEST_F(Folder, SpritesByName) {
    png("s/b.png", 1, 1, PNG_COLOR_TYPE_RGB_ALPHA, {{1, 2, 3, 4}});
    png("s/a.png", 2, 1, PNG_COLOR_TYPE_RGB_ALPHA, {{5, 6, 7, 8, 9, 10, 11, 12}});
    const auto sprites = read_sprites({path("s")});
    ASSERT_EQ(sprites.size(), 2U);
    EXPECT_EQ(sprites[0].alpha.values, (test::Bytes{8, 12}));
    EXPECT_EQ(sprites[1].alpha.values, test::Bytes{4});
}

TEST_F(Folder, EmptyMissingAndDamaged) {
    text("empty/readme.txt", "");
    expect_error([&] { (void)open_pictures({path("empty")}); }, {path("empty"), "has no"});
    expect_error([&] { (void)open_pictures({path("none")}); }, {path("none"), "no folder"});
    jpeg("s/a.jpg", 2, 2);
    expect_error([&] { (void)read_sprites({path("s")}); }, {path("s"), "has no .png"});
    text("s/b.png", "x");
    expect_error([&] { (void)read_sprites({path("s")}); }, {path("s/b.png")});
}

}  // namespace
}  // namespace ausm::data
