// SPDX-License-Identifier: MIT
// COCO's run lengths: read from text, made a mask, and made from a label map.
#include "io/coco_rle.h"

#include <gtest/gtest.h>

using namespace ausm::coco;

namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(RunsOfText, ReadWhatCocoWrites) {
    for (const Runs& runs : {Runs{6}, Runs{1, 2, 3}, Runs{0, 31, 32, 1, 1000000, 5, 7, 100000}, Runs{}})
        EXPECT_EQ(std::get<Runs>(runs_of_text(text_of_runs(runs), 1 << 26)), runs);
    EXPECT_EQ(std::get<Runs>(runs_of_text("13", 3)), (Runs{1, 3}));
}

/// Texts that pycocotools wrote.
TEST(RunsOfText, AreDifferencesFromTheFourthOn) {
    EXPECT_EQ(std::get<Runs>(runs_of_text("1231", 100)), (Runs{1, 2, 3, 3}));
    EXPECT_EQ(std::get<Runs>(runs_of_text("`n1`n1", 2000)), (Runs{2000, 2000}));
    EXPECT_EQ(std::get<Runs>(runs_of_text("`Ym0Re>1kXm0_Ym0", 50000)), (Runs{30000, 15010, 1, 44989, 30000}));
    EXPECT_EQ(std::get<Runs>(runs_of_text("c7a0j2W8U[1YGTdN0", 2000)), (Runs{243, 17, 90, 280, 1471, 1, 67, 1}));
    for (const char* text : {"1231", "`n1`n1", "`Ym0Re>1kXm0_Ym0", "c7a0j2W8U[1YGTdN0"})
        EXPECT_EQ(text_of_runs(std::get<Runs>(runs_of_text(text, 50000))), text);
}

TEST(RunsOfText, SayWhatIsDamaged) {
    const std::pair<const char*, const char*> cases[] = {
        {"P", "cut short"},          {"1P", "cut short"},      {" ", "character 1"},    {"~", "character 1"},
        {"ooooooooooo", "too many"}, {"1000/", "character 5"}, {"111M", "run 3 is -2"}, {"14", "run 1 is 4"}};
    for (const auto& [text, reason] : cases) {
        const auto read = runs_of_text(text, 3);
        ASSERT_TRUE(std::holds_alternative<std::string>(read)) << text;
        EXPECT_NE(std::get<std::string>(read).find(reason), std::string::npos) << std::get<std::string>(read);
    }
}

TEST(MaskOfRuns, GoesDownTheColumns) {
    // Pixel 0 of column 0 is outside, then two are inside: the rest of column 0 and the top of column 1.
    EXPECT_EQ(std::get<Bytes>(mask_of_runs(Runs{1, 2, 3}, 2, 3, 7)), (Bytes{0, 7, 0, 7, 0, 0}));
    EXPECT_EQ(std::get<Bytes>(mask_of_runs(Runs{0, 1, 0, 5}, 2, 3, 1)), Bytes(6, 1));
}

TEST(MaskOfRuns, IsRefusedWhenTheyDoNotFit) {
    for (const Runs& runs : {Runs{1, 2, 2}, Runs{7}, Runs{}, Runs{0, 0xffffffff, 7}})
        EXPECT_TRUE(std::holds_alternative<std::string>(mask_of_runs(runs, 2, 3, 7)));
    EXPECT_TRUE(std::holds_alternative<std::string>(mask_of_runs(Runs{6}, -2, -3, 7)));
    EXPECT_TRUE(std::holds_alternative<std::string>(mask_of_runs(Runs{}, 0, 3, 7)));
}

TEST(RunsOfValues, AreTheMap) {
    constexpr int kWidth = 37, kHeight = 23;
    Bytes map(kWidth * kHeight);
    for (std::size_t i = 0; i < map.size(); ++i)
        map[i] = static_cast<std::uint8_t>(i * 2654435761U >> 27 == 3 ? 255 : (i / 5) % 4);
    const auto runs = runs_of_values(map.data(), kWidth, kHeight);
    Bytes sum(map.size());
    for (int value = 0; value < 256; ++value) {
        const auto mask = std::get<Bytes>(
            mask_of_runs(runs[static_cast<std::size_t>(value)], kHeight, kWidth, static_cast<std::uint8_t>(value)));
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] = static_cast<std::uint8_t>(sum[i] + mask[i]);
    }
    EXPECT_EQ(sum, map);
    EXPECT_EQ(runs[100], Runs{kWidth * kHeight}) << "a value that is nowhere";
}

}  // namespace
