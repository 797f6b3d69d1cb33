// SPDX-License-Identifier: MIT
// What `ausm eval davis` says of streams: late prompts, live and long ones, without the state.
#include "eval/davis_annotation.h"
#include "eval/davis_metrics.h"
#include "io/png.h"

#include "eval_davis.h"

namespace ausm::tools {
namespace {

using test::EvalDavis;
using test::Process;

/// J in percent of frame 0's disc, which is the prompt's, for frame t.
double late_disc(const data::test::DavisFolder& data, int t) {
    const auto before = io::read_index_png(data.annotation("one", 0)),
               now = io::read_index_png(data.annotation("one", t));
    const auto a = eval::pixels_of(before, 1), b = eval::pixels_of(now, 1);
    return 100 * eval::region_similarity({before.height, before.width, a}, {now.height, now.width, b});
}

TEST_F(EvalDavis, APromptMayComeLater) {
    for (const auto* prompt : {"mask", "box"}) {
        const auto json = json_of({"--prompt", prompt, "--sequences", "one", "--start", "1"});
        EXPECT_EQ(json["start"], 1);
        EXPECT_EQ(json["draws"][0]["objects"][0]["frames-counted"], kFrames - 3) << "none before it counts, either";
        EXPECT_GT(json["overall"]["J"], 30) << prompt;
        EXPECT_EQ(json["overall"]["after-prompt"], json["overall"]["J&F"]) << "fewer than fifteen frames";
        EXPECT_FALSE(json["overall"].contains("later"));
    }
    const auto longer = json_of({"--sequences", "one", "--start", "1", "--rounds", "7"})["overall"];  // 19 count
    EXPECT_NEAR((15 * longer["after-prompt"].get<double>() + 4 * longer["later"].get<double>()) / 19, longer["J&F"],
                1e-9);
    expect_failure({"--start", "2"}, "it needs 5");
    expect_failure({"--start", "1", "--mode", "discovery"}, "--start");
}

TEST_F(EvalDavis, ZeroStateChangesWhatComesLater) {
    const auto with = json_of({"--sequences", "one"}), without = json_of({"--sequences", "one", "--zero-state"});
    EXPECT_TRUE(without["zero-state"].get<bool>());
    EXPECT_NE(with["draws"], without["draws"]);
}

TEST_F(EvalDavis, ALiveStreamIsScoredWithTheLastMask) {
    // The disc moves by 3 pixels a frame; its own mask takes no time, or comes two frames late.
    const auto at_once = json_of({"--sequences", "one", "--clock", "25", "--frame-time", "0.001"});
    const auto late = json_of({"--sequences", "one", "--clock", "25", "--frame-time", "80"});
    EXPECT_EQ(late["clock"], 25);
    EXPECT_EQ(late["frame-time"], 80);
    EXPECT_EQ(late["overall"]["J&F"], at_once["overall"]["J&F"]) << "offline all the same";
    EXPECT_EQ(late["overall"]["frame-time"], 80);
    EXPECT_EQ(at_once["overall"]["segmented"], 100);
    EXPECT_EQ(late["overall"]["segmented"], 75) << "frames 0, 2 and 3 of four";
    EXPECT_EQ(late["frames-run"], kFrames + 3);
    EXPECT_GT(at_once["overall"]["clock-J"], 60);
    EXPECT_NEAR(late["overall"]["clock-J"].get<double>(), late_disc(data, 2) / 2, 0.01) << "nothing yet on frame 1";
    const auto measured = json_of({"--sequences", "one", "--clock", "1000"});
    EXPECT_GT(measured["overall"]["frame-time"], 1);
    EXPECT_LT(measured["overall"]["segmented"], 100);
    Process tool(arguments({"--sequences", "one", "--clock", "25", "--frame-time", "90"}));
    EXPECT_EQ(tool.status(), 0) << tool.err();
    EXPECT_NE(tool.out().find("a live stream of 25 frames a second whose masks take 90 ms"), std::string::npos);
    EXPECT_NE(tool.out().find("clock J&F segmented      ms"), std::string::npos) << tool.out();
    expect_failure({"--frame-time", "90"}, "--clock");
    expect_failure({"--clock", "0"}, "--clock");
}

TEST_F(EvalDavis, LongStreamsGoToAndFro) {
    const auto kept = json_of({"--sequences", "one", "--rounds", "4"});
    constexpr int kStream = 4 + 3 * 3;
    EXPECT_EQ(kept["rounds"], 4);
    EXPECT_EQ(kept["frames-run"], kStream);
    EXPECT_EQ(kept["draws"][0]["objects"][0]["frames-counted"], kStream - 2);
    for (const char* key : {"tenth-1", "tenth-5", "tenth-10"})
        EXPECT_GT(kept["overall"][key], 20) << key;
    EXPECT_NEAR(kept["overall"]["last-to-first"],
                kept["overall"]["tenth-10"].get<double>() / kept["overall"]["tenth-1"].get<double>(), 1e-9);
    const auto zeroed = json_of({"--sequences", "one", "--rounds", "4", "--zero-state"});
    EXPECT_NE(zeroed["overall"]["tenth-10"], kept["overall"]["tenth-10"]);
    EXPECT_FALSE(json_of({"--sequences", "one"})["overall"].contains("tenth-1"));
    expect_failure({"--rounds", "2", "--masks", data.path("masks")}, "--rounds");
}

}  // namespace
}  // namespace ausm::tools
