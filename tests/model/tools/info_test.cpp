// SPDX-License-Identifier: MIT
// `ausm info` as a process: what it says of a weights file and of a preset, and what it refuses.
#include "process.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ausm::tools {
namespace {

using test::Process;
using Json = nlohmann::json;

Json info(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "info");
    arguments.emplace_back("--json");
    Process tool(arguments);
    EXPECT_EQ(tool.status(), 0) << tool.err();
    return Json::parse(tool.out());
}

void expect_failure(std::vector<std::string> arguments, const std::string& part) {
    arguments.insert(arguments.begin(), "info");
    Process tool(arguments);
    EXPECT_NE(tool.status(), 0) << part;
    EXPECT_NE(tool.err().find(part), std::string::npos) << tool.err();
    EXPECT_EQ(tool.out(), "");
}

TEST(Info, OfTheDefaultWeights) {
    const auto json = info({});
    EXPECT_EQ(json["model"], "ausm-nano");
    EXPECT_EQ(json["parameters"], 6'063'538);
    EXPECT_EQ(json["hash"].get<std::string>().size(), 16U);
    for (const auto* key : {"licence", "sources", "card"})
        EXPECT_FALSE(json[key].get<std::string>().empty()) << key;
    EXPECT_GE(json["runs"]["threads"], 1);
    EXPECT_EQ(json["config"]["dim"], 192);
    EXPECT_EQ(json["frame"]["height"], 256);
    EXPECT_EQ(json["frame"]["width"], 448);
    double sum = 0;
    for (const auto& part : json["frame"]["parts"])
        sum += part["flops"].get<double>();
    EXPECT_EQ(sum, json["frame"]["flops"].get<double>());
    EXPECT_NEAR(sum, 4.417e9, 0.01e9);
    EXPECT_EQ(json["frame"]["state-bytes"]["fp32"], 8'257'537);
}

TEST(Info, AFileAndItsPresetCostTheSame) {
    const auto file = info({std::getenv("AUSM_WEIGHTS"), "--size", "288x512", "--objects", "5"});
    const auto preset = info({"--preset", "ausm-nano", "--size", "288x512", "--objects", "5"});
    EXPECT_EQ(file["frame"], preset["frame"]);
    EXPECT_EQ(file["config"], preset["config"]);
    EXPECT_EQ(file["parameters"], preset["parameters"]);
    EXPECT_EQ(preset["frame"]["objects"], 5);
    EXPECT_FALSE(preset.contains("weights"));
}

TEST(Info, TextSaysWhatTheJsonSays) {
    Process tool({"info", "--preset", "ausm-nano"});
    ASSERT_EQ(tool.status(), 0) << tool.err();
    for (const auto* part : {"ausm-nano: 6.06 M parameters", "backbone", "one frame of 256 x 448", "8257537 bytes"})
        EXPECT_NE(tool.out().find(part), std::string::npos) << part << " in:\n" << tool.out();
}

TEST(Info, RefusesWithTheNextStep) {
    expect_failure({"--preset", "ausm-giga"}, "this program has ausm-nano");
    expect_failure({"/none.safetensors"}, "/none.safetensors: cannot be opened");
    expect_failure({"--size", "250x448"}, "multiple of 32");
    expect_failure({"--size", "256"}, "write HEIGHTxWIDTH");
    expect_failure({"--size", "256x448x3"}, "write HEIGHTxWIDTH");
    expect_failure({"--objects", "65"}, "objects must lie in 0 .. 64");
    expect_failure({"--preset", "ausm-nano", "file.safetensors"}, "excludes");
}

}  // namespace
}  // namespace ausm::tools
