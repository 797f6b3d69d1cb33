// SPDX-License-Identifier: MIT
// What prompts do to a stream, over a network that says what the test wants: refused ones nothing, the others what they
// were meant to, however often the frame is read.
#include "scripted.h"

namespace ausm {
namespace {

using test::answers_of;
using test::box_of;
using test::cells_of;
using test::changes_of;
using test::ids_of;
using test::kSure;
using test::logits_of;
using test::mask_of;
using test::point_of;
using test::ScriptedStream;

using Texts = std::vector<std::string>;
using Ids = std::vector<std::int64_t>;

void expect_equal_tensors(const at::Tensor& actual, const at::Tensor& expected, const std::string& what) {
    ASSERT_EQ(actual.defined(), expected.defined()) << what;
    EXPECT_TRUE(!actual.defined() || at::equal(actual, expected)) << what;
}

/// Everything that the network is asked, and everything that it shows, is the same.
void expect_same_course(const ScriptedStream& actual, const ScriptedStream& expected) {
    ASSERT_EQ(actual.runner.steps.size(), expected.runner.steps.size());
    for (std::size_t i = 0; i < expected.runner.steps.size(); ++i) {
        const auto &a = actual.runner.steps[i], &e = expected.runner.steps[i];
        const auto frame = "frame " + std::to_string(i);
        expect_equal_tensors(a.history.features, e.history.features, frame + ": features");
        expect_equal_tensors(a.slots, e.slots, frame + ": slots");
        expect_equal_tensors(a.kinds, e.kinds, frame + ": kinds");
        expect_equal_tensors(a.masks, e.masks, frame + ": masks");
        EXPECT_EQ(a.map.width, e.map.width) << frame;
    }
    EXPECT_EQ(actual.runner.refined.size(), expected.runner.refined.size());
    EXPECT_EQ(actual.state.frames, expected.state.frames);
    EXPECT_EQ(actual.state.prompted, expected.state.prompted);
    EXPECT_EQ(actual.state.table.next_id(), expected.state.table.next_id());
    EXPECT_EQ(actual.state.table.free_slots(), expected.state.table.free_slots());
}

struct Refusal {
    const char* name;
    SessionOptions options;
    std::vector<Prompt> living;  ///< shown on the frame before
    Prompt refused;
    const char* says;

    friend void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }
};

Prompt changed(Prompt prompt, const std::function<void(Prompt&)>& change) {
    change(prompt);
    return prompt;
}

Prompt removal_of(std::int64_t object) {
    return changed(point_of(0, 0, true, object), [](auto& prompt) { prompt.kind = PromptKind::kRemove; });
}

Prompt reset() {
    return changed(point_of(0, 0, true), [](auto& prompt) { prompt.kind = PromptKind::kReset; });
}

class RefusedPrompt : public testing::TestWithParam<Refusal> {};

// A frame without objects, and one with: what was refused leaves no trace in either, nor in the frames after it.
TEST_P(RefusedPrompt, ChangesNothing) {
    const auto& refusal = GetParam();
    ScriptedStream with(refusal.options), without(refusal.options);
    for (auto* stream : {&with, &without}) {
        stream->runner.objects = {{0, {kSure, logits_of(0, 20)}}, {1, {kSure, logits_of(40, 20)}}};
        (void)stream->step();
        (void)stream->step(refusal.living);
    }
    for (int frame = 0; frame < 3; ++frame) {
        const auto actual = with.step(frame == 0 ? std::vector{refusal.refused} : std::vector<Prompt>{});
        const auto expected = without.step();
        if (frame == 0) {
            ASSERT_EQ(actual.answers.size(), 1U);
            EXPECT_FALSE(actual.answers[0].accepted);
            EXPECT_NE(actual.answers[0].reason.find(refusal.says), std::string::npos) << actual.answers[0].reason;
            EXPECT_EQ(actual.answers[0].ref, refusal.refused.ref);
        }
        EXPECT_EQ(actual.map, expected.map) << frame;
        EXPECT_EQ(ids_of(actual), ids_of(expected)) << frame;
        EXPECT_EQ(changes_of(actual), changes_of(expected)) << frame;
    }
    expect_same_course(with, without);
}

const SessionOptions kPromptedOnly{.mode = Mode::kPrompted};
const SessionOptions kOneObject{.mode = Mode::kPrompted, .max_objects = 1};

INSTANTIATE_TEST_SUITE_P(
    All, RefusedPrompt,
    testing::Values(
        Refusal{"in_discovery", {.mode = Mode::kDiscovery}, {}, box_of(0, 2), "mode=discovery"},
        Refusal{"a_mask_in_discovery", {.mode = Mode::kDiscovery}, {}, mask_of(0, 20), "mode=discovery"},
        Refusal{"label_0_without_an_object", kPromptedOnly, {}, point_of(3, 3, false), "label 0"},
        Refusal{"label_0_of_an_unknown_object", kPromptedOnly, {mask_of(0, 20)}, point_of(3, 3, false, 9), "label 0"},
        Refusal{"an_empty_mask", kPromptedOnly, {}, mask_of(0, 0), "empty"},
        Refusal{"a_mask_of_another_size",
                kPromptedOnly,
                {},
                changed(mask_of(0, 9), [](auto& p) { p.mask_width = 23; }),
                "bytes"},
        Refusal{
            "a_box_without_area", kPromptedOnly, {}, changed(box_of(0, 2), [](auto& p) { p.box[2] = 0; }), "no area"},
        Refusal{"a_box_beside_the_picture",
                kPromptedOnly,
                {},
                changed(box_of(0, 2),
                        [](auto& p) {
                            p.box = {1.5, 0, 2, 1};
                        }),
                "outside"},
        Refusal{"a_box_that_is_not_finite",
                kPromptedOnly,
                {},
                changed(box_of(0, 2), [](auto& p) { p.box[1] = NAN; }),
                "finite"},
        Refusal{"a_point_beside_the_picture", kPromptedOnly, {}, point_of(3, 24, true), "outside"},
        Refusal{"no_points",
                kPromptedOnly,
                {},
                changed(point_of(3, 3, true), [](auto& p) { p.points.clear(); }),
                "no points"},
        Refusal{"no_strokes",
                kPromptedOnly,
                {},
                changed(point_of(3, 3, true), [](auto& p) { p.kind = PromptKind::kScribble; }),
                "no strokes"},
        Refusal{"an_id_below_0", kPromptedOnly, {}, box_of(0, 2, -1), "ids"},
        Refusal{"an_id_beyond_the_largest", kPromptedOnly, {}, box_of(0, 2, ObjectTable::kMaxId + 1), "ids"},
        Refusal{"no_id_left", kPromptedOnly, {mask_of(0, 20, ObjectTable::kMaxId)}, box_of(4, 6), "ids"},
        Refusal{"all_objects_in_use", kOneObject, {mask_of(0, 20)}, box_of(4, 6), "max-objects"},
        Refusal{"a_living_object_shown_wrongly", kPromptedOnly, {mask_of(0, 20, 5)}, mask_of(0, 0, 5), "empty"},
        Refusal{"the_removal_of_nothing", kPromptedOnly, {}, removal_of(7), "no such object"},
        Refusal{"the_removal_of_an_unknown_object", kPromptedOnly, {mask_of(0, 20)}, removal_of(7), "no such object"},
        Refusal{"a_removal_without_an_id", kPromptedOnly, {mask_of(0, 20)}, removal_of(0), "needs the id"},
        Refusal{"one_in_auto", {.mode = Mode::kAuto}, {}, mask_of(0, 0), "empty"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(RefusedPrompt, BesideAnAcceptedOneChangesNothing) {
    ScriptedStream with(kOneObject), without(kOneObject);
    for (auto* stream : {&with, &without})
        stream->runner.objects[0] = {kSure, logits_of(0, 20)};
    const auto both = with.step({mask_of(0, 0, 5), mask_of(0, 20, 5), box_of(4, 6), mask_of(0, 0, 5)});
    EXPECT_EQ(ids_of(both), ids_of(without.step({mask_of(0, 20, 5)})));
    (void)with.step();
    (void)without.step();
    expect_same_course(with, without);
}

TEST(OneFrame, ShownAndRemovedIsNothing) {
    ScriptedStream stream(kPromptedOnly);
    (void)stream.step();
    const auto result = stream.step({mask_of(0, 20, 7), removal_of(7)});
    EXPECT_EQ(answers_of(result), (Texts{"7", "7"}));
    EXPECT_EQ(ids_of(result), Ids{});
    EXPECT_EQ(changes_of(result), Texts{}) << "it was on no frame";
    EXPECT_EQ(result.map, std::vector<std::uint8_t>(test::kScriptCells));
    EXPECT_EQ(stream.remembered(), 2) << "nothing lives for which the state would begin anew";
    EXPECT_TRUE(stream.step().objects.empty());
}

TEST(OneFrame, RefinedAndRemovedEndsAnObject) {
    ScriptedStream stream(kPromptedOnly);
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20, 7)});
    const auto result = stream.step({mask_of(40, 20, 7), removal_of(7), removal_of(7)});
    EXPECT_EQ(answers_of(result), (Texts{"7", "7", "no such object lives"}));
    EXPECT_EQ(result.answers[2].object, 7);
    EXPECT_EQ(changes_of(result), Texts{"removed 7"});
    EXPECT_EQ(ids_of(result), Ids{});
}

TEST(OneFrame, RemovedAndShownIsAnotherObject) {
    ScriptedStream stream(kPromptedOnly);
    stream.runner.objects = {{0, {kSure, logits_of(0, 20)}}, {1, {kSure, logits_of(40, 20)}}};
    (void)stream.step({changed(mask_of(0, 20, 7), [](auto& p) { p.label = "old"; })});
    (void)stream.step();
    const auto result = stream.step({removal_of(7), mask_of(40, 20, 7)});
    EXPECT_EQ(answers_of(result), (Texts{"7", "7"}));
    EXPECT_EQ(changes_of(result), (Texts{"removed 7", "appeared 7"}));
    ASSERT_EQ(ids_of(result), Ids{7});
    EXPECT_EQ(result.objects[0].state, ObjectState::kNew);
    EXPECT_EQ(result.objects[0].label, "") << "without the past of the first";
    EXPECT_EQ(cells_of(result, 2), test::run(40, 20)) << "nor its map value";
    EXPECT_EQ(stream.remembered(), 1) << "no other object lived: the state begins anew";
    EXPECT_EQ(cells_of(stream.step(), 2), test::run(40, 20));
}

TEST(OneFrame, ShownRemovedAndShownIsTheLastPromptAlone) {
    ScriptedStream stream(kPromptedOnly);
    const auto result = stream.step({mask_of(0, 20, 7), removal_of(7), mask_of(40, 20, 7)});
    EXPECT_EQ(answers_of(result), (Texts{"7", "7", "7"}));
    EXPECT_EQ(changes_of(result), Texts{"appeared 7"});
    ASSERT_EQ(ids_of(result), Ids{7});
    EXPECT_EQ(cells_of(result, result.objects[0].value), test::run(40, 20));
}

TEST(OneFrame, ShownTwiceIsOneObjectOfBoth) {
    ScriptedStream stream(kPromptedOnly);
    stream.runner.refinements = {{{0, {kSure, logits_of(0, 60)}}}};
    const auto result = stream.step({mask_of(0, 20, 7), mask_of(40, 20, 7)});
    EXPECT_EQ(answers_of(result), (Texts{"7", "7"}));
    EXPECT_EQ(changes_of(result), Texts{"appeared 7"});
    ASSERT_EQ(stream.runner.refined.size(), 1U);
    EXPECT_EQ(stream.runner.refined[0].masks.sum().item<float>(), 40) << "what either shows";
    EXPECT_EQ(cells_of(result, 1), test::run(0, 60)) << "is read";
}

TEST(OneFrame, ARemovalMakesRoomForWhatComesAfterItOnly) {
    ScriptedStream stream(kOneObject);
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20)});
    const auto result = stream.step({mask_of(40, 20), removal_of(1), mask_of(80, 20)});
    EXPECT_EQ(answers_of(result), (Texts{"all 1 objects are in use; remove one, or raise max-objects", "1", "2"}));
    EXPECT_EQ(ids_of(result), Ids{2});
}

TEST(OneFrame, IdsOfWhatWasRemovedAreNotGivenAgain) {
    ScriptedStream stream(kPromptedOnly);
    const auto result = stream.step({mask_of(0, 20), removal_of(1), mask_of(40, 20)});
    EXPECT_EQ(answers_of(result), (Texts{"1", "1", "2"}));
    EXPECT_EQ(ids_of(result), Ids{2});
}

TEST(OneFrame, AnUnknownObjectCannotBeRemoved) {
    ScriptedStream with(kPromptedOnly), without(kPromptedOnly);
    const auto result = with.step({removal_of(7), removal_of(0), mask_of(0, 20, 7)});
    EXPECT_EQ(answers_of(result), (Texts{"no such object lives", "a removal needs the id of an object", "7"}));
    EXPECT_EQ(ids_of(without.step({mask_of(0, 20, 7)})), Ids{7});
    expect_same_course(with, without);
}

TEST(OneFrame, ARemovalIsNoPromptThatEndsDiscovery) {
    ScriptedStream stream;
    stream.runner.detections = {{kSure, logits_of(0, 20)}};
    stream.runner.objects[1] = {kSure, logits_of(40, 20)};
    (void)stream.step();
    stream.runner.detections = {{kSure, logits_of(40, 20)}};
    const auto result = stream.step({removal_of(1)});
    EXPECT_EQ(changes_of(result), (Texts{"removed 1", "appeared 2"}));
    EXPECT_EQ(stream.remembered(), 2);
    stream.options.mode = Mode::kDiscovery;
    EXPECT_EQ(answers_of(stream.step({removal_of(2)})), Texts{"2"}) << "nor does discovery refuse it";
}

TEST(OneFrame, AResetIsTheBeginningOfANewStream) {
    ScriptedStream stream, fresh;
    stream.runner.detections = {{kSure, logits_of(0, 20)}};
    stream.runner.objects[0] = {kSure, logits_of(100, 20)};
    (void)stream.step();
    (void)stream.step({mask_of(100, 20)});
    stream.runner.steps.clear();
    fresh.runner.objects = stream.runner.objects;
    const auto result = stream.step({mask_of(200, 20, 9), removal_of(2), reset(), mask_of(100, 20)});
    EXPECT_EQ(answers_of(result), (Texts{"a reset followed on the same frame", "2", "0", "1"}));
    EXPECT_EQ(result.answers[0].object, 9);
    EXPECT_EQ(changes_of(result), Texts{"appeared 1"}) << "of what was forgotten nothing is told";
    EXPECT_EQ(result.map, fresh.step({mask_of(100, 20)}).map);
    for (auto* one : {&stream, &fresh})
        (void)one->step();
    expect_same_course(stream, fresh);
}

TEST(OneFrame, AResetAloneFindsAnew) {
    ScriptedStream stream;
    stream.runner.detections = {{kSure, logits_of(0, 20)}};
    stream.runner.objects[0] = {kSure, logits_of(100, 20)};
    (void)stream.step();
    (void)stream.step({mask_of(100, 20)});
    EXPECT_EQ(ids_of(stream.step()), Ids{2}) << "the prompt has ended discovery";
    const auto result = stream.step({reset()});
    EXPECT_EQ(changes_of(result), Texts{"appeared 1"});
    EXPECT_EQ(cells_of(result, 1), test::run(0, 20));
    EXPECT_EQ(stream.state.frames, 1);
}

TEST(StateOfAStream, BeginsAnewWithTheFirstPromptAfterATimeWithoutObjects) {
    ScriptedStream stream(kPromptedOnly);
    (void)stream.step();
    (void)stream.step();
    EXPECT_EQ(stream.remembered(), 2);
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20)});
    EXPECT_EQ(stream.remembered(), 1);
    EXPECT_EQ(stream.runner.steps.back().kinds.item<std::int64_t>(), static_cast<std::int64_t>(MarkKind::kMask))
        << "the mask enters with the frame itself";
    (void)stream.step({mask_of(100, 20)});
    EXPECT_EQ(stream.remembered(), 2) << "an object lives";
    EXPECT_EQ(stream.runner.steps.back().kinds.numel(), 1) << "the second mask enters with the next frame";
    EXPECT_EQ(stream.state.frames, 4);
}

TEST(StateOfAStream, StaysWhenADiscoveredObjectLives) {
    ScriptedStream stream;
    stream.runner.detections = {{kSure, logits_of(0, 20)}};
    (void)stream.step();
    EXPECT_EQ(ids_of(stream.step({mask_of(100, 20)})), Ids{2});
    EXPECT_EQ(stream.remembered(), 2);
}

class Passes : public testing::TestWithParam<int> {};

// What was shown last is meant: refinements that would give the part back to the old object do not.
TEST_P(Passes, LeaveAPartToTheObjectItWasShownAs) {
    ScriptedStream stream({.mode = Mode::kPrompted, .passes = GetParam()});
    stream.runner.objects = {{0, {kSure, logits_of(0, 48)}}, {1, {kSure, logits_of(24, 24)}}};
    (void)stream.step({mask_of(0, 48)});
    for (const auto& part : {mask_of(24, 24, 2), box_of(1, 1, 2)}) {
        const auto result = stream.step({part});
        EXPECT_EQ(cells_of(result, 1), test::run(0, 24));
        EXPECT_EQ(cells_of(result, 2), test::run(24, 24));
        EXPECT_EQ(stream.state.masks[0].gt(0.5).sum().item<std::int64_t>(), 24) << "nor are they marked";
    }
    EXPECT_EQ(cells_of(stream.step(), 1).size(), 48U) << "the next frame is the network's";
}

// The same for what a label 0 took away.
TEST_P(Passes, LeaveOutWhatWasTakenAway) {
    for (const bool with_inside : {false, true}) {
        ScriptedStream stream({.mode = Mode::kPrompted, .passes = GetParam()});
        stream.runner.objects[0] = {kSure, logits_of(0, test::kScriptCells)};
        (void)stream.step({box_of(0, 15)});
        auto prompt = point_of(8, 12, false, 1);
        if (with_inside)
            prompt.points.push_back(point_of(2, 2, true).points[0]);
        const auto result = stream.step({prompt});
        EXPECT_EQ(result.map[8 * test::kScriptColumns + 12], 0) << with_inside;
        EXPECT_EQ(result.map[2 * test::kScriptColumns + 2], 1) << with_inside;
        EXPECT_LT(stream.state.masks[0][8][12].item<float>(), 0.5F) << with_inside;
    }
}

TEST_P(Passes, AreSoManyReadingsOfEveryObject) {
    ScriptedStream stream({.mode = Mode::kPrompted, .passes = GetParam()});
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    (void)stream.step({mask_of(0, 20)});
    for (int reading = 1; reading < GetParam(); ++reading)
        stream.runner.refinements.push_back({{0, {kSure, logits_of(0, 20 + reading)}}});
    const auto result = stream.step();
    EXPECT_EQ(cells_of(result, 1).size(), 20U + static_cast<std::size_t>(GetParam()) - 1);
    EXPECT_EQ(stream.remembered(), 2) << "refinements are not remembered";
}

INSTANTIATE_TEST_SUITE_P(All, Passes, testing::Values(1, 2, 3));

}  // namespace
}  // namespace ausm
