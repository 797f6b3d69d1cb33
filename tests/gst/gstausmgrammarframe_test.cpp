// SPDX-License-Identifier: MIT
// What maskjson has written becomes prompts: the same masks, ids and labels, at the frame's time.
#include "gst/gstausmgrammar.h"

#include "gst/gstausmmeta.h"
#include "gst/gstausmmetajson.h"
#include "gst/raii.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

using namespace ausm::gst;

namespace {

std::vector<PromptLine> prompts(const std::string& text) {
    auto parsed = parse_text(text, 1, "");
    if (const auto* wrong = std::get_if<PromptError>(&parsed))
        ADD_FAILURE() << text << ": " << wrong->message();
    EXPECT_FALSE(std::holds_alternative<PromptLine>(parsed)) << text;
    const auto* objects = std::get_if<std::vector<PromptLine>>(&parsed);
    return objects ? *objects : std::vector<PromptLine>();
}

std::string error(const std::string& text) {
    const auto parsed = parse_text(text, 4, "");
    const auto* wrong = std::get_if<PromptError>(&parsed);
    EXPECT_TRUE(wrong) << text;
    return wrong ? wrong->message() : "";
}

/// Two objects on a map of 4 x 3, the first with a hole, and one that is not seen.
ausm::Result sample() {
    ausm::Result result;
    result.map_width = 4;
    result.map_height = 3;
    result.map = {1, 1, 1, 0, 1, 0, 1, 2, 1, 1, 1, 0};
    result.objects.resize(3);
    result.objects[0] = {
        7, 1, "person", 0.87F, {0, 0, 0.75, 1}, 2. / 3, ausm::ObjectState::kTracked, ausm::ObjectOrigin::kPrompt};
    result.objects[1] = {
        9, 2, "", 1.0F, {0.75, 1. / 3, 1, 2. / 3}, 1. / 12, ausm::ObjectState::kNew, ausm::ObjectOrigin::kAuto};
    result.objects[2] = {12, 3, "gone", 0.0F, {}, 0, ausm::ObjectState::kLost, ausm::ObjectOrigin::kAuto};
    return result;
}

std::string line(MaskForm form, bool fresh = true, GstClockTime time = 33333333) {
    ausm::Result result = sample();
    const Owned<GstBuffer> buffer(gst_buffer_new());
    EXPECT_TRUE(attach_meta(buffer.get(), result, {640, 480, fresh, "ausm-nano", 41}));
    return meta_json(MetaContent(buffer.get()), {640, 480, time, time, {}, {}}, form);
}

TEST(GrammarFrame, MasksComeBackInBothForms) {
    for (const MaskForm form : {MaskForm::kRunLengths, MaskForm::kPolygons}) {
        auto lines = prompts(line(form));
        ASSERT_EQ(lines.size(), 2U) << "what has no pixels is not shown";
        for (PromptLine& prompt : lines) {
            EXPECT_EQ(prompt.op, PromptOp::kMask);
            EXPECT_EQ(prompt.time, 0.033333333);
            EXPECT_EQ(load_mask(prompt), std::nullopt);
            EXPECT_EQ(prompt.mask.width, 4);
            for (std::size_t i = 0; i < prompt.mask.values.size(); ++i)
                EXPECT_EQ(prompt.mask.values[i] == 255, sample().map[i] == (prompt.object == 7 ? 1 : 2)) << i;
        }
        EXPECT_EQ(lines[0].object, 7);
        EXPECT_EQ(lines[0].label, "person");
        EXPECT_EQ(lines[1].object, 9);
        EXPECT_EQ(lines[1].label, "");
    }
}

TEST(GrammarFrame, WithoutMasksTheBoxesShowTheObjects) {
    const auto lines = prompts(line(MaskForm::kNone));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].op, PromptOp::kBox);
    EXPECT_EQ(lines[0].box, (std::array<double, 4>{0, 0, 0.75, 1}));
    EXPECT_EQ(lines[1].object, 9);
}

TEST(GrammarFrame, MasksThatWereCarriedOverShowNothing) {
    EXPECT_TRUE(prompts(line(MaskForm::kRunLengths, false)).empty());
    EXPECT_TRUE(prompts(R"({"width":640,"height":360,"fresh":false})").empty());
}

TEST(GrammarFrame, AFrameWithoutTimeBelongsToTheNext) {
    const auto lines = prompts(line(MaskForm::kNone, true, GST_CLOCK_TIME_NONE));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_FALSE(lines[0].time);
}

TEST(GrammarFrame, TheSchemasExamplesAreRead) {
    std::ifstream file(AUSM_JSON_SCHEMA);
    const auto schema = nlohmann::json::parse(file);
    std::size_t shown = 0;
    for (const auto& example : schema.at("examples"))
        for (PromptLine& prompt : prompts(example.dump())) {
            EXPECT_EQ(load_mask(prompt), std::nullopt);
            EXPECT_EQ(prompt.mask.values, (std::vector<std::uint8_t>{255, 255, 255, 0, 0, 0}));
            ++shown;
        }
    EXPECT_EQ(shown, 2U);
}

TEST(GrammarFrame, WhatIsWrongIsSaid) {
    const std::string head = R"({"width":3,"height":2,"fresh":true,"objects":)";
    const auto object = [&](const std::string& fields) { return error(head + "[{" + fields + "}]}"); };
    EXPECT_NE(error(head + "{}}").find("line 4, column 36: objects must be a list"), std::string::npos);
    EXPECT_NE(error(head + "[1]}").find("list of JSON objects"), std::string::npos);
    EXPECT_NE(error(R"({"fresh":1})").find("true or false"), std::string::npos);
    EXPECT_NE(error(R"({"fresh":true,"frame":3})").find("'frame' does not belong to a frame"), std::string::npos);
    EXPECT_NE(error(R"({"fresh":true,"time":-1,"objects":[{"id":1,"box":[0,0,1,1]}]})").find("time: a number from 0"),
              std::string::npos);
    EXPECT_NE(object(R"("box":[0,0,1,1])").find("needs its id"), std::string::npos);
    EXPECT_NE(object(R"("id":0,"box":[0,0,1,1])").find("from 1 on"), std::string::npos);
    EXPECT_NE(object(R"("id":1,"box":[0,0,0,1])").find("empty"), std::string::npos);
    EXPECT_NE(object(R"("id":1,"mask":"a.png")").find("no path"), std::string::npos);
    EXPECT_NE(object(R"("id":1,"mask":{"size":[2,3],"counts":"1"})").find("add up"), std::string::npos);
    EXPECT_NE(object(R"("id":1,"colour":3)").find("'colour' does not belong"), std::string::npos);
}

TEST(GrammarFrame, DamagedLinesNeverEndTheProgram) {
    const std::string whole = line(MaskForm::kPolygons);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string damaged = whole;
        damaged[i] = '~';
        static_cast<void>(parse_text(damaged, 1, ""));
        static_cast<void>(parse_text(whole.substr(0, i), 1, ""));
    }
}

}  // namespace
