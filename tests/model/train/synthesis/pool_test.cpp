// SPDX-License-Identifier: MIT
// Drawing, shrinking, caching and cutting out.
#include "train/synthesis/pool.h"

#include "drawn_data.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ausm::train::test {
namespace {

TEST(Pool, ShrinksPicturesAndKeepsThem) {
    auto recipe = small_recipe();
    recipe.short_side = 50;
    Pool pool(recipe);
    int reads = 0;
    pool.add({drawn(1, 1,
                    [&](auto, auto) {
                        ++reads;
                        return squares(100, 160, 1, 40);
                    }),
              Role::kSingle, false, false, 1});
    const auto picture = pool.read({0, 0}, 0);
    EXPECT_EQ(picture.rgb.sizes(), (at::IntArrayRef{50, 80, 3}));
    EXPECT_EQ(picture.ids.sum().item<std::int64_t>(), 400);
    EXPECT_EQ(picture.rgb[25][40][0].item<int>(), level_of(1));
    static_cast<void>(pool.read({0, 0}, 0));
    EXPECT_EQ(reads, 1);
}

TEST(PictureCache, ThrowsOutWhatWasUsedLongestAgo) {
    PictureCache cache(2 * 4000);
    const PictureTensors picture{at::zeros({30, 33, 3}, at::kByte), at::zeros({30, 33}, at::kByte)};  // 3960 bytes
    cache.insert({0, 0, 0}, picture);
    cache.insert({0, 0, 1}, picture);
    EXPECT_TRUE(cache.find({0, 0, 0}));
    cache.insert({0, 0, 2}, picture);
    EXPECT_TRUE(cache.find({0, 0, 0}));
    EXPECT_FALSE(cache.find({0, 0, 1}));
    EXPECT_TRUE(cache.find({0, 0, 2}));
    EXPECT_EQ(cache.bytes(), 2 * 3960U);
    cache.insert({1, 0, 0}, {at::zeros({100, 100, 3}, at::kByte), {}});
    EXPECT_FALSE(cache.find({1, 0, 0}));
    EXPECT_TRUE(cache.find({0, 0, 2}));
}

TEST(Pool, DrawsSequencesByWeight) {
    Pool pool(small_recipe());
    const auto add = [&](std::size_t sequences, double weight) {
        pool.add({drawn(sequences, 1, [](auto, auto) { return squares(64, 96, 1, 20); }), Role::kVideo, false, false,
                  weight});
    };
    add(1, 1);
    add(3, 1);
    add(2, 0.5);
    Random random(1, 1);
    std::vector<int> counts(3);
    for (int i = 0; i < 5000; ++i)
        ++counts[pool.draw(Role::kVideo, random).entry];
    EXPECT_NEAR(counts[0], 1000, 120);
    EXPECT_NEAR(counts[1], 3000, 150);
    EXPECT_NEAR(counts[2], 1000, 120);
    EXPECT_FALSE(pool.has(Role::kPicture));
    EXPECT_THROW(add(1, 0), c10::Error);
}

TEST(Pool, CutsOutWhatIsLargeAndWhole) {
    auto recipe = small_recipe();
    recipe.pasted.sprite = 0;
    Pool pool(recipe);
    pool.add({drawn(1, 1,
                    [](auto, auto) {
                        auto picture = squares(100, 200, 3, 30);
                        picture.ids.slice(0, 0, 40).slice(1, 0, 30).fill_(4);     // touches two borders
                        picture.ids.slice(0, 90, 95).slice(1, 50, 150).fill_(5);  // flat
                        picture.ids[35].slice(0, 40, 50).fill_(0);                // a notch in the first square
                        return picture;
                    }),
              Role::kPicture, true, true, 1});
    Random random(1, 2);
    std::vector<int> seen(6);
    for (int i = 0; i < 60; ++i) {
        const auto cut = pool.draw_cut_out(random);
        ASSERT_TRUE(cut);
        EXPECT_FALSE(cut->drawn);
        EXPECT_EQ(cut->alpha.sizes(), (at::IntArrayRef{42, 42}));  // with the margin
        const auto red = cut->rgb.select(2, 0).masked_select(cut->alpha.eq(255));
        const auto id = (red[0].item<int>() - level_of(0)) / 50;
        EXPECT_TRUE(red.eq(level_of(id)).all().item<bool>());
        EXPECT_EQ(red.numel(), id == 1 ? 890 : 900);
        ++seen.at(static_cast<std::size_t>(id));
    }
    EXPECT_GT(std::min({seen[1], seen[2], seen[3]}), 8);
}

TEST(Pool, HasNoCutOutsWhereNothingFits) {
    auto recipe = small_recipe();
    Pool pool(recipe);
    Random random(1, 3);
    EXPECT_FALSE(pool.draw_cut_out(random));
    pool.add({drawn(1, 1, [](auto, auto) { return squares(100, 200, 2, 4); }), Role::kPicture, true, true, 1});
    EXPECT_FALSE(pool.draw_cut_out(random));
    pool.add_sprites({{{9, 9, std::vector<std::uint8_t>(243)}, {9, 9, std::vector<std::uint8_t>(81, 1)}}});
    bool sprite = false;
    for (int i = 0; i < 40; ++i)
        if (const auto cut = pool.draw_cut_out(random))
            sprite = cut->drawn;
    EXPECT_TRUE(sprite);
}

}  // namespace
}  // namespace ausm::train::test
