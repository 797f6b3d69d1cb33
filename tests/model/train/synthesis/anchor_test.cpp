// SPDX-License-Identifier: MIT
// Which frame becomes the anchor, and what is marked there.
#include "train/synthesis/anchor.h"

#include "../training_clips.h"
#include "drawn_data.h"
#include "train/synthesis/clip_maker.h"

#include <gtest/gtest.h>

#include <map>

namespace ausm::train::test {
namespace {

using ausm::test::squares_clip;

Clip with_anchor(Clip clip, const ClipRecipe& recipe, std::uint64_t index) {
    Random random(1, index);
    add_anchor(clip, recipe, random);
    return clip;
}

/// Two objects of six frames: the first is found in frame 1 and gone in frame 4, the second is found in frame 3.
Clip two_found() {
    auto clip = squares_clip({.frames = 6, .prompted = false});
    clip.start[0] = 2;
    clip.start[1] = 4;
    clip.visible[4][0] = false;
    clip.masks[4][0].zero_();
    return clip;
}

TEST(Anchor, FramesAreThoseInWhichSomethingIsKnownAndVisible) {
    ClipRecipe recipe;
    std::map<std::int64_t, int> frames;
    for (std::uint64_t i = 0; i < 400; ++i)
        ++frames[with_anchor(two_found(), recipe, i).anchor_frame];
    EXPECT_EQ(frames.size(), 6U);  // 1 .. 5 and none
    EXPECT_FALSE(frames.contains(0));
    EXPECT_NEAR(frames[Clip::kNoAnchor], 40, 20);
    EXPECT_NEAR(frames[1], 180 + 36, 40);  // the first for half of them
    EXPECT_NEAR(frames[5], 36, 20);
}

TEST(Anchor, APromptedClipMostlyKeepsItsFirstFrame) {
    ClipRecipe recipe;
    recipe.anchor.probability = 1;
    int first = 0;
    for (std::uint64_t i = 0; i < 400; ++i)
        first += with_anchor(squares_clip({.frames = 6}), recipe, i).anchor_frame == 0 ? 1 : 0;
    EXPECT_NEAR(first, 400 * (0.85 + 0.15 * (0.5 + 0.5 / 6)), 25);
    recipe.anchor.prompt = 1;
    for (std::uint64_t i = 0; i < 20; ++i)
        EXPECT_EQ(with_anchor(squares_clip({.frames = 6}), recipe, i).anchor_frame, 0);
}

TEST(Anchor, NeverMarksWhatIsUnknownOrInvisible) {
    ClipRecipe recipe;
    for (std::uint64_t i = 0; i < 100; ++i) {
        const auto clip = with_anchor(two_found(), recipe, i);
        const auto marked = clip.anchor_marks.flatten(1).any(1);
        const auto a = clip.anchor_frame;
        const auto known = at::zeros({3}, at::kBool);
        known[0].fill_(a >= 1 && a != 4 && a < 6);
        known[1].fill_(a >= 3 && a < 6);
        EXPECT_TRUE(at::equal(marked, known)) << a;
        EXPECT_TRUE(at::equal(clip.anchor_kinds, known.to(at::kLong))) << a;
    }
}

TEST(Anchor, NothingKnownIsNoAnchor) {
    ClipRecipe recipe;
    recipe.anchor.probability = 1;
    auto clip = squares_clip({.prompted = false});
    clip.start.fill_(5);  // never found
    clip = with_anchor(clip, recipe, 1);
    EXPECT_EQ(clip.anchor_frame, Clip::kNoAnchor);
    EXPECT_FALSE(clip.anchor_marks.any().item<bool>());
}

TEST(Anchor, MarksAreTheTruthOrFaulty) {
    ClipRecipe recipe;
    recipe.anchor = {.probability = 1, .prompt = 1};
    recipe.marks = {.drop = 1, .shift = 0, .soften = 0, .holes = 1, .leaks = 0};
    int right = 0;
    for (std::uint64_t i = 0; i < 200; ++i) {
        const auto clip = with_anchor(squares_clip({.seed = i}), recipe, i);
        right += at::equal(clip.anchor_marks[0], clip.masks[0][0]) ? 1 : 0;
        EXPECT_TRUE(clip.anchor_marks[0].any().item<bool>());
    }
    EXPECT_NEAR(right, 120, 25);
    recipe.marks.jitter = false;
    const auto clip = with_anchor(squares_clip({}), recipe, 1);
    EXPECT_TRUE(at::equal(clip.anchor_marks[0], clip.masks[0][0]));
}

TEST(Anchor, DisturbsNoOtherDraw) {
    auto recipe = small_recipe(), none = small_recipe();
    none.anchor.probability = 0;
    const ClipMaker maker(recipe, drawn_pool(recipe)), without(none, drawn_pool(none));
    int anchors = 0;
    for (std::uint64_t i = 0; i < 20; ++i) {
        const auto a = maker.make(i), b = without.make(i);
        for (auto field : {&Clip::images, &Clip::masks, &Clip::marks, &Clip::kinds, &Clip::start, &Clip::slots})
            EXPECT_TRUE(at::equal(a.*field, b.*field));
        EXPECT_EQ(a.rereads, b.rereads);
        EXPECT_EQ(b.anchor_frame, Clip::kNoAnchor);
        anchors += a.anchor_frame < recipe.frames ? 1 : 0;
    }
    EXPECT_GT(anchors, 10);
}

}  // namespace
}  // namespace ausm::train::test
