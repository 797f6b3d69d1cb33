// SPDX-License-Identifier: MIT
// The faults of marks, one at a time.
#include "train/synthesis/marks.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace ausm::train::test {
namespace {

at::Tensor square() {
    auto mask = at::zeros({28, 48}, at::kByte);
    mask.slice(0, 8, 20).slice(1, 15, 33).fill_(255);
    return mask;
}

MarkRecipe faultless() { return {.drop = 0, .shift = 0, .soften = 0, .holes = 0, .leaks = 0}; }

double area(const at::Tensor& mark) { return mark.to(at::kFloat).sum().item<double>() / 255; }

TEST(Marks, WithoutFaultsAreTheTruth) {
    Random random(1, 1);
    EXPECT_TRUE(at::equal(faulty_mark(square(), faultless(), random), square()));
}

TEST(Marks, AreDroppedAsOftenAsAsked) {
    MarkRecipe recipe;
    Random random(1, 2);
    int dropped = 0;
    for (int i = 0; i < 1000; ++i)
        dropped += faulty_mark(square(), recipe, random).any().item<bool>() ? 0 : 1;
    EXPECT_NEAR(dropped, 120, 30);
}

TEST(Marks, ShiftsMoveWithoutChangingMuch) {
    auto recipe = faultless();
    recipe.shift = 1;
    double overlap = 0;
    for (std::uint64_t i = 0; i < 50; ++i) {
        Random random(1, i);
        const auto mark = faulty_mark(square(), recipe, random);
        EXPECT_FALSE(at::equal(mark, square()));
        EXPECT_NEAR(area(mark), area(square()), 0.3 * area(square()));
        overlap += area(at::minimum(mark, square())) / area(square());
    }
    EXPECT_GT(overlap / 50, 0.75);
}

TEST(Marks, SofteningShrinksOrGrows) {
    auto recipe = faultless();
    recipe.soften = 1;
    bool smaller = false, larger = false;
    for (std::uint64_t i = 0; i < 20; ++i) {
        Random random(1, i);
        const double change = area(faulty_mark(square(), recipe, random)) - area(square());
        smaller = smaller || change < -20;
        larger = larger || change > 20;
    }
    EXPECT_TRUE(smaller);
    EXPECT_TRUE(larger);
}

TEST(Marks, HolesOnlyTakeAndLeaksOnlyAdd) {
    auto holes = faultless(), leaks = faultless();
    holes.holes = leaks.leaks = 1;
    double taken = 0, added = 0;
    for (std::uint64_t i = 0; i < 30; ++i) {
        Random random(1, i);
        const auto less = faulty_mark(square(), holes, random), more = faulty_mark(square(), leaks, random);
        EXPECT_TRUE(less.le(square()).all().item<bool>());
        EXPECT_TRUE(more.ge(square()).all().item<bool>());
        taken += area(square()) - area(less);
        added += area(more) - area(square());
    }
    EXPECT_GT(taken, 30);
    EXPECT_GT(added, 30);
}

}  // namespace
}  // namespace ausm::train::test
