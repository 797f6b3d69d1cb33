// SPDX-License-Identifier: MIT
// Absent objects are really away, and there before and after; copies are copies.
#include "train/synthesis/occlusion.h"

#include "drawn_data.h"
#include "train/synthesis/copies.h"
#include "train/synthesis/truth.h"

#include <gtest/gtest.h>

#include <map>

namespace ausm::train::test {
namespace {

/// One square in the middle that does not move.
Scene one_square() {
    Scene scene;
    scene.frames = at::full({8, 96, 160, 3}, 100, at::kByte);
    scene.ids = at::zeros({8, 96, 160}, at::kByte);
    scene.ids.slice(1, 40, 58).slice(2, 70, 90).fill_(1);
    scene.instances = 1;
    return scene;
}

ClipRecipe recipe_of(double leave) {
    auto recipe = small_recipe();
    recipe.height = 96;
    recipe.width = 160;
    recipe.occlusion.probability = 1;
    recipe.occlusion.leave = leave;
    return recipe;
}

void expect_absent(const Scene& scene, const Absence& absence, const ClipRecipe& recipe) {
    EXPECT_GE(absence.count, recipe.occlusion.hidden.from);
    EXPECT_LE(absence.count, recipe.occlusion.hidden.to);
    const auto areas = scene.ids.eq(absence.id).flatten(1).sum(1);
    const double frame = 96 * 160;
    EXPECT_LE(areas.slice(0, absence.first, absence.first + absence.count).max().item<double>(), 0.0008 * frame);
    EXPECT_GT(areas.slice(0, 0, absence.first).max().item<double>(), 0.0015 * frame);
    EXPECT_GT(areas.slice(0, absence.first + absence.count).max().item<double>(), 0.0015 * frame);
}

TEST(Occlusion, CoversAnObjectAndUncoversIt) {
    const auto recipe = recipe_of(0);
    const auto pool = drawn_pool(recipe);
    std::size_t confirmed = 0;
    for (std::uint64_t i = 0; i < 30; ++i) {
        Random random(1, i);
        auto scene = one_square();
        add_absence(scene, *pool, recipe, random);
        for (const auto& absence : scene.absences) {
            EXPECT_EQ(absence.id, 1);
            expect_absent(scene, absence, recipe);
        }
        EXPECT_TRUE(scene.ids[0].eq(1).any().item<bool>() && scene.ids[7].eq(1).any().item<bool>());
        confirmed += scene.absences.size();
    }
    EXPECT_GE(confirmed, 27U);
}

TEST(Occlusion, BringsAnObjectWhereThereIsNone) {
    const auto recipe = recipe_of(0);
    const auto pool = drawn_pool(recipe);
    std::size_t confirmed = 0;
    for (std::uint64_t i = 0; i < 30; ++i) {
        Random random(2, i);
        auto scene = one_square();
        scene.ids.zero_();
        scene.instances = 0;
        add_absence(scene, *pool, recipe, random);
        EXPECT_GE(scene.instances, 1);
        for (const auto& absence : scene.absences)
            expect_absent(scene, absence, recipe);
        confirmed += scene.absences.size();
    }
    EXPECT_GE(confirmed, 15U);  // some drift out of the frame by themselves
}

TEST(Occlusion, ObjectsLeaveTheFrameAndReturn) {
    const auto recipe = recipe_of(1);
    const auto pool = drawn_pool(recipe);
    std::size_t confirmed = 0;
    for (std::uint64_t i = 0; i < 30; ++i) {
        Random random(3, i);
        auto scene = one_square();
        add_absence(scene, *pool, recipe, random);
        EXPECT_EQ(scene.instances, 2);
        for (const auto& absence : scene.absences) {
            EXPECT_EQ(absence.id, 2);
            expect_absent(scene, absence, recipe);
        }
        confirmed += scene.absences.size();
    }
    EXPECT_GE(confirmed, 25U);
}

TEST(Occlusion, AbsencesFitIntoTheClip) {
    auto recipe = recipe_of(0);
    for (const std::int64_t frames : {6, 8, 16}) {
        recipe.frames = frames;
        Random random(1, static_cast<std::uint64_t>(frames));
        for (int i = 0; i < 50; ++i) {
            const auto absence = draw_absence(recipe, random);
            EXPECT_GE(absence.first, 2);
            EXPECT_GE(absence.count, std::min<std::int64_t>(2, frames - 4));
            EXPECT_LE(absence.first + absence.count, frames - 2);
        }
    }
}

TEST(Copies, CrossInTheMiddle) {
    auto recipe = recipe_of(0);
    recipe.pasted.wobble = 0;
    recipe.pasted.zoom = recipe.pasted.turn = recipe.pasted.tilt = 0;
    recipe.copies.count = {2, 2};
    recipe.copies.cross = 1;
    const auto pool = drawn_pool(recipe);
    for (std::uint64_t i = 0; i < 10; ++i) {
        Random random(4, i);
        auto scene = one_square();
        scene.ids.zero_();
        scene.instances = 0;
        add_copies(scene, *pool, recipe, random);
        ASSERT_EQ(scene.instances, 2);
        const auto first = scene.ids.eq(1).sum({1, 2}), second = scene.ids.eq(2).sum({1, 2});
        const auto third = recipe.frames / 3;
        const auto least = first.slice(0, third, 2 * third + 1).min().item<double>();
        EXPECT_LT(least, 0.1 * second.max().item<double>()) << "where they meet, the second covers the first";
    }
}

TEST(Copies, LookTheSameAndMoveApart) {
    auto recipe = recipe_of(0);
    recipe.pasted.wobble = 0;
    recipe.pasted.zoom = recipe.pasted.turn = recipe.pasted.tilt = 0;
    recipe.copies.count = {3, 3};
    const auto pool = drawn_pool(recipe);
    std::map<int, int> apart;
    for (std::uint64_t i = 0; i < 10; ++i) {
        Random random(4, i);
        auto scene = one_square();
        scene.ids.zero_();
        scene.instances = 0;
        add_copies(scene, *pool, recipe, random);
        EXPECT_EQ(scene.instances, 3);
        // One cut-out in one dress: where copies are whole and apart, their bytes are the same colours.
        std::vector<double> reds;
        for (int id = 1; id <= 3; ++id) {
            const auto inside =
                at::max_pool2d(scene.ids.ne(id).to(at::kFloat).unsqueeze(1), {7, 7}, {1, 1}, {3, 3}).eq(0);
            const auto red = scene.frames.select(3, 0).unsqueeze(1).masked_select(inside);
            if (red.numel() > 0)
                reds.push_back(red.to(at::kFloat).median().item<double>());
        }
        for (const double red : reds)
            EXPECT_NEAR(red, reds.front(), 1);
        apart[static_cast<int>(reds.size())]++;
    }
    EXPECT_GE(apart[3] + apart[2], 8);
}

}  // namespace
}  // namespace ausm::train::test
