// SPDX-License-Identifier: MIT
// Order, resuming and errors of the loader, whatever the number of threads.
#include "train/synthesis/loader.h"

#include "drawn_data.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

namespace ausm::train::test {
namespace {

std::shared_ptr<const ClipMaker> maker() {
    const auto recipe = small_recipe();
    return std::make_shared<ClipMaker>(recipe, drawn_pool(recipe));
}

void expect_equal(const ClipBatch& a, const ClipBatch& b) {
    for (auto field : {&ClipBatch::images, &ClipBatch::masks, &ClipBatch::visible, &ClipBatch::marks, &ClipBatch::kinds,
                       &ClipBatch::tracked, &ClipBatch::start, &ClipBatch::slots, &ClipBatch::valid,
                       &ClipBatch::complete, &ClipBatch::rereads})
        EXPECT_TRUE(at::equal(a.*field, b.*field));
}

TEST(Loader, BatchesAreTheClipsInOrderWithAnyNumberOfWorkers) {
    const auto clips = maker();
    for (const std::int64_t workers : {1, 2, 4}) {
        Loader loader(clips, {.batch = 3, .workers = workers, .ahead = 2});
        for (std::uint64_t i = 0; i < 4; ++i) {
            EXPECT_EQ(loader.position(), i);
            expect_equal(loader.next(), stack({clips->make(3 * i), clips->make(3 * i + 1), clips->make(3 * i + 2)}));
        }
    }
}

TEST(Loader, ResumesAtABatch) {
    const auto clips = maker();
    Loader loader(clips, {.batch = 2, .workers = 2});
    static_cast<void>(loader.next());
    loader.seek(5);
    EXPECT_EQ(loader.position(), 5U);
    expect_equal(loader.next(), stack({clips->make(10), clips->make(11)}));
    loader.seek(0);
    expect_equal(loader.next(), stack({clips->make(0), clips->make(1)}));
    EXPECT_EQ(loader.position(), 1U);
}

/// Fails for some pictures, and counts the others.
struct Failing {
    std::shared_ptr<std::atomic<int>> read = std::make_shared<std::atomic<int>>(0);

    [[nodiscard]] std::shared_ptr<const ClipMaker> maker(bool fails) const {
        auto recipe = small_recipe();
        recipe.cache_mib = 0;
        auto pool = std::make_shared<Pool>(recipe);
        pool->add({drawn(2, 1,
                         [fails, count = read](auto sequence, auto) {
                             if (fails && sequence == 1)
                                 throw std::runtime_error("picture 1: broken");
                             ++*count;
                             return squares(64, 96, 1, 40);
                         }),
                   Role::kSingle, false, false, 1});
        return std::make_shared<ClipMaker>(recipe, pool);
    }
};

TEST(Loader, ThrowsWhatAWorkerThrew) {
    const auto clips = Failing{}.maker(true);
    std::uint64_t good = 0, bad = 0;
    const auto works = [&](std::uint64_t i) {
        try {
            return clips->make(i).valid.defined();
        } catch (const std::runtime_error&) {
            return false;
        }
    };
    while (works(bad))
        ++bad;
    while (!works(good))
        ++good;
    Loader loader(clips, {.batch = 1, .workers = 2});
    loader.seek(bad);
    EXPECT_THROW(static_cast<void>(loader.next()), std::runtime_error);
    EXPECT_THROW(static_cast<void>(loader.next()), std::runtime_error);
    loader.seek(good);
    EXPECT_EQ(loader.next().batch(), 1);
}

TEST(Loader, MakesNoMoreThanItMayKeep) {
    const Failing data;
    const auto clips = data.maker(false);
    {
        Loader loader(clips, {.batch = 2, .workers = 2, .ahead = 2});
        static_cast<void>(loader.next());
        EXPECT_GE(loader.waited(), 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    EXPECT_LE(data.read->load(), 2 * (1 + 2));  // handed out, and ahead
    EXPECT_GE(data.read->load(), 4);
}

TEST(Loader, LeavesTheThreadsOfOthersAlone) {
    const int before = at::get_num_threads();
    at::set_num_threads(3);
    const Loader loader(maker(), {.batch = 1, .workers = 2});
    EXPECT_EQ(at::get_num_threads(), 3);
    int later = 0;
    std::thread([&] { later = at::get_num_threads(); }).join();
    EXPECT_EQ(later, 3);
    at::set_num_threads(before);
}

TEST(Loader, RefusesImpossibleOptions) {
    EXPECT_THROW(Loader(maker(), {.batch = 0}), c10::Error);
    EXPECT_THROW(Loader(maker(), {.batch = 1, .workers = 0}), c10::Error);
}

}  // namespace
}  // namespace ausm::train::test
