// SPDX-License-Identifier: MIT
// Runs there and back, and damaged ones.
#include "train/data/pack_runs.h"

#include "miniature.h"

namespace ausm::train {
namespace {

using test::Bytes;
using test::expect_error;

TEST(PackRuns, AFewBytes) {
    auto map = at::zeros({20, 20}, at::kByte);
    map[0][0] = 9;
    EXPECT_EQ(encode_runs(map), (Bytes{2, 9, 0x9e, 6, 0}));  // 2 * 399 = 6 * 128 + 30: all zeros in one run
    map[1][0] = 9;
    EXPECT_EQ(encode_runs(map), (Bytes{2, 9, 38, 0, 41, 0xd0, 5, 0}));  // the second row repeats the first
}

TEST(PackRuns, ThereAndBack) {
    at::manual_seed(2);
    for (const int values : {1, 2, 5, 256})
        for (const auto& [height, width] : {std::pair<std::int64_t, std::int64_t>{1, 1}, {7, 300}, {64, 1}}) {
            const auto map = at::randint(0, values, {height, width}, at::kLong).to(at::kByte);
            EXPECT_TRUE(at::equal(decode_runs(encode_runs(map), height, width), map));
        }
    const auto part = at::zeros({9, 9}, at::kByte).slice(1, 2, 5).fill_(3);  // not contiguous
    EXPECT_TRUE(at::equal(decode_runs(encode_runs(part), 9, 3), part));
}

TEST(PackRuns, DamagedRuns) {
    const auto decode = [](Bytes bytes) { return [bytes = std::move(bytes)] { (void)decode_runs(bytes, 2, 3); }; };
    EXPECT_NO_THROW(decode({12, 1})());
    EXPECT_NO_THROW(decode({6, 1, 7})());
    expect_error(decode({0x80}), {"cut short"});
    expect_error(decode({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1}), {"cut short"});
    expect_error(decode({12}), {"nothing to repeat"});
    expect_error(decode({4, 1, 7}), {"nothing to repeat"});
    expect_error(decode({14, 1}), {"longer"});
    expect_error(decode({6, 1, 9}), {"longer"});
    expect_error(decode({0, 1}), {"empty"});
    expect_error(decode({10, 1}), {"end before"});
    expect_error(decode({}), {"end before"});
}

}  // namespace
}  // namespace ausm::train
