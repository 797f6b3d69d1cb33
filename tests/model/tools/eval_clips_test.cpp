// SPDX-License-Identifier: MIT
// `ausm eval clips` as a process, on a drawn clip whose disc leaves and returns.
#include "../data/davis_folder.h"
#include "process.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ausm::tools {
namespace {

using data::test::DavisFolder;
using test::Process;
using Json = nlohmann::json;

/// Two discs; the first is away on frames 2 and 3 of six.
int scene(int x, int y, int t) {
    const auto disc = [&](int left, int top) { return (x - left) * (x - left) + (y - top) * (y - top) < 22 * 22; };
    if (disc(40, 40) && t != 2 && t != 3)
        return 1;
    return disc(115, 50) ? 2 : 0;
}

class EvalClips : public testing::Test {
protected:
    DavisFolder data;

    void SetUp() override { data.add("away", 6, scene); }
    [[nodiscard]] std::vector<std::string> arguments(const std::vector<std::string>& more) const {
        std::vector<std::string> all{"eval", "clips", "--root", data.root(), "--threads", "1"};
        all.insert(all.end(), {"--inference-size", "96"});
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
};

TEST_F(EvalClips, OneRunForEachThreshold) {
    Process tool(arguments({"--thresholds", "0,0.5,1", "--json"}));
    ASSERT_EQ(tool.status(), 0) << tool.err();
    const auto json = Json::parse(tool.out());
    EXPECT_EQ(json["frames-run"], 3 * 6);
    EXPECT_TRUE(json["complete"].get<bool>());
    ASSERT_EQ(json["thresholds"].size(), 3U);
    for (const auto& one : json["thresholds"]) {
        EXPECT_EQ(one["clips"], 1);
        EXPECT_EQ(one["absent-frames"], 2) << "of object 1";
        EXPECT_EQ(one["visible-frames"], 3 + 5) << "the first frame does not count";
        EXPECT_EQ(one["returns"], 1);
        EXPECT_EQ(one["sequences"][0]["sequence"], "away");
        EXPECT_EQ(one["sequences"][0]["false-absences"], one["false-absences"]);
    }
    const auto& all = json["thresholds"][0];
    const auto& usual = json["thresholds"][1];
    const auto& none = json["thresholds"][2];
    EXPECT_GT(usual["J-visible"], 40) << "plain discs that stand still";
    EXPECT_EQ(none["threshold"], 1);
    EXPECT_EQ(none["false-absences"], 100) << "no presence reaches 1";
    EXPECT_EQ(none["false-masks"], 0);
    EXPECT_FALSE(none.contains("swapped-frames")) << "there is no mask";
    EXPECT_LE(all["false-absences"], usual["false-absences"]);
    EXPECT_GE(all["false-masks"], usual["false-masks"]);
}

TEST_F(EvalClips, Table) {
    Process tool(arguments({}));
    ASSERT_EQ(tool.status(), 0) << tool.err();
    EXPECT_NE(tool.out().find("prompt: mask, 1 clips; percent"), std::string::npos) << tool.out();
    EXPECT_NE(tool.out().find("presence             false masks"), std::string::npos) << tool.out();
    EXPECT_NE(tool.out().find("\n0.5  "), std::string::npos) << tool.out();
}

TEST_F(EvalClips, SaysWhatIsWrong) {
    Process range(arguments({"--thresholds", "0.5,1.5"}));
    EXPECT_NE(range.status(), 0);
    EXPECT_NE(range.err().find("--thresholds"), std::string::npos) << range.err();
    std::filesystem::resize_file(data.picture("away", 3), 100);
    Process damaged(arguments({}));
    EXPECT_EQ(damaged.status(), 1);
    EXPECT_NE(damaged.err().find("0 of 1 videos were finished"), std::string::npos) << damaged.err();
}

}  // namespace
}  // namespace ausm::tools
