// SPDX-License-Identifier: MIT
// The grammar of prompts: what is read, what is refused and where, and that all its forms say the same.
#include "gst/gstausmgrammar.h"

#include "gst/gstausmcoordinates.h"
#include "gst/raii.h"

#include "png_file.h"
#include "temporary_folder.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace ausm::gst;

namespace {

PromptLine good(const std::string& text) {
    auto parsed = parse_text(text, 1, "");
    if (const auto* wrong = std::get_if<PromptError>(&parsed))
        ADD_FAILURE() << text << ": " << wrong->message();
    return std::holds_alternative<PromptLine>(parsed) ? std::get<PromptLine>(parsed) : PromptLine(PromptOp::kReset);
}

PromptError bad(const std::string& text) {
    auto parsed = parse_text(text, 7, "");
    EXPECT_TRUE(std::holds_alternative<PromptError>(parsed)) << text;
    return std::holds_alternative<PromptError>(parsed) ? std::get<PromptError>(parsed) : PromptError{};
}

/// Of a picture of 100x50.
std::vector<ausm::Prompt> prompts(PromptLine line) {
    EXPECT_EQ(load_mask(line), std::nullopt);
    EXPECT_EQ(to_shares(line, 100, 50), std::nullopt);
    auto made = make_prompts(line);
    if (const auto* wrong = std::get_if<std::string>(&made))
        ADD_FAILURE() << *wrong;
    return std::holds_alternative<std::string>(made) ? std::vector<ausm::Prompt>{} : std::get<0>(std::move(made));
}

std::string unfit(PromptLine line) {
    const auto made = make_prompts(line);
    EXPECT_TRUE(std::holds_alternative<std::string>(made));
    return std::holds_alternative<std::string>(made) ? std::get<std::string>(made) : "";
}

TEST(Grammar, BoxWithEverything) {
    const PromptLine line =
        good(R"({"op":"box","box":[0.1,0.2,0.5,1],"object":3,"label":"dög","ref":"r1","time":1.5})");
    EXPECT_EQ(line.op, PromptOp::kBox);
    EXPECT_EQ(line.object, 3);
    EXPECT_EQ(line.label, "d\xc3\xb6g");
    EXPECT_EQ(line.ref, "r1");
    EXPECT_EQ(line.time, 1.5);
    EXPECT_FALSE(line.frame);
    const auto made = prompts(line);
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made[0].kind, ausm::PromptKind::kBox);
    EXPECT_EQ(made[0].box, (std::array<double, 4>{0.1, 0.2, 0.5, 1}));
    EXPECT_EQ(made[0].label, line.label);
    EXPECT_EQ(made[0].ref, "r1");
}

TEST(Grammar, PixelsAreScaledToThePicture) {
    const auto made = prompts(good(R"({"op":"points","unit":"pixel","points":[[50,25],[100,0,0]],"frame":9})"));
    ASSERT_EQ(made.size(), 1U);
    ASSERT_EQ(made[0].points.size(), 2U);
    EXPECT_DOUBLE_EQ(made[0].points[0].x, 0.5);
    EXPECT_DOUBLE_EQ(made[0].points[0].y, 0.5);
    EXPECT_TRUE(made[0].points[0].inside);
    EXPECT_DOUBLE_EQ(made[0].points[1].x, 1);
    EXPECT_FALSE(made[0].points[1].inside);
}

TEST(Grammar, ScribbleKeepsItsStrokes) {
    const auto made = prompts(good(R"({"op":"scribble","strokes":[[[0,0],[1,1]],[[0.5,0.5,0],[0.6,0.6]]]})"));
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made[0].kind, ausm::PromptKind::kScribble);
    ASSERT_EQ(made[0].strokes.size(), 2U);
    EXPECT_TRUE(made[0].strokes[0][0].inside);
    EXPECT_FALSE(made[0].strokes[1][0].inside);
    EXPECT_DOUBLE_EQ(made[0].strokes[0][1].x, 1);
}

TEST(Grammar, RunLengthsAreOneObject) {
    const auto made = prompts(good(R"({"op":"mask","mask":{"size":[2,3],"counts":[1,2,3]},"object":7})"));
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made[0].object, 7);
    EXPECT_EQ(made[0].mask, (std::vector<std::uint8_t>{0, 255, 0, 255, 0, 0}));
    EXPECT_EQ(made[0].mask_width, 3);
    EXPECT_EQ(prompts(good(R"({"op":"mask","mask":{"size":[2,3],"counts":"123"}})"))[0].mask, made[0].mask);
}

TEST(Grammar, AnIndexImageGivesOnePromptAnObjectWithTheValueAsId) {
    const TemporaryFolder folder;
    write_png(folder.path("m.png"), 4, 1, 8, PNG_COLOR_TYPE_PALETTE, {{0, 2, 9, 2}});
    auto parsed = parse_text(R"({"op":"mask","mask":"m.png","label":"a"})", 1, folder.path());
    PromptLine line = std::get<PromptLine>(parsed);
    ASSERT_EQ(load_mask(line), std::nullopt);
    const auto made = prompts(line);
    ASSERT_EQ(made.size(), 2U);
    EXPECT_EQ(made[0].object, 2);
    EXPECT_EQ(made[0].mask, (std::vector<std::uint8_t>{0, 255, 0, 255}));
    EXPECT_EQ(made[1].object, 9);
    EXPECT_EQ(made[1].mask, (std::vector<std::uint8_t>{0, 0, 255, 0}));
    line.object = 5;
    EXPECT_NE(unfit(line).find("2 objects"), std::string::npos);
    line.mask.values = {0, 0, 0, 0};
    EXPECT_NE(unfit(line).find("no object"), std::string::npos);
    line.mask.values = {0, 255, 0, 0};
    EXPECT_EQ(prompts(line)[0].object, 5);
    line.object = 0;
    EXPECT_EQ(prompts(line)[0].object, 0);
}

TEST(Grammar, AMissingMaskFileIsNamed) {
    PromptLine line = good(R"({"op":"mask","mask":"/nowhere/m.png"})");
    EXPECT_NE(load_mask(line).value_or("").find("/nowhere/m.png"), std::string::npos);
}

struct Refused {
    const char* text;
    int column;
    const char* reason;
};

class GrammarRefuses : public testing::TestWithParam<Refused> {};

TEST_P(GrammarRefuses, WithThePlace) {
    const PromptError error = bad(GetParam().text);
    EXPECT_EQ(error.line, 7);
    EXPECT_EQ(error.column, GetParam().column) << error.text;
    EXPECT_NE(error.text.find(GetParam().reason), std::string::npos) << error.text;
    EXPECT_EQ(error.message().rfind("line 7, column " + std::to_string(GetParam().column) + ": ", 0), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, GrammarRefuses,
    testing::Values(
        Refused{"", 1, ""}, Refused{"{", 2, "unexpected end"},
        Refused{R"({"op":"reset"} x)", 16, "expected end of input"}, Refused{"[1]", 1, "JSON object"},
        Refused{R"({"box":[0,0,1,1]})", 1, "op is missing"}, Refused{R"({"op":"draw"})", 2, "unknown op 'draw'"},
        Refused{R"({"op":1})", 2, "text"}, Refused{R"({"op":"reset","extra":1})", 15, "extra"},
        Refused{R"(  {"op":"reset", "object":1})", 18, "object"}, Refused{R"({"op":"box"})", 1, "box is missing"},
        Refused{R"({"op":"box","points":[[0,0]]})", 13, "points"},
        Refused{R"({"op":"box","box":[0,0,1]})", 13, "x0, y0, x1, y1"},
        Refused{R"({"op":"box","box":[0,0,1,"1"]})", 13, "number"},
        Refused{R"({"op":"box","box":[0,0,1,2.1]})", 13, "set unit to pixel"},
        Refused{R"({"op":"box","box":[-0.3,0.1,0.2,0.9]})", 13, "outside the picture"},
        Refused{R"({"op":"box","box":[100,50,200,80]})", 13, "set unit to pixel"},
        Refused{R"({"op":"box","box":[0,0,1,70000],"unit":"pixel"})", 13, "number"},
        Refused{R"({"op":"box","box":[-70000,0,1,1],"unit":"pixel"})", 13, "number"},
        Refused{R"({"op":"box","box":[0,0,1,-0.1]})", 13, "empty"},
        Refused{R"({"op":"box","box":[0,0,1,1e999]})", 1, "overflow"},
        Refused{R"({"op":"box","box":[0,0,1,NaN]})", 26, "invalid literal"},
        Refused{R"({"op":"box","box":[0.5,0,0.5,1]})", 13, "empty"},
        Refused{R"({"op":"box","box":[0,0,1,1],"box":[0,0,1,1]})", 13, "twice"},
        Refused{R"({"op":"box","box":[0,0,1,1],"object":-1})", 29, "object"},
        Refused{R"({"op":"box","box":[0,0,1,1],"object":1.5})", 29, "whole"},
        Refused{R"({"op":"box","box":[0,0,1,1],"object":18446744073709551615})", 29, "whole"},
        Refused{R"({"op":"box","box":[0,0,1,1],"unit":"inch"})", 29, "normalised or pixel"},
        Refused{R"({"op":"box","box":[0,0,1,1],"time":1,"frame":2})", 38, "exclude"},
        Refused{R"({"op":"box","box":[0,0,1,1],"time":-1})", 29, "time"},
        Refused{R"({"op":"box","box":[0,0,1,1],"frame":0.5})", 29, "frame"},
        Refused{R"({"op":"box","box":[0,0,1,1],"label":"a\u0000b"})", 29, "control"},
        Refused{R"({"op":"box","box":[0,0,1,1],"unless_tracked":1})", 29, "true or false"},
        Refused{R"({"op":"points","points":[[0,0]],"unless_tracked":true})", 33, "does not belong"},
        Refused{R"({"op":"box","box":[0,0,1,1],"late":true})", 29, "late"},
        Refused{R"({"op":"points","points":[]})", 16, "points"},
        Refused{R"({"op":"points","points":[[0.5]]})", 16, "points"},
        Refused{R"({"op":"points","points":[[320,180]]})", 16, "set unit to pixel"},
        Refused{R"({"op":"scribble","strokes":[[[0,0],[0.5,-0.6]]]})", 18, "set unit to pixel"},
        Refused{R"({"op":"points","points":[[0,0,2]]})", 16, "number"},
        Refused{R"({"op":"points","points":[[0,0],[1,1]],"labels":[1]})", 39, "for each point"},
        Refused{R"({"op":"points","points":[[0,0]],"labels":[2]})", 33, "number"},
        Refused{R"({"op":"points","points":[[0,0,1]],"labels":[1]})", 35, "not both"},
        Refused{R"({"op":"points","points":[[0,0]],"labels":1})", 33, "labels"},
        Refused{R"({"op":"scribble","strokes":[[[0,0],[1,1]]],"labels":[1,0]})", 44, "for each stroke"},
        Refused{R"({"op":"scribble","strokes":[[[0,0],[1,1,0]]],"labels":[1]})", 46, "not both"},
        Refused{R"({"op":"box","box":[0,0,1,1],"labels":[1]})", 29, "labels"},
        Refused{R"({"op":"box","box":[0,0,1,1],"clipped":true})", 29, "clipped"},
        Refused{R"({"op":"points","points":[[0,0,0.5]]})", 16, "0 or 1"},
        Refused{R"({"op":"scribble","strokes":[[]]})", 18, "strokes"},
        Refused{R"({"op":"remove"})", 1, "id of an object"}, Refused{R"({"op":"mask","mask":""})", 14, "empty"},
        Refused{R"({"op":"mask","mask":{"size":[2,3]}})", 14, "counts"},
        Refused{R"({"op":"mask","mask":{"size":[2,3],"counts":[5]}})", 14, "add up"},
        Refused{R"({"op":"mask","mask":{"size":[2,3],"counts":[-1,7]}})", 14, "mask"},
        Refused{R"({"op":"mask","mask":{"size":[2,3],"counts":"P"}})", 14, "damaged"},
        Refused{R"({"op":"mask","mask":{"size":[99999,3],"counts":[1]}})", 14, "whole"},
        Refused{"{\"op\":\"box\",\"box\":[0,0,1,1],\"label\":\"\xff\"}", 38, "UTF-8"}));

TEST(Grammar, LimitsHold) {
    EXPECT_NE(bad("{\"op\":\"reset\",\"ref\":\"" + std::string(257, 'a') + "\"}").text.find("256"), std::string::npos);
    EXPECT_NE(bad(std::string(kMaxLineBytes + 1, ' ')).text.find("longer"), std::string::npos);
    EXPECT_NE(bad("{\"op\":" + std::string(100000, '[')).text.find("deep"), std::string::npos);
    std::string points = "{\"op\":\"points\",\"points\":[[0,0]";
    for (std::size_t i = 0; i < kMaxPoints; ++i)
        points += ",[0,0]";
    EXPECT_NE(bad(points + "]}").text.find("4096"), std::string::npos);
}

TEST(Grammar, EveryCutOfALineIsRefusedAndNoDamageIsFatal) {
    const std::string whole = R"({"op":"scribble","strokes":[[[0.1,0.2,1]]],"label":"ab","object":12,"time":1e1})";
    good(whole);
    for (std::size_t length = 0; length < whole.size(); ++length)
        bad(whole.substr(0, length));
    for (std::size_t i = 0; i < whole.size(); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string damaged = whole;
            damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
            const auto parsed = parse_text(damaged, 1, "");
            if (const auto* error = std::get_if<PromptError>(&parsed)) {
                EXPECT_FALSE(error->text.empty());
                EXPECT_GE(error->column, 1);
            }
        }
    }
}

void expect_same(const std::vector<ausm::Point>& a, const std::vector<ausm::Point>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(a[i].x, b[i].x);
        EXPECT_EQ(a[i].y, b[i].y);
        EXPECT_EQ(a[i].inside, b[i].inside);
    }
}

void expect_same(const PromptLine& a, const PromptLine& b) {
    EXPECT_EQ(a.op, b.op);
    EXPECT_EQ(a.object, b.object);
    EXPECT_EQ(a.box, b.box);
    EXPECT_EQ(a.unit, b.unit);
    EXPECT_EQ(a.label, b.label);
    EXPECT_EQ(a.ref, b.ref);
    EXPECT_EQ(a.time, b.time);
    EXPECT_EQ(a.frame, b.frame);
    EXPECT_EQ(a.unless_tracked, b.unless_tracked);
    EXPECT_EQ(a.late, b.late);
    EXPECT_EQ(a.mask.values, b.mask.values);
    EXPECT_EQ(a.mask.width, b.mask.width);
    EXPECT_EQ(a.clipped, b.clipped);
    expect_same(a.points, b.points);
    ASSERT_EQ(a.strokes.size(), b.strokes.size());
    for (std::size_t i = 0; i < a.strokes.size(); ++i)
        expect_same(a.strokes[i], b.strokes[i]);
}

TEST(Grammar, TheSchemasExamplesAreReadAndSurviveTheWayThroughAnEvent) {
    std::ifstream file(AUSM_PROMPT_SCHEMA);
    const auto schema = nlohmann::json::parse(file);
    ASSERT_GE(schema.at("examples").size(), 6U);
    for (const auto& example : schema.at("examples")) {
        PromptLine line = good(example.dump());
        if (!line.mask_path.empty())
            continue;  // is read before it goes into an event
        EXPECT_EQ(load_mask(line), std::nullopt);
        const Owned<GstStructure> structure(prompt_structure(line));
        const auto back = parse_prompt(structure.get());
        ASSERT_TRUE(std::holds_alternative<PromptLine>(back)) << std::get<PromptError>(back).message();
        expect_same(line, std::get<PromptLine>(back));
    }
}

TEST(Grammar, TheSchemaNamesEveryKeyAndOp) {
    std::ifstream file(AUSM_PROMPT_SCHEMA);
    const auto schema = nlohmann::json::parse(file);
    for (const char* key : {"op", "object", "box", "points", "strokes", "labels", "mask", "unit", "label", "ref",
                            "unless_tracked", "time", "frame"})
        EXPECT_TRUE(schema.at("properties").contains(key)) << key;
    EXPECT_EQ(schema.at("properties").size(), 13U);
    for (const PromptOp op : {PromptOp::kMask, PromptOp::kBox, PromptOp::kPoints, PromptOp::kScribble,
                              PromptOp::kRemove, PromptOp::kReset}) {
        const auto& names = schema.at("properties").at("op").at("enum");
        EXPECT_NE(std::find(names.begin(), names.end(), op_name(op)), names.end()) << op_name(op);
    }
}

PromptParse parse_structure(const char* text) {
    const Owned<GstStructure> structure(gst_structure_from_string(text, nullptr));
    EXPECT_TRUE(structure) << text;
    return parse_prompt(structure.get());
}

TEST(Grammar, StructuresMayHoldJsonTextOrArrays) {
    const auto text = parse_structure(R"(ausm-prompt, op=box, box="[0.1, 0.2, 0.3, 0.4]", object=(gint64)4)");
    const auto array = parse_structure("ausm-prompt, op=box, box=<0.1, 0.2, 0.3, 0.4>, object=4");
    ASSERT_TRUE(std::holds_alternative<PromptLine>(text)) << std::get<PromptError>(text).message();
    ASSERT_TRUE(std::holds_alternative<PromptLine>(array)) << std::get<PromptError>(array).message();
    expect_same(std::get<PromptLine>(text), std::get<PromptLine>(array));
    EXPECT_EQ(std::get<PromptLine>(text).box, (std::array<double, 4>{0.1, 0.2, 0.3, 0.4}));
    EXPECT_EQ(std::get<PromptLine>(text).object, 4);
    const auto points = parse_structure("ausm-prompt, op=points, points=<<0.5, 0.5>, <0.1, 0.1, 0>>");
    ASSERT_TRUE(std::holds_alternative<PromptLine>(points)) << std::get<PromptError>(points).message();
    EXPECT_FALSE(std::get<PromptLine>(points).points[1].inside);
}

TEST(Grammar, LabelsSurviveInListsOfEveryTypeOfNumber) {
    for (const char* type : {"double", "int", "gint64", "float", "uint"}) {
        const std::string as = "(" + std::string(type) + ")";
        const std::string rows = "<<" + as + "1, " + as + "2, " + as + "0>, <" + as + "3, " + as + "4, " + as +
                                 "1>, <" + as + "5, " + as + "6>>";
        const auto parsed = parse_structure(("ausm-prompt, op=points, unit=pixel, points=" + rows).c_str());
        ASSERT_TRUE(std::holds_alternative<PromptLine>(parsed)) << std::get<PromptError>(parsed).message();
        expect_same(std::get<PromptLine>(parsed).points, {{1, 2, false}, {3, 4, true}, {5, 6, true}});
    }
}

TEST(Grammar, LabelsMayStandBesideThePoints) {
    const char* const points = "ausm-prompt, op=points, points=<<0.5, 0.5>, <0.1, 0.1>>, labels=";
    for (const std::string labels : {"<1, 0>", "<(double)1, (double)0>", "\"[1, 0]\"", "<(gint64)1, (gint64)0>"}) {
        const auto parsed = parse_structure((points + labels).c_str());
        ASSERT_TRUE(std::holds_alternative<PromptLine>(parsed)) << std::get<PromptError>(parsed).message();
        expect_same(std::get<PromptLine>(parsed).points, {{0.5, 0.5, true}, {0.1, 0.1, false}});
    }
    expect_same(good(R"({"op":"points","points":[[0.5,0.5],[0.1,0.1]],"labels":[0,1]})").points,
                {{0.5, 0.5, false}, {0.1, 0.1, true}});
    const PromptLine strokes = good(R"({"op":"scribble","strokes":[[[0,0],[1,1]],[[0.5,0]]],"labels":[0,1]})");
    expect_same(strokes.strokes[0], {{0, 0, false}, {1, 1, false}});
    expect_same(strokes.strokes[1], {{0.5, 0, true}});
}

TEST(Grammar, MalformedStructuresAreRefused) {
    for (const char* text :
         {"other, op=reset", "ausm-prompt", "ausm-prompt, op=box", "ausm-prompt, op=box, box=true", "ausm-prompt, op=5",
          "ausm-prompt, op=box, box=\"[0,0,1\"", "ausm-prompt, op=box, box=<0.5, 0.5>", "ausm-prompt, op=reset, x=1",
          "ausm-prompt, op=box, box=<0,0,1,1>, object=true", "ausm-prompt, op=mask, mask=\"{}\"",
          "ausm-prompt, op=box, box=<0,0,1,1>, object=(fraction)1/2", "ausm-prompt, op=reset, late=1",
          "ausm-prompt, op=reset, clipped=1", "ausm-prompt, op=points, points=<<0.5, 0.5>>, labels=<0.5>",
          "ausm-prompt, op=points, points=<<0.5, 0.5>>, labels=<1, 1>", "ausm-prompt, op=reset, unless_tracked=true",
          "ausm-prompt, op=box, box=<0,0,1,1>, unless_tracked=1"}) {
        const auto parsed = parse_structure(text);
        ASSERT_TRUE(std::holds_alternative<PromptError>(parsed)) << text;
        EXPECT_FALSE(std::get<PromptError>(parsed).text.empty());
    }
    EXPECT_TRUE(std::holds_alternative<PromptError>(parse_prompt(nullptr)));
}

TEST(Grammar, FlagsSurviveTheWayThroughAnEvent) {
    PromptLine line = good(R"({"op":"box","box":[0,0,0.5,0.5],"unless_tracked":true})");
    EXPECT_TRUE(line.unless_tracked);
    EXPECT_FALSE(line.late);
    line.late = true;
    line.clipped = true;
    for (int i = 0; i < 2; ++i, line.unless_tracked = line.late = line.clipped = false) {
        const Owned<GstStructure> structure(prompt_structure(line));
        const auto back = parse_prompt(structure.get());
        ASSERT_TRUE(std::holds_alternative<PromptLine>(back)) << std::get<PromptError>(back).message();
        expect_same(line, std::get<PromptLine>(back));
    }
}

TEST(Grammar, AMaskBufferMustHaveItsSize) {
    const Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, 6, nullptr));
    gst_buffer_memset(buffer.get(), 0, 1, 6);
    for (const int width : {3, 4, 0, -1}) {
        const Owned<GstStructure> structure(gst_structure_new(kPromptName, "op", G_TYPE_STRING, "mask", "mask",
                                                              GST_TYPE_BUFFER, buffer.get(), "mask-width", G_TYPE_INT,
                                                              width, "mask-height", G_TYPE_INT, 2, nullptr));
        EXPECT_EQ(std::holds_alternative<PromptLine>(parse_prompt(structure.get())), width == 3) << width;
    }
}

TEST(Grammar, AMaskBufferIsReadAsGreyUnlessItsValuesAreSaidToBeIds) {
    std::vector<guint8> ramp;  // black, a soft edge, white
    for (int i = 0; i < 12; ++i)
        for (int x = 0; x < 12; ++x)
            ramp.push_back(static_cast<guint8>(x < 4 ? 0 : x > 7 ? 255 : (x - 3) * 50));
    const Owned<GstBuffer> buffer(gst_buffer_new_memdup(ramp.data(), ramp.size()));
    const Owned<GstStructure> structure(gst_structure_new(kPromptName, "op", G_TYPE_STRING, "mask", "mask",
                                                          GST_TYPE_BUFFER, buffer.get(), "mask-width", G_TYPE_INT, 12,
                                                          "mask-height", G_TYPE_INT, 12, nullptr));
    EXPECT_EQ(mask_objects(std::get<PromptLine>(parse_prompt(structure.get())).mask), std::vector<std::uint8_t>{255});
    gst_structure_set(structure.get(), "mask-indexed", G_TYPE_BOOLEAN, TRUE, nullptr);
    const PromptLine indexed = std::get<PromptLine>(parse_prompt(structure.get()));
    EXPECT_EQ(mask_objects(indexed.mask), (std::vector<std::uint8_t>{50, 100, 150, 200}));
    const Owned<GstStructure> event(prompt_structure(indexed));
    expect_same(std::get<PromptLine>(parse_prompt(event.get())), indexed);
    gst_structure_set(structure.get(), "mask-indexed", G_TYPE_INT, 1, nullptr);
    EXPECT_TRUE(std::holds_alternative<PromptError>(parse_prompt(structure.get())));
}

TEST(Grammar, AMaskTravelsWithoutACopy) {
    PromptLine line(PromptOp::kMask);
    line.mask = {2, 1, {0, 255}};
    const std::uint8_t* const values = line.mask.values.data();
    const Owned<GstStructure> structure(prompt_structure(std::move(line)));
    GstBuffer* buffer = nullptr;
    ASSERT_TRUE(gst_structure_get(structure.get(), "mask", GST_TYPE_BUFFER, &buffer, nullptr));
    const Owned<GstBuffer> owned(buffer);
    GstMapInfo map;
    ASSERT_TRUE(gst_buffer_map(buffer, &map, GST_MAP_READ));
    EXPECT_EQ(map.data, values);
    gst_buffer_unmap(buffer, &map);
    PromptLine back = std::get<PromptLine>(parse_prompt(structure.get()));
    const std::uint8_t* const read = back.mask.values.data();
    const auto made = make_prompts(back);
    EXPECT_EQ(std::get<0>(made).at(0).mask.data(), read);
}

TEST(Grammar, StructuresRefuseNumbersThatDoNotFit) {
    for (const char* object : {"(guint64)18446744073709551615", "(gint64)-1", "1.5", "(string)7"}) {
        const auto parsed = parse_structure(("ausm-prompt, op=remove, object=" + std::string(object)).c_str());
        ASSERT_TRUE(std::holds_alternative<PromptError>(parsed)) << object;
        EXPECT_NE(std::get<PromptError>(parsed).text.find("object: a whole number from 0"), std::string::npos);
    }
    const auto large =
        parse_structure("ausm-prompt, op=points, unit=pixel, points=<<(guint64)18446744073709551615, (guint64)1>>");
    ASSERT_TRUE(std::holds_alternative<PromptError>(large));
    EXPECT_NE(std::get<PromptError>(large).text.find("65536"), std::string::npos);
}

TEST(Grammar, RowsForProperties) {
    const auto rows = [](const char* text) {
        auto parsed = parse_rows(text);
        return std::holds_alternative<Rows>(parsed) ? std::get<Rows>(parsed) : Rows{{-1}};
    };
    EXPECT_EQ(rows("0.1,0.2,0.3,0.4"), (Rows{{0.1, 0.2, 0.3, 0.4}}));
    EXPECT_EQ(rows(" 1, 2 ; 3,4,0"), (Rows{{1, 2}, {3, 4, 0}}));
    EXPECT_EQ(rows("[1,2]"), (Rows{{1, 2}}));
    EXPECT_EQ(rows("[[1,2],[3,4]]"), (Rows{{1, 2}, {3, 4}}));
    EXPECT_EQ(rows(""), Rows{});
    for (const char* text : {"a", "1,2;", "1,,2", "[1,2", "[[1,2],3]", "1 2", "1,2,3,4,5", "{\"a\":1}"})
        EXPECT_EQ(rows(text), (Rows{{-1}})) << text;
}

}  // namespace
