// SPDX-License-Identifier: MIT
// Whole clips: the same for the same index, and true to the contract of Clip.
#include "train/synthesis/clip_maker.h"

#include "drawn_data.h"
#include "train/synthesis/preview.h"

#include <gtest/gtest.h>

#include <thread>

namespace ausm::train::test {
namespace {

ClipRecipe full_recipe() {
    auto recipe = small_recipe();
    recipe.copies.probability = 0.3;
    recipe.occlusion.probability = 0.3;
    recipe.photometric.noise = 0.2;
    return recipe;
}

bool equal(const Clip& a, const Clip& b) {
    for (auto field : {&Clip::images, &Clip::masks, &Clip::visible, &Clip::marks, &Clip::kinds, &Clip::tracked,
                       &Clip::start, &Clip::slots, &Clip::valid, &Clip::anchor_marks, &Clip::anchor_kinds})
        if (!at::equal(a.*field, b.*field))
            return false;
    return a.complete == b.complete && a.rereads == b.rereads && a.anchor_frame == b.anchor_frame;
}

TEST(ClipMaker, DependsOnSeedAndIndexAlone) {
    auto recipe = full_recipe();
    const ClipMaker maker(recipe, drawn_pool(recipe)), again(recipe, drawn_pool(recipe));
    recipe.seed = 1;
    const ClipMaker other(recipe, drawn_pool(recipe));
    for (std::uint64_t i = 0; i < 12; ++i) {
        EXPECT_TRUE(equal(maker.make(11 - i), again.make(11 - i)));
        EXPECT_TRUE(equal(maker.make(i), again.make(i)));
        EXPECT_FALSE(equal(maker.make(i), maker.make(i + 1)));
        EXPECT_FALSE(equal(maker.make(i), other.make(i)));
    }
}

TEST(ClipMaker, IsThreadSafe) {
    const auto recipe = full_recipe();
    const ClipMaker maker(recipe, drawn_pool(recipe)), alone(recipe, drawn_pool(recipe));
    std::vector<Clip> made(12);
    std::vector<std::thread> threads;
    for (std::size_t n = 0; n < 3; ++n)
        threads.emplace_back([&, n] {
            for (std::size_t i = n; i < made.size(); i += 3)
                made[i] = maker.make(i);
        });
    for (auto& thread : threads)
        thread.join();
    for (std::size_t i = 0; i < made.size(); ++i)
        EXPECT_TRUE(equal(made[i], alone.make(i))) << i;
}

TEST(ClipMaker, KeepsTheContractOfClips) {
    const auto recipe = full_recipe();
    const ClipMaker maker(recipe, drawn_pool(recipe));
    std::int64_t objects = 0, prompts = 0;
    for (std::uint64_t i = 0; i < 40; ++i) {
        const auto clip = maker.make(i);
        EXPECT_EQ(clip.images.sizes(), (at::IntArrayRef{8, 3, 64, 96}));
        EXPECT_EQ(clip.masks.sizes(), (at::IntArrayRef{8, 5, 16, 24}));
        EXPECT_EQ(clip.marks.sizes(), clip.masks.sizes());
        EXPECT_TRUE(clip.images.is_contiguous() && clip.masks.is_contiguous() && clip.marks.is_contiguous());
        const auto seen = clip.visible.any(0);
        EXPECT_TRUE(seen.le(clip.valid).all().item<bool>());
        const auto frames = at::arange(1, 9).view({8, 1});
        EXPECT_TRUE(at::equal(clip.tracked, frames.gt(clip.start)));
        EXPECT_TRUE(clip.start.gt(0).logical_or(clip.visible[0]).all().item<bool>());  // prompted: visible in frame 0
        const auto shown = clip.marks.flatten(2).any(2);
        EXPECT_TRUE(shown.le(clip.tracked).all().item<bool>());
        EXPECT_TRUE(clip.kinds[0].gt(0).le(clip.start.eq(0)).all().item<bool>());
        EXPECT_EQ(clip.kinds.slice(0, 1).max().item<int>(), 0);
        EXPECT_EQ(clip.rereads && !clip.kinds[0].any().item<bool>(), false);
        objects += clip.valid.sum().item<std::int64_t>();
        prompts += clip.start.eq(0).sum().item<std::int64_t>();
    }
    EXPECT_GT(objects, 60);
    EXPECT_GT(prompts, 10);
}

TEST(ClipMaker, UsesTheRolesThatThereAre) {
    auto recipe = small_recipe();
    recipe.pasted.on_video = {0};
    recipe.truth.never = 0;
    auto pool = std::make_shared<Pool>(recipe);
    EXPECT_THROW(ClipMaker(recipe, pool), c10::Error);
    pool->add({drawn(1, 9, [](auto, auto) { return squares(64, 96, 2, 24); }), Role::kVideo, false, false, 1});
    const auto clip = ClipMaker(recipe, pool).make(1);
    EXPECT_GE(clip.valid.sum().item<std::int64_t>(), 1);
    EXPECT_LE(clip.valid.sum().item<std::int64_t>(), 2);
}

TEST(ClipMaker, MakesOtherLengthsAndSizes) {
    auto recipe = full_recipe();
    for (const std::int64_t frames : {1, 2, 16}) {
        recipe.frames = frames;
        recipe.height = 96;
        recipe.width = 64;
        const ClipMaker maker(recipe, drawn_pool(recipe));
        for (std::uint64_t i = 0; i < 6; ++i)
            EXPECT_EQ(maker.make(i).images.sizes(), (at::IntArrayRef{frames, 3, 96, 64}));
    }
}

TEST(Preview, ShowsTruthAndMarks) {
    const auto recipe = full_recipe();
    const ClipMaker maker(recipe, drawn_pool(recipe));
    const auto sheet = contact_sheet(maker, 3, 2);
    EXPECT_EQ(sheet.sizes(), (at::IntArrayRef{2 * 2 * 32, 8 * 48, 3}));
    std::uint64_t index = 0;
    while (!maker.make(index).masks[4][0].gt(200).any().item<bool>())
        ++index;
    const auto clip = maker.make(index);
    const auto truth = contact_sheet(maker, index, 1).slice(0, 0, 32).slice(1, 4 * 48, 5 * 48).to(at::kFloat);
    const auto half = at::avg_pool2d(clip.images[4].to(at::kFloat), {2, 2}).permute({1, 2, 0});
    const auto where = clip.masks[4][0].gt(200).repeat_interleave(2, 0).repeat_interleave(2, 1);
    const auto red = at::tensor({255.F, 60.F, 60.F});
    const auto before = (half - red).abs().sum(2).masked_select(where).mean().item<double>();
    EXPECT_LT((truth - red).abs().sum(2).masked_select(where).mean().item<double>(), 0.75 * before);
}

TEST(Preview, FramesTheAnchor) {
    auto recipe = full_recipe();
    recipe.anchor.probability = 1;
    const ClipMaker maker(recipe, drawn_pool(recipe));
    const auto anchor = maker.make(0).anchor_frame;
    ASSERT_LT(anchor, 8);
    const auto marks = contact_sheet(maker, 0, 1).slice(0, 32, 64);
    const auto cyan = at::tensor({0, 255, 255}).to(at::kByte);
    for (std::int64_t t = 0; t < 8; ++t)
        EXPECT_EQ(at::equal(marks[30][t * 48 + 20], cyan), t == anchor) << t;
}

}  // namespace
}  // namespace ausm::train::test
