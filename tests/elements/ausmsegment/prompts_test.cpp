// SPDX-License-Identifier: MIT
// Several prompts on one frame: each acts on what those before it have left, whichever way they came.
#include "../segment.h"

#include "../../gst/temporary_folder.h"

#include <gtest/gtest.h>

using namespace ausm::test;

namespace {

using Texts = std::vector<std::string>;
using Ids = std::set<gint64>;

constexpr const char* kShow7 = R"({"op":"box","box":[0.5,0.25,0.875,0.75],"object":7,"label":"cat","ref":"show"})";
constexpr const char* kRemove7 = R"({"op":"remove","object":7,"ref":"remove"})";
constexpr const char* kReset = R"({"op":"reset","ref":"reset"})";
constexpr const char* kShowAny = R"({"op":"box","box":[0,0,0.4,1],"ref":"any"})";
constexpr const char* kDetection = R"({"op":"box","box":[0.5,0.25,0.875,0.75],"unless_tracked":true,"ref":"found"})";

Owned<GstStructure> structure_of(const char* line) {
    return Owned<GstStructure>(
        ausm::gst::prompt_structure(std::get<ausm::gst::PromptLine>(ausm::gst::parse_text(line, 1, ""))));
}

void send(Segment& segment, const char* line) {
    gst_harness_push_event(segment.get(),
                           gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, structure_of(line).release()));
}

/// What was posted about prompts, objects and resets, in its order.
Texts posted(Segment& segment) {
    Texts texts;
    while (const auto message = segment.message(GST_MESSAGE_ELEMENT)) {
        auto* structure = message.get();
        if (gst_message_has_name(structure, "ausm-object"))
            texts.push_back(string_of(structure, "event") + " " + std::to_string(int64_of(structure, "id")) + " " +
                            string_of(structure, "label"));
        else if (gst_message_has_name(structure, "ausm-reset"))
            texts.push_back("forgotten: " + string_of(structure, "reason"));
        else if (bool_of(structure, "accepted"))
            texts.push_back(string_of(structure, "ref") + ": " + std::to_string(int64_of(structure, "object")));
        else
            texts.push_back(string_of(structure, "ref") + ": " + string_of(structure, "reason"));
    }
    return texts;
}

struct Course {
    const char* name;
    bool lives;  ///< object 7, as "square", from the frame before
    std::vector<const char*> lines;
    Ids ids;  ///< after the frame
    Texts posted;
};

class FrameWithPrompts : public testing::TestWithParam<Course> {};

TEST_P(FrameWithPrompts, TakesItsPromptsInTheirOrder) {
    const auto& course = GetParam();
    Segment segment;
    if (course.lives)
        segment.show(7, 0);
    else
        ASSERT_TRUE(segment.pass(0));
    (void)posted(segment);
    for (const char* line : course.lines)
        send(segment, line);
    EXPECT_EQ(ids(segment.pass(1).get()), course.ids);
    EXPECT_EQ(posted(segment), course.posted);
    EXPECT_EQ(ids(segment.pass(2).get()), course.ids);
}

constexpr const char* kNone = "no such object lives";
constexpr const char* kForgotten = "forgotten: requested";
const std::string kRefusedByReset = "show: a reset followed on the same frame";
const std::string kNotThere = std::string("remove: ") + kNone;

INSTANTIATE_TEST_SUITE_P(
    All, FrameWithPrompts,
    testing::Values(
        Course{"show_remove", false, {kShow7, kRemove7}, {}, {"show: 7", "remove: 7"}},
        Course{"refine_remove", true, {kShow7, kRemove7}, {}, {"show: 7", "remove: 7", "removed 7 square"}},
        Course{"remove_show",
               true,
               {kRemove7, kShow7},
               {7},
               {"remove: 7", "show: 7", "removed 7 square", "appeared 7 cat"}},
        Course{"remove_unknown_show", false, {kRemove7, kShow7}, {7}, {kNotThere, "show: 7", "appeared 7 cat"}},
        Course{"remove_twice", true, {kRemove7, kRemove7}, {}, {"remove: 7", kNotThere, "removed 7 square"}},
        Course{"show_remove_show",
               false,
               {kShow7, kRemove7, kShow7},
               {7},
               {"show: 7", "remove: 7", "show: 7", "appeared 7 cat"}},
        Course{"show_remove_twice", false, {kShow7, kRemove7, kRemove7}, {}, {"show: 7", "remove: 7", kNotThere}},
        Course{"show_show", false, {kShow7, kShow7}, {7}, {"show: 7", "show: 7", "appeared 7 cat"}},
        Course{"next_id_after_a_removal",
               false,
               {kShow7, kRemove7, kShowAny},
               {8},
               {"show: 7", "remove: 7", "any: 8", "appeared 8 "}},
        Course{"show_reset", false, {kShow7, kReset}, {}, {kRefusedByReset, kForgotten, "reset: 0"}},
        Course{"reset_show", true, {kReset, kShow7}, {7}, {kForgotten, "reset: 0", "show: 7", "appeared 7 cat"}},
        Course{"reset_remove", true, {kReset, kRemove7}, {}, {kForgotten, "reset: 0", kNotThere}},
        Course{"remove_reset_any",
               true,
               {kRemove7, kReset, kShowAny},
               {1},
               {"remove: 7", kForgotten, "reset: 0", "any: 1", "appeared 1 "}},
        Course{"reset_twice", true, {kReset, kReset}, {}, {kForgotten, "reset: 0", "reset: 0"}},
        Course{"show_reset_show",
               false,
               {kShow7, kReset, kShow7},
               {7},
               {kRefusedByReset, kForgotten, "reset: 0", "show: 7", "appeared 7 cat"}},
        Course{"detection_after_a_removal",
               false,
               {kDetection, kShow7, kRemove7},
               {8},
               {"show: 7", "remove: 7", "found: 8", "appeared 8 "}},
        Course{"detection_where_one_is_shown_again",
               true,
               {kRemove7, kShow7, kDetection},
               {7},
               {"remove: 7", "show: 7", "removed 7 square", "appeared 7 cat"}},
        Course{"detection_after_a_reset",
               false,
               {kShow7, kReset, kDetection},
               {1},
               {kRefusedByReset, kForgotten, "reset: 0", "found: 1", "appeared 1 "}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PromptOrder, OfSignalsAndEventsIsThatOfTheirComing) {
    for (const bool signal_first : {true, false}) {
        Segment segment;
        segment.show(7, 0);
        gboolean taken = FALSE;
        if (signal_first)
            g_signal_emit_by_name(segment.element(), "remove-object", gint64{7}, &taken);
        send(segment, kShow7);
        if (!signal_first)
            g_signal_emit_by_name(segment.element(), "remove-object", gint64{7}, &taken);
        ASSERT_TRUE(taken);
        EXPECT_EQ(ids(segment.pass(1).get()), signal_first ? Ids{7} : Ids{});
    }
}

TEST(PromptOrder, OfAFileIsThatOfItsLines) {
    const TemporaryFolder folder;
    const auto path =
        folder.write("p.jsonl", R"({"op":"box","box":[0.1,0.1,0.4,0.5],"object":7,"frame":1,"ref":"show"})"
                                "\n"
                                R"({"op":"remove","object":7,"frame":1,"ref":"remove"})"
                                "\n");
    Segment chain("ausmprompt location=" + path + " ! " + kLaunch);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(ids(chain.pass(i).get()), Ids{}) << i;
    EXPECT_EQ(posted(chain), (Texts{"show: 7", "remove: 7"}));
}

// A reset on the first frame of a stream has nothing to forget, and says so by saying nothing.
TEST(PromptOrder, AResetOfAStreamThatHasNotBegunIsAnsweredOnly) {
    Segment segment;
    send(segment, kReset);
    send(segment, kShow7);
    EXPECT_EQ(ids(segment.pass(0).get()), Ids{7});
    EXPECT_EQ(posted(segment), (Texts{"reset: 0", "show: 7", "appeared 7 cat"}));
}

}  // namespace
