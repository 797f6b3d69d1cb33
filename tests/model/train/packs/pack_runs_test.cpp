// SPDX-License-Identifier: MIT
// Runs there and back, and damaged ones.
#include "train/packs/pack_runs.h"

#include "../../data/miniature.h"

#include <random>

namespace ausm::train {
namespace {

using data::test::Bytes;
using data::test::expect_error;

TEST(PackRuns, AFewBytes) {
    io::IndexPicture map{20, 20, Bytes(400)};
    map.values[0] = 9;
    EXPECT_EQ(encode_runs(map), (Bytes{2, 9, 0x9e, 6, 0}));  // 2 * 399 = 6 * 128 + 30: all zeros in one run
    map.values[20] = 9;
    EXPECT_EQ(encode_runs(map), (Bytes{2, 9, 38, 0, 41, 0xd0, 5, 0}));  // the second row repeats the first
}

TEST(PackRuns, ThereAndBack) {
    std::mt19937 random(2);
    for (const unsigned values : {1U, 2U, 5U, 256U})
        for (const auto& [height, width] : {std::pair{1, 1}, {7, 300}, {64, 1}}) {
            io::IndexPicture map{width, height, {}};
            for (int i = 0; i < width * height; ++i)
                map.values.push_back(static_cast<std::uint8_t>(random() % values));
            const auto decoded = decode_runs(encode_runs(map), height, width);
            EXPECT_EQ(decoded.width, width);
            EXPECT_EQ(decoded.height, height);
            EXPECT_EQ(decoded.values, map.values);
        }
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
