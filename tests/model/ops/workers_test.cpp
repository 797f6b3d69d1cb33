// SPDX-License-Identifier: MIT
// Every piece once, whatever the helpers do; errors, nesting, and many short sections in a row.
#include "ops/workers.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace ausm::ops {
namespace {

class LanesOf : public testing::TestWithParam<int> {
protected:
    c10::InferenceMode inference_;
    Workers workers_{GetParam()};
    LeadWorkers lead_{workers_};
};

TEST_P(LanesOf, EveryPieceOnce) {
    EXPECT_EQ(worker_count(), GetParam());
    for (const int pieces : {0, 1, 2, 3, 7, 100}) {
        std::vector<std::atomic<int>> done(static_cast<std::size_t>(pieces));
        run_pieces(pieces, [&](int i) { ++done[static_cast<std::size_t>(i)]; });
        EXPECT_TRUE(std::all_of(done.begin(), done.end(), [](const auto& times) { return times == 1; })) << pieces;
    }
}

TEST_P(LanesOf, ManyShortSectionsWithPauses) {
    std::atomic<std::int64_t> sum{0};
    for (int section = 0; section < 20'000; ++section) {
        run_pieces(3, [&](int i) { sum += i + section; });
        if (section % 1000 == 0)  // long enough for the helpers to fall asleep
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    EXPECT_EQ(sum, std::int64_t{3} * 20'000 * 19'999 / 2 + 3 * 20'000);
}

TEST_P(LanesOf, RangesCoverEverythingInWholeGrains) {
    for (const std::int64_t count : {0, 1, 5, 64, 65, 448, 1000}) {
        std::mutex mutex;
        std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
        split_range(count, 16, [&](std::int64_t begin, std::int64_t end) {
            const std::lock_guard lock(mutex);
            ranges.emplace_back(begin, end);
        });
        std::sort(ranges.begin(), ranges.end());
        EXPECT_LE(ranges.size(), static_cast<std::size_t>(GetParam()));
        std::int64_t next = 0;
        for (const auto& [begin, end] : ranges) {
            EXPECT_EQ(begin, next);
            EXPECT_EQ(begin % 16, 0);
            EXPECT_LT(begin, end);
            next = end;
        }
        EXPECT_EQ(next, count);
    }
}

TEST_P(LanesOf, AnErrorArrivesAfterAllPiecesHaveEnded) {
    std::atomic<int> ended{0};
    const auto body = [&](int i) {
        if (i == 1)
            throw std::runtime_error("piece 1");
        ++ended;
    };
    EXPECT_THROW(run_pieces(4, body), std::runtime_error);
    EXPECT_EQ(ended, GetParam() > 1 ? 3 : 1);
    ended = 0;
    run_pieces(4, [&](int) { ++ended; });
    EXPECT_EQ(ended, 4) << "and the workers can be used again";
}

TEST_P(LanesOf, InsideAPieceEverythingIsSingle) {
    std::atomic<int> right{0};
    run_pieces(8, [&](int) {
        int inner = 0;
        run_pieces(3, [&](int) { ++inner; });  // not atomic: runs here
        const bool alone = GetParam() == 1 || (worker_count() == 1 && current_workers() == nullptr);
        right += alone && inner == 3 && c10::InferenceMode::is_enabled();
    });
    EXPECT_EQ(right, 8);
    EXPECT_EQ(current_workers(), &workers_);
}

INSTANTIATE_TEST_SUITE_P(Counts, LanesOf, testing::Values(1, 2, 4));

TEST(Workers, ALateHelperIsNotWaitedFor) {
    Workers workers(2);
    const LeadWorkers lead(workers);
    std::atomic<bool> release{false};
    std::atomic<int> by_leader{0};
    const auto leader = std::this_thread::get_id();
    // Whoever is not the leader is held up with its first piece; the leader does all the others meanwhile.
    run_pieces(50, [&](int) {
        if (std::this_thread::get_id() != leader)
            release.wait(false);
        else if (++by_leader == 49) {
            release = true;
            release.notify_all();
        }
        // Without a helper that came in time the leader does all 50.
    });
    release = true;
    release.notify_all();
    EXPECT_GE(by_leader, 49);
}

TEST(Workers, NotOutsideInferenceMode) {
    Workers workers(2);
    const LeadWorkers lead(workers);
    EXPECT_EQ(worker_count(), 1) << "what helpers make could not be changed here";
    const c10::InferenceMode inference;
    EXPECT_EQ(worker_count(), 2);
}

TEST(Workers, ThreadsWithoutLanesWorkAlone) {
    EXPECT_EQ(current_workers(), nullptr);
    EXPECT_EQ(worker_count(), 1);
    int done = 0;
    run_pieces(3, [&](int) { ++done; });
    EXPECT_EQ(done, 3);
    EXPECT_THROW(Workers(0), c10::Error);
}

}  // namespace
}  // namespace ausm::ops
