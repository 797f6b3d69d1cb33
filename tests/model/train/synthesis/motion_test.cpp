// SPDX-License-Identifier: MIT
// Maps put points where they should be; paths are smooth and begin at 0.
#include "train/synthesis/motion.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace ausm::train::test {
namespace {

TEST(Motion, SimilaritiesMapTheirCentreAndTurnAroundIt) {
    const auto map = similarity({10, 20}, {100, 50}, std::numbers::pi / 2, 2, false);
    const auto centre = map({10, 20}), right = map({13, 20});
    EXPECT_NEAR(centre.x, 100, 1e-9);
    EXPECT_NEAR(centre.y, 50, 1e-9);
    EXPECT_NEAR(right.x, 100, 1e-9);
    EXPECT_NEAR(right.y, 56, 1e-9);
    const auto mirrored = similarity({10, 20}, {100, 50}, 0, 2, true)({13, 21});
    EXPECT_NEAR(mirrored.x, 94, 1e-9);
    EXPECT_NEAR(mirrored.y, 52, 1e-9);
}

TEST(Motion, InversesUndo) {
    const auto map = similarity({3, 4}, {50, 60}, 0.7, 1.3, true);
    const auto back = map.inverse()(map({-5, 9}));
    EXPECT_NEAR(back.x, -5, 1e-9);
    EXPECT_NEAR(back.y, 9, 1e-9);
}

TEST(Motion, PathsKeepTheirVelocity) {
    PathRecipe even{.acceleration = 0, .jitter = 0, .turn = 0};
    Random random(1, 1);
    const auto straight = smooth_path(5, 3, even, random);
    EXPECT_EQ(straight, (std::vector<double>{0, 3, 6, 9, 12}));
    even.turn = 1;
    const auto turned = smooth_path(6, 3, even, random);
    EXPECT_EQ(turned[0], 0);
    EXPECT_EQ(std::abs(turned[2]), 6);
    EXPECT_EQ(turned[5], -turned[2] / 2);
    EXPECT_EQ(smooth_path(1, 3, even, random), std::vector<double>{0});

    double length = 0;
    for (int i = 0; i < 400; ++i)
        length += smooth_path(8, 2, {.acceleration = 0.5, .jitter = 0.15, .turn = 0}, random).back();
    EXPECT_NEAR(length / 400, 14, 0.3);
}

TEST(Motion, SpeedsAreLogNormalOrNone) {
    Random random(1, 2);
    int still = 0, above = 0;
    for (int i = 0; i < 4000; ++i) {
        const double speed = random_speed(0.8, 0.25, random);
        still += speed == 0 ? 1 : 0;
        above += speed > 1 ? 1 : 0;
    }
    EXPECT_NEAR(still, 1000, 120);
    EXPECT_NEAR(above, 1500, 150);
}

}  // namespace
}  // namespace ausm::train::test
