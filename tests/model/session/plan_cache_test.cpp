// SPDX-License-Identifier: MIT
// Plans that are kept ready: the bound holds, and nothing is made again and again.
#include "session/plan_cache.h"

#include <gtest/gtest.h>

#include <map>

namespace ausm {
namespace {

struct Plan {
    Plan(int its_key, std::size_t its_size, int& alive) : key(its_key), size(its_size), alive_(alive) { ++alive_; }
    ~Plan() { --alive_; }
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;
    [[nodiscard]] std::size_t bytes() const { return size; }

    const int key;
    std::size_t size;
    int batches = 0;  // that it has seen

private:
    int& alive_;
};

class PlanCacheTest : public testing::Test {
protected:
    using Cache = PlanCache<int, Plan>;

    /// One batch; whether its plan is kept.
    bool use(Cache& cache, int key, std::size_t size = 10) {
        const auto found = cache.get(key, [&] {
            ++made_[key];
            return std::make_unique<Plan>(key, size, alive_);
        });
        EXPECT_EQ(found.plan.key, key);
        batches_ = ++found.plan.batches;
        return found.kept;
    }

    std::map<int, int> made_;
    int alive_ = 0;
    int batches_ = 0;  // of the plan that was used last
};

TEST_F(PlanCacheTest, APlanIsMadeOnceAndFoundAgain) {
    Cache cache({.plans = 3});
    for (int round = 0; round < 5; ++round)
        for (int key = 0; key < 3; ++key)
            EXPECT_TRUE(use(cache, key));
    EXPECT_EQ(made_, (std::map<int, int>{{0, 1}, {1, 1}, {2, 1}}));
    EXPECT_EQ(batches_, 5);
}

// A cache that always drops what was used longest ago makes every plan anew, every time.
TEST_F(PlanCacheTest, MoreSizesInTurnThanAreKeptMakeNoKeptPlanAnew) {
    Cache cache({.plans = 8, .idle = 100});
    int kept = 0;
    constexpr int kRounds = 50, kSizes = 12;
    for (int round = 0; round < kRounds; ++round)
        for (int key = 0; key < kSizes; ++key)
            kept += use(cache, key) ? 1 : 0;
    EXPECT_EQ(kept, kRounds * 8);
    for (int key = 0; key < 8; ++key)
        EXPECT_EQ(made_[key], 1) << key;
    EXPECT_LE(alive_, 9) << "eight and a guest";
}

TEST_F(PlanCacheTest, OnlyAnIdlePlanMakesRoom) {
    Cache cache({.plans = 2, .idle = 10});
    EXPECT_TRUE(use(cache, 1));
    EXPECT_TRUE(use(cache, 2));
    for (int batch = 0; batch < 9; ++batch) {
        EXPECT_FALSE(use(cache, 3)) << "plan 1 was used " << batch + 2 << " batches ago";
        EXPECT_EQ(batches_, batch + 1) << "a guest that comes again is the same";
    }
    EXPECT_EQ(made_[3], 1);
    EXPECT_TRUE(use(cache, 3)) << "plan 1 has been idle";
    EXPECT_EQ(batches_, 10) << "the guest stays as it is";
    EXPECT_TRUE(use(cache, 2)) << "used after plan 1: it was not its turn";
    EXPECT_EQ(made_[2], 1);
    EXPECT_FALSE(use(cache, 1));
    EXPECT_EQ(made_[1], 2);
}

TEST_F(PlanCacheTest, WhatIsKeptIsBoundByItsMemory) {
    Cache cache({.plans = 100, .bytes = 100, .idle = 5});
    EXPECT_TRUE(use(cache, 1, 60));
    EXPECT_TRUE(cache.has_room());
    EXPECT_TRUE(use(cache, 2, 60)) << "how large it becomes is not known yet";
    EXPECT_FALSE(cache.has_room());
    EXPECT_EQ(cache.bytes(), 120U);
    EXPECT_FALSE(use(cache, 3, 60));
    EXPECT_EQ(cache.bytes(), 120U) << "a guest is not kept";
    for (int batch = 0; batch < 6; ++batch)
        use(cache, 2);
    EXPECT_TRUE(use(cache, 3)) << "plan 1 has made room";
    EXPECT_EQ(cache.bytes(), 120U);
    EXPECT_EQ(alive_, 2);
}

TEST_F(PlanCacheTest, APlanThatGrowsCounts) {
    Cache cache({.plans = 100, .bytes = 100});
    const auto found = cache.get(1, [&] { return std::make_unique<Plan>(1, 10, alive_); });
    EXPECT_TRUE(cache.has_room());
    found.plan.size = 100;  // recorded
    EXPECT_FALSE(cache.has_room());
}

TEST_F(PlanCacheTest, ClearingFreesAllGuestsToo) {
    Cache cache({.plans = 1});
    use(cache, 1);
    use(cache, 2);
    EXPECT_EQ(alive_, 2);
    cache.clear();
    EXPECT_EQ(alive_, 0);
    EXPECT_TRUE(use(cache, 2));
}

TEST_F(PlanCacheTest, TheBoundIsOnlyLowered) {
    Cache cache({.plans = 100, .bytes = 100});
    use(cache, 1, 50);
    cache.lower(200);
    EXPECT_TRUE(cache.has_room());
    cache.lower(50);
    EXPECT_FALSE(cache.has_room());
    EXPECT_TRUE(use(cache, 1)) << "what is kept stays";
    EXPECT_FALSE(use(cache, 2));
}

}  // namespace
}  // namespace ausm
