// SPDX-License-Identifier: MIT
// Prompts that wait for a frame, and what becomes of each of them, without a stream.
#include "elements/ausmsegment/frame_prompts.h"
#include "elements/ausmsegment/prompts.h"
#include "gst/raii.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

GST_DEBUG_CATEGORY(gst_ausm_segment_debug);

using namespace ausm::gst;

namespace {

PromptLine line_of(PromptOp op, const char* ref) {
    PromptLine line(op);
    line.ref = ref;
    if (op == PromptOp::kRemove)
        line.object = 1;
    if (op == PromptOp::kBox)
        line.box = {0.1, 0.1, 0.5, 0.5};
    return line;
}

class Queue : public testing::Test {
protected:
    Queue() { gst_element_set_bus(element.get(), bus.get()); }
    ~Queue() override { gst_element_set_bus(element.get(), nullptr); }

    /// "ref: reason" of the answers so far, "ref: accepted" of good ones.
    std::vector<std::string> answers() {
        std::vector<std::string> texts;
        while (const Owned<GstMessage> message{gst_bus_pop(bus.get())}) {
            const GstStructure* structure = gst_message_get_structure(message.get());
            gboolean accepted = FALSE;
            gst_structure_get_boolean(structure, "accepted", &accepted);
            texts.push_back(std::string(gst_structure_get_string(structure, "ref")) + ": " +
                            (accepted ? "accepted" : gst_structure_get_string(structure, "reason")));
        }
        return texts;
    }
    std::vector<std::string> taken() {
        std::vector<std::string> refs;
        for (const PromptLine& line : queue.take())
            refs.push_back(line.ref);
        return refs;
    }
    std::vector<ausm::Prompt> make(FramePrompts& prompts, const std::vector<ausm::Object>& objects = {}) {
        return prompts.make({100, 50, objects, classes});
    }

    const Owned<GstBus> bus{gst_bus_new()};
    const Owned<GstElement> element{GST_ELEMENT(gst_object_ref_sink(gst_bin_new("segment")))};
    std::string classes;
    PromptQueue queue{element.get(), "sink"};
};

using Texts = std::vector<std::string>;

TEST_F(Queue, KeepsTheOrderOfBothSides) {
    EXPECT_TRUE(queue.empty());
    EXPECT_TRUE(queue.submit(line_of(PromptOp::kReset, "a")));
    queue.collect(line_of(PromptOp::kReset, "b"));
    EXPECT_TRUE(queue.submit(line_of(PromptOp::kReset, "c")));
    EXPECT_FALSE(queue.empty());
    EXPECT_EQ(taken(), (Texts{"a", "b", "c"}));
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(answers(), Texts{});
}

TEST_F(Queue, RefusesWhatCannotWait) {
    EXPECT_FALSE(queue.submit(PromptError{0, 0, "damaged"}));
    PromptLine timed = line_of(PromptOp::kReset, "timed");
    timed.time = 1;
    EXPECT_FALSE(queue.submit(timed));
    PromptLine mask = line_of(PromptOp::kMask, "mask");
    mask.mask_path = "/nowhere/m.png";
    queue.collect(std::move(mask));
    const Texts refused = answers();
    ASSERT_EQ(refused.size(), 3U);
    EXPECT_EQ(refused[0], ": damaged");
    EXPECT_NE(refused[1].find("timed: time and frame are read by ausmprompt only"), std::string::npos);
    EXPECT_NE(refused[2].find("/nowhere/m.png"), std::string::npos);
    EXPECT_TRUE(queue.empty());
}

TEST_F(Queue, IsFullForOneSideOnly) {
    for (std::size_t i = 0; i < PromptQueue::kMaxWaiting; ++i)
        ASSERT_TRUE(queue.submit(line_of(PromptOp::kReset, "")));
    EXPECT_FALSE(queue.submit(line_of(PromptOp::kReset, "more")));
    EXPECT_EQ(answers(), Texts{"more: 1024 prompts wait for the next frame already"});
    queue.collect(line_of(PromptOp::kReset, "other"));
    EXPECT_EQ(answers(), Texts{});
    EXPECT_EQ(queue.take().size(), PromptQueue::kMaxWaiting + 1);
}

TEST_F(Queue, AFlushRefusesWhatTravelledInTheStream) {
    queue.collect(line_of(PromptOp::kReset, "a"));
    queue.submit(line_of(PromptOp::kReset, "b"));
    queue.collect(line_of(PromptOp::kReset, "c"));
    queue.submit(line_of(PromptOp::kReset, "d"));
    queue.refuse_collected("flushed");
    EXPECT_EQ(answers(), (Texts{"a: flushed", "c: flushed"}));
    queue.refuse_all("ended");
    EXPECT_EQ(answers(), (Texts{"b: ended", "d: ended"}));
    EXPECT_TRUE(queue.empty());
}

TEST_F(Queue, TellsTheFirstOfRefusedDetectionsInARow) {
    PromptLine found = line_of(PromptOp::kBox, "found");
    found.unless_tracked = true;
    queue.refuse(found, "one");
    queue.refuse(found, "two");
    queue.refuse(line_of(PromptOp::kBox, "asked"), "three");
    queue.answer(found, {true, 1, "found", ""});
    queue.refuse(found, "four");
    queue.restart();
    queue.refuse(found, "five");
    EXPECT_EQ(answers(), (Texts{"found: one", "asked: three", "found: accepted", "found: four", "found: five"}));
}

TEST_F(Queue, DetectionsComeLastAndOnlyForWhatIsNotFollowed) {
    PromptLine found = line_of(PromptOp::kBox, "found");
    found.unless_tracked = true;
    queue.collect(found);
    queue.collect(line_of(PromptOp::kRemove, "remove"));
    found.ref = "elsewhere";
    found.box = {0.6, 0.6, 0.9, 0.9};
    queue.collect(found);
    queue.collect(line_of(PromptOp::kBox, "box"));
    FramePrompts prompts(queue);
    const auto made = make(prompts);
    ASSERT_EQ(made.size(), 3U);
    EXPECT_EQ(made[0].ref, "remove");
    EXPECT_EQ(made[1].ref, "box");
    EXPECT_EQ(made[2].ref, "elsewhere");
    for (std::size_t i = 0; i < made.size(); ++i)
        prompts.answer(i, {true, 1, made[i].ref, ""});
    EXPECT_EQ(answers(), (Texts{"remove: accepted", "box: accepted", "elsewhere: accepted"}));
}

TEST_F(Queue, EveryLineOfAFrameIsAnsweredOnce) {
    classes = "cat,dog";
    PromptLine bird = line_of(PromptOp::kBox, "bird");
    bird.label = "bird";
    queue.collect(bird);
    PromptLine pixels = line_of(PromptOp::kPoints, "outside");
    pixels.unit = PromptUnit::kPixel;
    pixels.points = {{101, 20, true}};
    queue.collect(pixels);
    PromptLine nothing = line_of(PromptOp::kMask, "nothing");
    nothing.mask = {2, 1, {0, 0}};
    queue.collect(nothing);
    PromptLine objects = line_of(PromptOp::kMask, "objects");
    objects.mask = {2, 1, {3, 5}};
    queue.collect(objects);
    queue.collect(line_of(PromptOp::kReset, "reset"));
    FramePrompts prompts(queue);
    const auto made = make(prompts);
    ASSERT_EQ(made.size(), 3U) << "two objects and the reset";
    EXPECT_EQ(made[0].object, 3);
    EXPECT_FALSE(prompts.is_reset(1));
    EXPECT_TRUE(prompts.is_reset(2));
    Texts told = answers();
    ASSERT_EQ(told.size(), 3U);
    EXPECT_NE(told[0].find("bird: the label 'bird'"), std::string::npos);
    EXPECT_NE(told[1].find("outside: the prompt lies outside the picture of 100x50"), std::string::npos);
    EXPECT_NE(told[2].find("nothing: the mask shows no object"), std::string::npos);
    prompts.refuse("the frame failed");
    EXPECT_EQ(answers(), (Texts{"objects: the frame failed", "objects: the frame failed", "reset: the frame failed"}));
}

TEST_F(Queue, WhatWasNotComeToIsRefusedToo) {
    queue.collect(line_of(PromptOp::kBox, "box"));
    FramePrompts prompts(queue);
    prompts.refuse("the frame failed");
    EXPECT_EQ(answers(), Texts{"box: the frame failed"});
}

}  // namespace
