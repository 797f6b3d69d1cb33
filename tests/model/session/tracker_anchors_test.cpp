// SPDX-License-Identifier: MIT
// When a frame becomes an anchor, of which objects, and when anchors go.
#include "scripted.h"

namespace ausm {
namespace {

using test::box_of;
using test::kSure;
using test::logits_of;
using test::mask_of;
using test::ScriptedStream;

using Numbers = std::vector<int>;

/// The anchors of a stream by their numbers, from 1; 0: the place is empty.
Numbers anchors_of(const ScriptedStream& stream) {
    const auto& anchors = stream.state.history.anchors;
    Numbers numbers;
    for (std::int64_t place = 0; place < anchors.places(); ++place)
        numbers.push_back(anchors.valid[0][place].item<bool>() ? anchors.tokens[0][place][0][0].item<int>() : 0);
    return numbers;
}

std::vector<std::int64_t> slots_of(const NetInput& input) {
    const auto* first = input.slots.const_data_ptr<std::int64_t>();
    return {first, first + input.slots.numel()};
}

TEST(TrackerAnchors, AreMadeOfFramesWithPrompts) {
    ScriptedStream stream({.mode = Mode::kPrompted}, 2);
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step();
    EXPECT_EQ(anchors_of(stream), (Numbers{0, 0}));
    (void)stream.step({mask_of(0, 20)});
    EXPECT_EQ(anchors_of(stream), (Numbers{1, 0}));
    EXPECT_EQ(slots_of(stream.runner.anchored[0]), std::vector<std::int64_t>{0});
    EXPECT_EQ(stream.runner.anchored[0].masks.gt(0.5).sum().item<int>(), 20) << "with the mask that was given";
    EXPECT_EQ(stream.runner.anchored[0].kinds.item<int>(), static_cast<int>(MarkKind::kMask));
    (void)stream.step();
    EXPECT_EQ(anchors_of(stream), (Numbers{1, 0})) << "the next frame reads it, and makes none";
    EXPECT_EQ(stream.runner.steps.back().history.anchors.valid.sum().item<int>(), 1);
    stream.runner.refinements = {{{0, {kSure, logits_of(24, 30)}}}};
    (void)stream.step({box_of(1, 2, 1)});
    EXPECT_EQ(anchors_of(stream), (Numbers{2, 0}));
    EXPECT_EQ(stream.runner.anchored[1].masks.gt(0.5).sum().item<int>(), 30) << "with what a box was read as";
}

TEST(TrackerAnchors, AreNotMadeForRefusedPromptsNorRemovals) {
    ScriptedStream stream({.mode = Mode::kPrompted}, 2);
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20, 7)});
    Prompt removal;
    removal.kind = PromptKind::kRemove;
    removal.object = 9;
    (void)stream.step({removal, mask_of(0, 0)});
    EXPECT_EQ(stream.runner.anchored.size(), 1U);
    removal.object = 7;
    (void)stream.step({removal});
    EXPECT_EQ(stream.runner.anchored.size(), 1U);
}

TEST(TrackerAnchors, AreMadeOfFramesWithDiscoveries) {
    ScriptedStream stream({}, 2);
    stream.runner.detections = {{kSure, logits_of(0, 20)}};
    (void)stream.step();
    EXPECT_EQ(anchors_of(stream), (Numbers{1, 0}));
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step();
    EXPECT_EQ(stream.runner.anchored.size(), 1U) << "nothing new";
    stream.runner.detections.push_back({kSure, logits_of(100, 20)});
    (void)stream.step();
    EXPECT_EQ(anchors_of(stream), (Numbers{2, 0}));
    EXPECT_EQ(slots_of(stream.runner.anchored[1]), (std::vector<std::int64_t>{0, 1}));
}

TEST(TrackerAnchors, KeepTheOlderOneForAnObjectThatIsAway) {
    ScriptedStream stream({.mode = Mode::kPrompted}, 2);
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20, 1)});
    stream.runner.objects.clear();
    (void)stream.step({mask_of(100, 20, 2)});
    EXPECT_EQ(anchors_of(stream), (Numbers{2, 1}));
    EXPECT_EQ(slots_of(stream.runner.anchored[1]), std::vector<std::int64_t>{1}) << "object 1 is not seen";
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(100, 20, 2)});
    EXPECT_EQ(anchors_of(stream), (Numbers{3, 0})) << "it is back, and in the newest";
}

TEST(TrackerAnchors, GoWithResetAndWithANewBeginning) {
    ScriptedStream stream({.mode = Mode::kPrompted}, 2);
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20, 1)});
    Prompt prompt;
    prompt.kind = PromptKind::kReset;
    (void)stream.step({prompt});
    EXPECT_EQ(anchors_of(stream), (Numbers{0, 0}));
    EXPECT_TRUE(stream.state.anchors.places().empty());
    (void)stream.step({mask_of(0, 20, 1)});
    prompt.kind = PromptKind::kRemove;
    prompt.object = 1;
    (void)stream.step({prompt});
    EXPECT_EQ(anchors_of(stream), (Numbers{2, 0})) << "harmless: no slot asks for it";
    (void)stream.step({mask_of(40, 20, 2)});
    EXPECT_EQ(anchors_of(stream), (Numbers{3, 0})) << "the state began anew";
}

TEST(TrackerAnchors, AreMadeAnewOnAnotherGrid) {
    ScriptedStream stream({.mode = Mode::kPrompted}, 2);
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20, 1)});
    stream.state.history.grid = {2, 3};  // as if the stream had been there
    (void)stream.step();
    EXPECT_EQ(anchors_of(stream), (Numbers{2, 0}));
}

TEST(TrackerAnchors, AreAsManyAsTheStreamWants) {
    for (const int wanted : {0, 1}) {
        ScriptedStream stream({.mode = Mode::kPrompted, .anchors = wanted}, 2);
        stream.runner.objects[0] = {kSure, logits_of(0, 20)};
        (void)stream.step({mask_of(0, 20, 1)});
        stream.runner.objects.clear();
        (void)stream.step({mask_of(100, 20, 2)});
        EXPECT_EQ(anchors_of(stream), (Numbers{2 * wanted, 0}));
    }
}

TEST(TrackerAnchors, AreNotMadeOfAFrameThatIsNotFinite) {
    ScriptedStream stream({.mode = Mode::kPrompted}, 2);
    stream.runner.objects[0] = {std::nanf(""), logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20, 1)});
    (void)stream.step({mask_of(0, 20, 1)});
    EXPECT_EQ(stream.runner.anchored.size(), 0U);
}

}  // namespace
}  // namespace ausm
