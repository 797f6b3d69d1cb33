// SPDX-License-Identifier: MIT
// Videos to and fro.
#include "eval/play_order.h"

#include <gtest/gtest.h>

namespace ausm::eval {
namespace {

using Order = std::vector<std::size_t>;

TEST(PlayOrder, NoFrameTwiceWhereItTurns) {
    EXPECT_EQ(play_order(3, 1), (Order{0, 1, 2}));
    EXPECT_EQ(play_order(3, 2), (Order{0, 1, 2, 1, 0}));
    EXPECT_EQ(play_order(3, 3), (Order{0, 1, 2, 1, 0, 1, 2}));
    EXPECT_EQ(play_order(100, 5).size(), 496U);
}

TEST(PlayOrder, ASingleFrameStaysOne) { EXPECT_EQ(play_order(1, 4), Order{0}); }

}  // namespace
}  // namespace ausm::eval
