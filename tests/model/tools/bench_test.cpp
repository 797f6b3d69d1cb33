// SPDX-License-Identifier: MIT
// `ausm bench` as a process: its figures hang together. How fast it is, no test says.
#include "process.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ausm::tools {
namespace {

using test::Process;
using Json = nlohmann::json;

Json json_of(const std::vector<std::string>& arguments) {
    Process tool(arguments);
    EXPECT_EQ(tool.status(), 0) << tool.err();
    return Json::parse(tool.out());
}

void expect_failure(std::vector<std::string> arguments, const std::string& part) {
    arguments.insert(arguments.begin(), {"bench", "--frames", "1"});
    Process tool(arguments);
    EXPECT_NE(tool.status(), 0) << part;
    EXPECT_NE(tool.err().find(part), std::string::npos) << tool.err();
    EXPECT_EQ(tool.out(), "");
}

TEST(Bench, FiguresHangTogether) {
    const auto json = json_of({"bench", "--json", "--frames", "12", "--size", "64x96", "--threads", "1"});
    EXPECT_EQ(json["threads"], 1);
    EXPECT_EQ(json["frames"], 12);
    EXPECT_EQ(json["network"], Json({{"width", 96}, {"height", 64}}));
    EXPECT_EQ(json["picture"], Json({{"width", 288}, {"height", 192}}));
    EXPECT_GT(json["peak-mb"], 20);
    const auto& run = json["runs"].at(0);
    EXPECT_EQ(run["course"].size(), 10U);
    EXPECT_EQ(run["course"].back()["frame"], 12);
    const auto& times = run["milliseconds"];
    const double frame = times["frame"];
    EXPECT_GT(frame, 0);
    EXPECT_NEAR(run["frames-per-second"].get<double>() * frame, 1000, 10);
    EXPECT_NEAR(times["network"].get<double>(),
                times["encode"].get<double>() + times["compress"].get<double>() + times["decode"].get<double>(), 0.03);
    for (const auto* kind : {"mm", "conv"}) {
        const auto& rate = json["machine"][kind];
        EXPECT_GT(rate["slowest-round"], 0);
        EXPECT_GE(rate["fastest-round"], rate["slowest-round"]);
        const double share =
            run["gflop"]["frame"].get<double>() / (frame * 1e-3) / rate["gflop-per-second"].get<double>();
        EXPECT_NEAR(run[std::string("share-of-") + kind]["frame"].get<double>(), share, 0.02 * share + 0.001);
    }
}

TEST(Bench, CountsWhatInfoCounts) {
    const auto bench = json_of({"bench", "--json", "--frames", "1", "--size", "64x96", "--threads", "1"});
    const auto info = json_of({"info", "--json", "--size", "64x96"});
    const auto& run = bench["runs"].at(0);
    for (const auto* phase : {"encode", "compress", "decode"})
        EXPECT_NEAR(run["gflop"][phase].get<double>(), info["frame"]["phases"][phase].get<double>() * 1e-9, 0.001);
    EXPECT_EQ(run["state-bytes"], info["frame"]["state-bytes"][bench["precision"].get<std::string>()]);
}

TEST(Bench, ObjectsCostNoMemory) {
    const auto json =
        json_of({"bench", "--json", "--frames", "2", "--size", "64x96", "--threads", "1", "--objects", "1,0,64"});
    ASSERT_EQ(json["runs"].size(), 3U);
    const int objects[] = {1, 0, 64};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(json["runs"][i]["objects"], objects[i]);
        EXPECT_EQ(json["runs"][i]["state-bytes"], json["runs"][0]["state-bytes"]);
    }
    EXPECT_FALSE(json["runs"][0].contains("against-first"));
    EXPECT_EQ(json["runs"][2]["against-first"]["state"], 1.0);
    EXPECT_GT(json["runs"][2]["gflop"]["decode"], json["runs"][0]["gflop"]["decode"]);
}

TEST(Bench, AnchorsSideBySide) {
    const auto json = json_of({"bench", "--json", "--frames", "2", "--size", "64x96", "--threads", "1", "--anchors",
                               "0,1", "--objects", "1,2"});
    ASSERT_EQ(json["runs"].size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(json["runs"][i]["anchors"], i / 2);
        EXPECT_EQ(json["runs"][i]["objects"], 1 + i % 2);
    }
    expect_failure({"--anchors", "3"}, "--anchors");
}

TEST(Bench, AnOldStreamBesideOneThatBeginsAnew) {
    const auto json =
        json_of({"bench", "--json", "--frames", "30", "--size", "64x96", "--threads", "1", "--fresh", "10"});
    ASSERT_EQ(json["runs"].size(), 2U);
    EXPECT_FALSE(json["runs"][0].contains("restarted-every"));
    EXPECT_EQ(json["runs"][1]["restarted-every"], 10);
    EXPECT_EQ(json["runs"][1]["state-bytes"], json["runs"][0]["state-bytes"]);
    ASSERT_EQ(json["against-fresh"].size(), 10U);
    EXPECT_EQ(json["against-fresh"].back()["frame"], 30);
    for (const auto& part : json["against-fresh"]) {
        EXPECT_GT(part["milliseconds"], 0);
        EXPECT_GT(part["cpu"], 0);
    }
    expect_failure({"--fresh", "1"}, "--fresh");
}

TEST(Bench, TextNamesThePhases) {
    Process tool({"bench", "--frames", "1", "--size", "64x96", "--threads", "1"});
    ASSERT_EQ(tool.status(), 0) << tool.err();
    for (const auto* part : {"at::mm 1024^3", "encode", "compress", "decode", "postprocess", "peak memory", "of mm"})
        EXPECT_NE(tool.out().find(part), std::string::npos) << part << " in:\n" << tool.out();
}

TEST(Bench, RefusesWithTheNextStep) {
    expect_failure({"--size", "32x512"}, "the long side is at most 1.75 times the short one");
    expect_failure({"--size", "50x96"}, "multiple of 32");
    expect_failure({"--size", "x"}, "write HEIGHTxWIDTH");
    expect_failure({"--objects", "65", "--size", "64x96"}, "an object was refused");
    expect_failure({"--width", "640"}, "--width and --height of the picture go together");
    expect_failure({"--precision", "fp16"}, "fp16 is not supported");
    expect_failure({"--weights", "/none"}, "give --weights FILE");
}

}  // namespace
}  // namespace ausm::tools
