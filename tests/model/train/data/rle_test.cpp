// SPDX-License-Identifier: MIT
// Run lengths as pycocotools writes them, and damaged ones.
#include "train/data/rle.h"

#include "miniature.h"

namespace ausm::train {
namespace {

using test::expect_error;
using Runs = std::vector<std::uint32_t>;

TEST(Rle, ReadsTheTextOfPycocotools) {
    // 5 x 7, columns 2 .. 5 set in rows 1 .. 3, a hole at (2, 3), the last pixel set.
    const auto mask = mask_of_runs(runs_of(";32NO012003N"), 5, 7);
    const BinaryMask expected = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0,
                                 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1};
    EXPECT_EQ(mask, expected);
}

TEST(Rle, LongRunsAndDifferencesOfBothSigns) {
    EXPECT_EQ(runs_of("`n1`n1"), (Runs{2000, 2000}));
    // 300 x 400, columns 100 .. 299 set, a hole at (10, 150).
    EXPECT_EQ(runs_of("`Ym0Re>1kXm0_Ym0"), (Runs{30000, 15010, 1, 44989, 30000}));
    EXPECT_TRUE(runs_of("").empty());
}

TEST(Rle, RefusesDamagedText) {
    expect_error([] { (void)runs_of("`n"); }, {"cut short"});
    expect_error([] { (void)runs_of("1 2"); }, {"character 2"});
    expect_error([] { (void)runs_of("1p"); }, {"character 2"});
    expect_error([] { (void)runs_of("oooooooooooooooo1"); }, {"too many characters"});
    expect_error([] { (void)runs_of("1O"); }, {"run 1 is -1"});
    expect_error([] { (void)runs_of("oooooo3"); }, {"run 0 is"});
}

TEST(Rle, RunsGoDownTheColumns) {
    EXPECT_EQ(mask_of_runs(Runs{1, 2, 3}, 2, 3), (BinaryMask{0, 1, 0, 1, 0, 0}));
    EXPECT_EQ(mask_of_runs(Runs{0, 6}, 2, 3), BinaryMask(6, 1));
    EXPECT_EQ(mask_of_runs(Runs{6}, 2, 3), BinaryMask(6, 0));
}

TEST(Rle, RunsMustFillThePicture) {
    expect_error([] { (void)mask_of_runs(Runs{1, 2, 4}, 2, 3); }, {"longer than 3x2"});
    expect_error([] { (void)mask_of_runs(Runs{1, 4294967295U}, 2, 3); }, {"longer than 3x2"});
    expect_error([] { (void)mask_of_runs(Runs{1, 2}, 2, 3); }, {"end at pixel 3 of 3x2"});
    expect_error([] { (void)mask_of_runs({}, 2, 3); }, {"end at pixel 0"});
}

}  // namespace
}  // namespace ausm::train
