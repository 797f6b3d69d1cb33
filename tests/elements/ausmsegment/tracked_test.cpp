// SPDX-License-Identifier: MIT
// Prompts for what is not followed yet: dropped without a word where something is, and never a flood of refusals.
#include "same_memory.h"

#include "elements/ausmsegment/tracked.h"

#include <gtest/gtest.h>

using namespace ausm::test;
using ausm::gst::box_overlap;
using ausm::gst::FollowedPlaces;
using ausm::gst::shown_box;

namespace {

using Box = std::array<double, 4>;

ausm::Prompt box_prompt(const Box& box) {
    ausm::Prompt prompt;
    prompt.kind = ausm::PromptKind::kBox;
    prompt.box = box;
    return prompt;
}

TEST(Tracked, OverlapIsTheSharedPartOfBoth) {
    EXPECT_DOUBLE_EQ(box_overlap({0, 0, 1, 1}, {0, 0, 1, 1}), 1);
    EXPECT_DOUBLE_EQ(box_overlap({0, 0, 0.5, 1}, {0.25, 0, 0.75, 1}), 1.0 / 3);
    EXPECT_DOUBLE_EQ(box_overlap({0, 0, 0.5, 0.5}, {0.5, 0.5, 1, 1}), 0);
    EXPECT_DOUBLE_EQ(box_overlap({0, 0, 0.1, 0.1}, {0.8, 0.8, 0.9, 0.9}), 0) << "apart in both directions";
    EXPECT_DOUBLE_EQ(box_overlap({}, {}), 0);
}

TEST(Tracked, AMaskShowsTheBoxOfItsPixels) {
    ausm::Prompt prompt;
    prompt.kind = ausm::PromptKind::kMask;
    prompt.mask_width = 4;
    prompt.mask_height = 5;
    prompt.mask.assign(20, 0);
    EXPECT_EQ(shown_box(prompt), Box{});
    prompt.mask[1 * 4 + 2] = 255;
    prompt.mask[3 * 4 + 1] = 1;
    EXPECT_EQ(shown_box(prompt), (Box{0.25, 0.2, 0.75, 0.8}));
}

TEST(Tracked, ByAnObjectOrAnotherPromptThatCoversHalf) {
    ausm::Object object;
    object.box = {0, 0, 0.5, 1};
    const std::vector<ausm::Object> objects{object};
    const std::vector<ausm::Prompt> others{box_prompt({0.75, 0, 1, 1})};
    EXPECT_TRUE(FollowedPlaces(objects, {}).have(box_prompt({0, 0, 1, 1}))) << "exactly a half";
    EXPECT_FALSE(FollowedPlaces({}, others).have(box_prompt({0, 0, 1, 1})));
    EXPECT_TRUE(FollowedPlaces(objects, others).have(box_prompt({0.7, 0, 1, 1})));
    EXPECT_FALSE(FollowedPlaces(objects, others).have(box_prompt({0.5, 0, 0.7, 1})));
}

TEST(Tracked, WhatIsRemovedOrResetIsNotFollowed) {
    ausm::Object object;
    object.id = 3;
    object.box = {0, 0, 0.5, 1};
    const std::vector<ausm::Object> objects{object};
    const auto left = box_prompt({0, 0, 0.5, 1}), right = box_prompt({0.5, 0, 1, 1});
    auto shown = right;
    shown.object = 4;
    FollowedPlaces places(objects, {&shown, 1});
    ausm::Prompt removal;
    removal.kind = ausm::PromptKind::kRemove;
    removal.object = 3;
    places.take(removal);
    EXPECT_FALSE(places.have(left));
    EXPECT_TRUE(places.have(right));
    places.take(left);
    EXPECT_TRUE(places.have(left));
    ausm::Prompt reset;
    reset.kind = ausm::PromptKind::kReset;
    places.take(reset);
    EXPECT_FALSE(places.have(left) || places.have(right));
}

/// The square of the picture, or another place, for what is not followed yet.
GstStructure* detection(const char* numbers = "[0.5,0.25,0.875,0.75]") {
    GstStructure* structure = box(0, numbers);
    gst_structure_set(structure, "unless_tracked", G_TYPE_BOOLEAN, TRUE, nullptr);
    return structure;
}

/// Answers since the last call, as "accepted 1" or "refused: no room".
std::vector<std::string> answers(Segment& segment) {
    std::vector<std::string> texts;
    while (const auto answer = segment.answer())
        texts.push_back(bool_of(answer.get(), "accepted")
                            ? "accepted " + std::to_string(int64_of(answer.get(), "object"))
                            : "refused: " + string_of(answer.get(), "reason"));
    return texts;
}

TEST(UnlessTracked, MakesAnObjectOnceAndIsDroppedWithoutAWordWhileItLives) {
    Segment segment;
    add_prompt(segment, detection());
    EXPECT_EQ(ids(segment.pass(0).get()), (std::set<gint64>{1}));
    EXPECT_EQ(answers(segment), (std::vector<std::string>{"accepted 1"}));
    for (int i = 1; i < 4; ++i) {
        add_prompt(segment, detection());
        EXPECT_EQ(ids(segment.pass(i).get()), (std::set<gint64>{1}));
    }
    EXPECT_EQ(answers(segment), std::vector<std::string>{});
    add_prompt(segment, detection("[0,0,0.2,0.2]"));
    EXPECT_EQ(ids(segment.pass(4).get()), (std::set<gint64>{1, 2})) << "elsewhere is another object";
}

TEST(UnlessTracked, GivesWayToThePromptsOfItsFrameWhateverTheOrder) {
    Segment segment;
    add_prompt(segment, detection());
    add_prompt(segment, box(7));
    add_prompt(segment, detection("[0.5,0.25,0.875,0.7]"));
    EXPECT_EQ(ids(segment.pass(0).get()), (std::set<gint64>{7}));
    EXPECT_EQ(answers(segment), (std::vector<std::string>{"accepted 7"}));
}

TEST(UnlessTracked, ComesBackAfterItsObjectIsRemovedOrEverythingReset) {
    Segment segment;
    segment.show(5, 0);
    gboolean removed = FALSE;
    g_signal_emit_by_name(segment.element(), "remove-object", gint64{5}, &removed);
    add_prompt(segment, detection());
    EXPECT_EQ(ids(segment.pass(1).get()), (std::set<gint64>{6}));
    gboolean reset = FALSE;
    g_signal_emit_by_name(segment.element(), "reset", &reset);
    add_prompt(segment, detection());
    EXPECT_EQ(ids(segment.pass(2).get()), (std::set<gint64>{1}));
}

TEST(UnlessTracked, OfRefusalsInARowOneIsTold) {
    Segment segment("ausmsegment inference-size=64 latency=0 mode=prompted max-objects=1");
    segment.show(5, 0);
    EXPECT_EQ(answers(segment).size(), 1U);
    for (int i = 1; i < 5; ++i) {
        add_prompt(segment, detection("[0,0,0.2,0.2]"));
        EXPECT_EQ(ids(segment.pass(i).get()), (std::set<gint64>{5}));
    }
    EXPECT_EQ(answers(segment).size(), 1U) << "no free slot";
    Segment same("ausmsegment inference-size=64 latency=0 mode=prompted max-objects=1");
    same.show(5, 0);
    for (int i = 1; i < 5; ++i)
        ASSERT_TRUE(same.pass(i));
    expect_same_memory(segment, same, 5);
    gboolean reset = FALSE;
    g_signal_emit_by_name(segment.element(), "reset", &reset);
    add_prompt(segment, detection());
    ASSERT_TRUE(segment.pass(6));
    EXPECT_EQ(answers(segment).size(), 2U) << "the reset and the object";
    for (int i = 7; i < 10; ++i) {
        add_prompt(segment, detection("[0,0,0.2,0.2]"));
        ASSERT_TRUE(segment.pass(i));
    }
    EXPECT_EQ(answers(segment).size(), 1U) << "another row of refusals";
}

TEST(UnlessTracked, APromptsAnswerSaysThatItWasLate) {
    Segment segment;
    for (const bool late : {true, false}) {
        GstStructure* structure = box(5);
        gst_structure_set(structure, "late", G_TYPE_BOOLEAN, late, nullptr);
        gst_harness_push_event(segment.get(), gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, structure));
        ASSERT_TRUE(segment.pass(late ? 0 : 1));
        const auto answer = segment.answer();
        ASSERT_TRUE(answer);
        EXPECT_TRUE(bool_of(answer.get(), "accepted"));
        EXPECT_EQ(bool_of(answer.get(), "late"), late);
    }
}

}  // namespace
