// SPDX-License-Identifier: MIT
// The rules of a prompt, on lines that no form of the grammar has been read for.
#include "gst/gstausmgrammar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

using namespace ausm::gst;

namespace {

/// One that keeps every rule.
PromptLine line_of(PromptOp op) {
    PromptLine line(op);
    line.box = {0, 0, 1, 1};
    line.points = {{0.5, 0.5, true}};
    line.strokes = {{{0.5, 0.5, true}}};
    line.mask = {2, 1, {0, 255}};
    line.object = 1;
    return line;
}

TEST(GrammarCheck, ALineOfEveryOpIsGood) {
    for (const PromptOp op : {PromptOp::kMask, PromptOp::kBox, PromptOp::kPoints, PromptOp::kScribble,
                              PromptOp::kRemove, PromptOp::kReset}) {
        const auto fault = check(line_of(op));
        EXPECT_FALSE(fault) << op_name(op) << ": " << fault->text;
    }
}

struct Broken {
    const char* name;
    PromptOp op;
    std::function<void(PromptLine&)> damage;
    const char* key;
    const char* reason;
};

class GrammarCheckRefuses : public testing::TestWithParam<Broken> {};

TEST_P(GrammarCheckRefuses, AndNamesTheKey) {
    PromptLine line = line_of(GetParam().op);
    GetParam().damage(line);
    const auto fault = check(line);
    ASSERT_TRUE(fault);
    EXPECT_STREQ(fault->key, GetParam().key);
    EXPECT_NE(fault->text.find(GetParam().reason), std::string::npos) << fault->text;
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

INSTANTIATE_TEST_SUITE_P(
    Lines, GrammarCheckRefuses,
    testing::Values(
        Broken{"NegativeObject", PromptOp::kBox, [](auto& line) { line.object = -1; }, "object", "whole number from 0"},
        Broken{"LargeObject", PromptOp::kBox, [](auto& line) { line.object = kMaxObject + 1; }, "object", "whole"},
        Broken{"RemoveNothing", PromptOp::kRemove, [](auto& line) { line.object = 0; }, "object", "id of an object"},
        Broken{"LongLabel", PromptOp::kBox, [](auto& line) { line.label.assign(257, 'a'); }, "label", "256"},
        Broken{"ControlInLabel", PromptOp::kBox, [](auto& line) { line.label = "a\nb"; }, "label", "control"},
        Broken{"RefIsNoText", PromptOp::kReset, [](auto& line) { line.ref = "\xff"; }, "ref", "UTF-8"},
        Broken{"TwoMoments", PromptOp::kBox, [](auto& line) { line.time = 1, line.frame = 1; }, "frame", "exclude"},
        Broken{"NegativeTime", PromptOp::kBox, [](auto& line) { line.time = -1; }, "time", "number from 0"},
        Broken{"TimeIsNoNumber", PromptOp::kBox, [](auto& line) { line.time = kNan; }, "time", "number"},
        Broken{"NegativeFrame", PromptOp::kReset, [](auto& line) { line.frame = -1; }, "frame", "whole"},
        Broken{"PointsUnlessTracked", PromptOp::kPoints, [](auto& line) { line.unless_tracked = true; },
               "unless_tracked", "does not belong"},
        Broken{"EmptyBox", PromptOp::kBox,
               [](auto& line) {
                   line.box = {0.5, 0, 0.5, 1};
               },
               "box", "empty"},
        Broken{"BoxIsNoNumber", PromptOp::kBox, [](auto& line) { line.box[2] = kNan; }, "box", "number"},
        Broken{"BoxOutside", PromptOp::kBox,
               [](auto& line) {
                   line.box = {0.9, 0, 1.3, 1};
               },
               "box", "outside"},
        Broken{"BoxOfPixels", PromptOp::kBox,
               [](auto& line) {
                   line.unit = PromptUnit::kPixel, line.box = {0, 0, 1, 65537};
               },
               "box", "65536"},
        Broken{"NoPoints", PromptOp::kPoints, [](auto& line) { line.points.clear(); }, "points", "1 to 4096"},
        Broken{"ManyPoints", PromptOp::kPoints, [](auto& line) { line.points.resize(kMaxPoints + 1); }, "points",
               "4096"},
        Broken{"PointIsNoNumber", PromptOp::kPoints, [](auto& line) { line.points[0].y = kNan; }, "points", "number"},
        Broken{"PointOutside", PromptOp::kPoints, [](auto& line) { line.points[0].x = 1.6; }, "points",
               "unit to pixel"},
        Broken{"NoStrokes", PromptOp::kScribble, [](auto& line) { line.strokes.clear(); }, "strokes", "4096"},
        Broken{"EmptyStroke", PromptOp::kScribble, [](auto& line) { line.strokes.emplace_back(); }, "strokes", "4096"},
        Broken{"ManyInStrokes", PromptOp::kScribble,
               [](auto& line) { line.strokes.assign(2, std::vector<ausm::Point>(kMaxPoints)); }, "strokes", "4096"},
        Broken{"NoMask", PromptOp::kMask, [](auto& line) { line.mask = {}; }, "mask", "path of the mask is empty"},
        Broken{"LongPath", PromptOp::kMask, [](auto& line) { line.mask_path.assign(4097, 'a'); }, "mask", "4096"},
        Broken{"RunsOfAnotherSize", PromptOp::kMask,
               [](auto& line) {
                   line.mask_runs = {2, 3, {5}};
               },
               "mask", "add up to 5"},
        Broken{"RunsWithoutSize", PromptOp::kMask,
               [](auto& line) {
                   line.mask_runs = {0, 3, {}};
               },
               "mask", "a side"},
        Broken{"MaskOfAnotherSize", PromptOp::kMask, [](auto& line) { line.mask.height = 2; }, "mask", "pixels"},
        Broken{"LargeMask", PromptOp::kMask, [](auto& line) { line.mask.width = kMaxMaskSide + 1; }, "mask", "a side"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
