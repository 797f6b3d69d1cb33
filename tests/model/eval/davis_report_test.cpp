// SPDX-License-Identifier: MIT
// Means over objects and draws, the table and the JSON.
#include "eval/davis_report.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace ausm::eval {
namespace {

DavisSequenceScore flat(double j, double f) {
    const DavisScore score{j, f};
    return {10, score, score, score, score};
}

VideoOutcome outcome(const std::string& name, std::uint64_t seed, std::vector<DavisSequenceScore> scores) {
    VideoOutcome result;
    result.name = name, result.seed = seed, result.frames = 12;
    for (const auto& score : scores)
        result.objects.push_back({1, score, {}});
    result.figures = {{"tracks", "tracks", 3, 1}, {"objects-per-frame", "per frame", 1.5}};
    return result;
}

TEST(DavisReport, OverallIsAMeanOverObjects) {
    const auto report =
        make_report({outcome("a", 0, {flat(0.9, 0.7)}), outcome("b", 0, {flat(0.3, 0.1), flat(0.6, 0.4)})}, 2, 1);
    EXPECT_TRUE(report.complete);
    ASSERT_EQ(report.videos.size(), 2U);
    EXPECT_DOUBLE_EQ(report.videos[1].score.mean.j, 0.45);
    EXPECT_DOUBLE_EQ(report.overall.score.mean.j, 0.6);  // over videos it would be 0.675
    EXPECT_DOUBLE_EQ(report.overall.score.mean.f, 0.4);
    EXPECT_EQ(report.overall.objects, 3U);
    EXPECT_EQ(report.overall.frames, 24);
    EXPECT_EQ(report.overall.both.deviation, 0);
}

TEST(DavisReport, SpreadOverDraws) {
    const auto report = make_report(
        {outcome("a", 0, {flat(0.5, 0.5)}), outcome("a", 1, {flat(0.7, 0.7)}), outcome("a", 2, {flat(0.9, 0.9)})}, 1,
        3);
    EXPECT_EQ(report.overall.draws, 3);
    EXPECT_DOUBLE_EQ(report.overall.both.mean, 0.7);
    EXPECT_DOUBLE_EQ(report.overall.both.deviation, 0.2);
    EXPECT_DOUBLE_EQ(report.overall.both.least, 0.5);
    EXPECT_DOUBLE_EQ(report.overall.both.most, 0.9);
    EXPECT_NE(table(report).find("std"), std::string::npos);
}

TEST(DavisReport, AnUnfinishedDrawCountsOnlyWhereItCame) {
    const auto report = make_report(
        {outcome("a", 0, {flat(0.4, 0.4)}), outcome("b", 0, {flat(0.6, 0.6)}), outcome("a", 1, {flat(1, 1)})}, 2, 2);
    EXPECT_FALSE(report.complete);
    EXPECT_EQ(report.overall.draws, 1);
    EXPECT_DOUBLE_EQ(report.overall.both.mean, 0.5);
    EXPECT_DOUBLE_EQ(report.videos[0].both.mean, 0.7);
    const auto first = make_report({outcome("a", 0, {flat(0.4, 0.4)})}, 2, 2);
    EXPECT_FALSE(first.complete);
    EXPECT_DOUBLE_EQ(first.overall.both.mean, 0.4);
    EXPECT_THROW((void)make_report({}, 2, 1), std::invalid_argument);
}

TEST(DavisReport, Table) {
    const auto text = table(make_report({outcome("dog", 0, {flat(0.5, 0.25)})}, 1, 1));
    EXPECT_NE(text.find("dog                        1      12   50.00   25.00   37.50   37.50   37.50   37.50"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("3.0      1.50"), std::string::npos) << text;
    EXPECT_EQ(text.find("std"), std::string::npos) << text;
}

TEST(DavisReport, Json) {
    const auto json = report_json(
        make_report({outcome("dog", 0, {flat(0.5, 0.25)}), outcome("cat", 0, {flat(1, 1), flat(0, 0)})}, 2, 1));
    EXPECT_TRUE(json["complete"].get<bool>());
    EXPECT_EQ(json["sequences"][0]["sequence"], "dog");
    EXPECT_EQ(json["sequences"][0]["J&F"], 37.5);
    EXPECT_EQ(json["sequences"][1]["objects"], 2);
    EXPECT_EQ(json["overall"]["J"], 50);
    EXPECT_EQ(json["overall"]["tracks"], 3);
    EXPECT_EQ(json["overall"]["objects-per-frame"], 1.5);
    EXPECT_EQ(json["draws"][1]["objects"][1]["object"], 2);
    EXPECT_EQ(json["draws"][1]["objects"][0]["frames-counted"], 10);
}

}  // namespace
}  // namespace ausm::eval
