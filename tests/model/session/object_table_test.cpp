// SPDX-License-Identifier: MIT
// Three id spaces: ids rise and never come back, slots are recycled oldest first, values follow slots.
#include "session/object_table.h"

#include <gtest/gtest.h>

namespace ausm {
namespace {

TEST(ObjectTable, Seed0DrawsInOrderAndRecyclesTheLongestUnused) {
    ObjectTable table(3, 0);
    EXPECT_EQ(table.add(0, ObjectOrigin::kAuto).slot, 0);
    EXPECT_EQ(table.add(0, ObjectOrigin::kAuto).slot, 1);
    table.remove(0);
    const auto third = table.add(0, ObjectOrigin::kAuto);
    EXPECT_EQ(third.slot, 2);
    EXPECT_EQ(third.id, 3) << "ids are never reused";
    EXPECT_EQ(third.value(), 3);
    EXPECT_EQ(table.add(0, ObjectOrigin::kAuto).slot, 0);
    EXPECT_FALSE(table.has_free_slot());
}

TEST(ObjectTable, NamedIdsPushTheNextOneUp) {
    ObjectTable table(4, 0);
    EXPECT_EQ(table.add(40, ObjectOrigin::kPrompt).id, 40);
    EXPECT_EQ(table.add(0, ObjectOrigin::kPrompt).id, 41);
    EXPECT_EQ(table.add(7, ObjectOrigin::kPrompt).id, 7);
    EXPECT_EQ(table.add(0, ObjectOrigin::kPrompt).id, 42);
    EXPECT_EQ(table.find(7), 2U);
    EXPECT_EQ(table.find(8), std::nullopt);
}

/// splitmix64 from state 1 gives 0x910a2dec89025cc1, 0xbeeb8da1658eec67, 0xf893a2eefb32555e, ... (its published
/// constants): the first three swaps of four slots are at % 4 = 1, % 3 = 0 (mod of the second), % 2 = 0.
TEST(ObjectTable, OtherSeedsShuffleBySplitmix64AndFisherYates) {
    std::vector<int> order{0, 1, 2, 3};
    std::swap(order[3], order[0x910a2dec89025cc1U % 4]);
    std::swap(order[2], order[0xbeeb8da1658eec67U % 3]);
    std::swap(order[1], order[0xf893a2eefb32555eU % 2]);
    ObjectTable table(4, 1);
    EXPECT_EQ(std::vector<int>(table.free_slots().begin(), table.free_slots().end()), order);
}

TEST(ObjectTable, LongestAbsentIsADiscoveredOne) {
    ObjectTable table(4, 0);
    table.add(0, ObjectOrigin::kPrompt).unseen = 90;
    EXPECT_EQ(table.longest_absent(), std::nullopt);
    table.add(0, ObjectOrigin::kAuto).unseen = 3;
    table.add(0, ObjectOrigin::kAuto).unseen = 8;
    table.add(0, ObjectOrigin::kAuto);
    EXPECT_EQ(table.longest_absent(), 2U);
}

TEST(ObjectTable, RestoreRefusesContradictions) {
    TrackedObject a, b;
    a.id = 1, a.slot = 0;
    b.id = 2, b.slot = 1;
    EXPECT_EQ(ObjectTable::restore(3, {a, b}, {2}, 3).next_id(), 3);
    EXPECT_THROW(ObjectTable::restore(3, {a, b}, {1}, 3), std::runtime_error);
    EXPECT_THROW(ObjectTable::restore(3, {a, a}, {1, 2}, 3), std::runtime_error);
    EXPECT_THROW(ObjectTable::restore(3, {a, b}, {2}, 2), std::runtime_error);
    EXPECT_THROW(ObjectTable::restore(3, {a, b}, {7}, 3), std::runtime_error);
    EXPECT_THROW(ObjectTable::restore(2, {a, b}, {2}, 3), std::runtime_error);
}

}  // namespace
}  // namespace ausm
