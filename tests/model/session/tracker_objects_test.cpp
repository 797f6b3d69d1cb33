// SPDX-License-Identifier: MIT
// The life of objects, each number at its boundary: when one is seen, new, old, in the way, and which id it has.
#include "scripted.h"

namespace ausm {
namespace {

using test::cells_of;
using test::changes_of;
using test::ids_of;
using test::kSure;
using test::logits_of;
using test::ScriptedStream;

using Texts = std::vector<std::string>;
using Ids = std::vector<std::int64_t>;

constexpr float kAlmostHalf = -1e-6F;  // the logit of a presence just below one half
constexpr float kHalf = 0;

ObjectState state_of(const Result& result, std::int64_t id) {
    for (const auto& object : result.objects)
        if (object.id == id)
            return object.state;
    ADD_FAILURE() << "no object " << id;
    return ObjectState::kLost;
}

/// A prompted object 1 (slot 0) that lives; what is said of it on the next frame is the test's.
ScriptedStream& shown(ScriptedStream& stream) {
    stream.runner.objects[0] = {kSure, logits_of(0, 48)};
    (void)stream.step({test::mask_of(0, 48)});
    return stream;
}

TEST(Seen, FromAPresenceOfOneHalf) {
    ScriptedStream stream({.mode = Mode::kPrompted});
    shown(stream).runner.objects[0].presence = kHalf;
    EXPECT_EQ(state_of(stream.step(), 1), ObjectState::kTracked);
    stream.runner.objects[0].presence = kAlmostHalf;
    const auto result = stream.step();
    EXPECT_EQ(state_of(result, 1), ObjectState::kAbsent);
    EXPECT_LT(result.objects[0].score, 0.5F);
    EXPECT_EQ(cells_of(result, 1), test::run(0, 0)) << "what is not seen is not drawn";
    EXPECT_EQ(changes_of(result), Texts{"absent 1"});
    stream.runner.objects[0].presence = kHalf;
    EXPECT_EQ(changes_of(stream.step()), Texts{"back 1"});
}

TEST(Seen, FromThePresenceThatTheStreamAsksFor) {
    const float presence = at::sigmoid(at::full({1}, 1.F)).item<float>();  // of the logit 1
    ScriptedStream stream({.mode = Mode::kPrompted, .presence = double{presence}});
    shown(stream).runner.objects[0].presence = 1;
    EXPECT_EQ(state_of(stream.step(), 1), ObjectState::kTracked);
    stream.runner.objects[0].presence = 0.9F;
    EXPECT_EQ(state_of(stream.step(), 1), ObjectState::kAbsent) << "above one half, which is not asked for";
    ScriptedStream all({.mode = Mode::kPrompted, .presence = 0});
    shown(all).runner.objects[0].presence = -9;
    EXPECT_EQ(cells_of(all.step(), 1), test::run(0, 48));
}

TEST(Seen, FromFourCellsAboveOneHalf) {
    ScriptedStream stream({.mode = Mode::kPrompted});
    shown(stream).runner.objects[0].logits = logits_of(100, 4);
    const auto four = stream.step();
    EXPECT_EQ(state_of(four, 1), ObjectState::kTracked);
    EXPECT_EQ(cells_of(four, 1), test::run(100, 4));
    stream.runner.objects[0].logits = logits_of(100, 3);
    EXPECT_EQ(state_of(stream.step(), 1), ObjectState::kAbsent);
    stream.runner.objects[0].logits = logits_of(100, 4);
    stream.runner.objects[0].logits.view({-1})[100] = 0;  // exactly one half is not above it
    EXPECT_EQ(state_of(stream.step(), 1), ObjectState::kAbsent);
}

TEST(Discovery, NeedsTwelveCells) {
    ScriptedStream stream;
    stream.runner.detections = {{kSure, logits_of(0, 11)}};
    EXPECT_EQ(stream.step().objects.size(), 0U);
    stream.runner.detections = {{kSure, logits_of(0, 12)}};
    const auto result = stream.step();
    EXPECT_EQ(changes_of(result), Texts{"appeared 1"});
    EXPECT_EQ(state_of(result, 1), ObjectState::kNew);
    EXPECT_EQ(result.objects[0].origin, ObjectOrigin::kAuto);
    EXPECT_EQ(cells_of(result, 1), test::run(0, 12));
}

/// Whether a detection becomes an object beside living ones with these cells (first, count).
bool is_new(const std::vector<std::pair<int, int>>& living, std::pair<int, int> found) {
    ScriptedStream stream({.mode = Mode::kAll});
    std::vector<Prompt> prompts;
    for (std::size_t i = 0; i < living.size(); ++i) {
        prompts.push_back(test::mask_of(living[i].first, living[i].second));
        stream.runner.objects[static_cast<std::int64_t>(i)] = {kSure, logits_of(living[i].first, living[i].second)};
    }
    EXPECT_EQ(stream.step(prompts).objects.size(), living.size());
    stream.runner.detections = {{kSure, logits_of(found.first, found.second)}};
    return stream.step().objects.size() > living.size();
}

TEST(Discovery, IsALivingObjectAboveAnOverlapOfOneHalf) {
    EXPECT_TRUE(is_new({{0, 20}}, {0, 40})) << "intersection over union 20 / 40, and half of it covered";
    EXPECT_FALSE(is_new({{0, 20}}, {0, 39}));
}

TEST(Discovery, MayBeCoveredBySevenTenths) {
    EXPECT_TRUE(is_new({{0, 35}, {35, 35}}, {0, 100}));
    EXPECT_FALSE(is_new({{0, 35}, {35, 36}}, {0, 100})) << "71 % by two objects that overlap it by 0.35 and 0.36";
}

TEST(Discovery, ComparesWithWhatItHasJustFound) {
    ScriptedStream stream;
    stream.runner.detections = {{1, logits_of(0, 30)}, {2, logits_of(0, 24)}, {0.5F, logits_of(200, 20)}};
    const auto result = stream.step();
    ASSERT_EQ(result.objects.size(), 2U) << "the first is the second again, which is surer";
    EXPECT_EQ(cells_of(result, 1), test::run(0, 24));
    EXPECT_EQ(cells_of(result, 2), test::run(200, 20));
}

TEST(Discovery, IsSureFromTheThreshold) {
    const float presence = at::sigmoid(at::full({1}, 0.25F)).item<float>();
    for (const bool reached : {true, false}) {
        ScriptedStream stream({.threshold = reached ? presence : std::nextafter(double{presence}, 1.0)});
        stream.runner.detections = {{0.25F, logits_of(0, 20)}};
        EXPECT_EQ(stream.step().objects.size(), reached ? 1U : 0U);
    }
}

TEST(Discovery, TakesTheSurestFirstAndNoMoreThanTopK) {
    for (const int top_k : {0, 1, 2, 3}) {
        ScriptedStream stream({.top_k = top_k});
        stream.runner.detections = {{1, logits_of(0, 20)}, {3, logits_of(100, 20)}, {1, logits_of(200, 20)}};
        const auto result = stream.step();
        ASSERT_EQ(result.objects.size(), top_k == 0 ? 3U : static_cast<std::size_t>(top_k));
        EXPECT_EQ(cells_of(result, 1), test::run(100, 20)) << "the surest has the first id";
        if (top_k != 1) {
            EXPECT_EQ(cells_of(result, 2), test::run(0, 20)) << "of equals the first query";
        }
    }
}

TEST(Discovery, CountsKnownThingsAmongTheTopK) {
    ScriptedStream stream({.top_k = 1});
    stream.runner.detections = {{3, logits_of(0, 20)}, {1, logits_of(100, 20)}};
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    EXPECT_EQ(stream.step().objects.size(), 1U);
    EXPECT_EQ(stream.step().objects.size(), 1U) << "the surest is object 1, and no other is looked at";
    stream.options.top_k = 2;
    EXPECT_EQ(stream.step().objects.size(), 2U);
}

TEST(Discovery, StopsAtMaxObjects) {
    ScriptedStream stream({.max_objects = 2});
    for (int i = 0; i < 3; ++i)
        stream.runner.detections.push_back({kSure, logits_of(100 * i, 20)});
    EXPECT_EQ(ids_of(stream.step()), (Ids{1, 2}));
    stream.options.max_objects = 1;
    for (const std::int64_t slot : {0, 1})
        stream.runner.objects[slot] = {kSure, logits_of(static_cast<int>(slot) * 100, 20)};
    EXPECT_EQ(ids_of(stream.step()), (Ids{1, 2})) << "who lives already stays";
}

TEST(Age, DiscoveredObjectsLiveForMaxAgeFramesUnseen) {
    ScriptedStream stream({.max_age = 3});
    stream.runner.detections = {{kSure, logits_of(0, 20)}};
    (void)stream.step();
    stream.runner.detections.clear();
    for (int unseen = 1; unseen <= 3; ++unseen)
        EXPECT_EQ(state_of(stream.step(), 1), ObjectState::kAbsent) << unseen;
    const auto result = stream.step();
    EXPECT_EQ(result.objects.size(), 0U);
    EXPECT_EQ(changes_of(result), Texts{"removed 1"});
}

TEST(Age, BeingSeenOnceCountsAnew) {
    ScriptedStream stream({.max_age = 1});
    stream.runner.detections = {{kSure, logits_of(0, 20)}};
    (void)stream.step();
    stream.runner.detections.clear();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(state_of(stream.step(), 1), ObjectState::kAbsent);
        stream.runner.objects[0] = {kSure, logits_of(0, 20)};
        EXPECT_EQ(state_of(stream.step(), 1), ObjectState::kTracked);
        stream.runner.objects.clear();
    }
}

TEST(Age, NoneMeansTheFirstFrameUnseen) {
    ScriptedStream stream({.max_age = 0});
    stream.runner.detections = {{kSure, logits_of(0, 20)}};
    (void)stream.step();
    stream.runner.detections.clear();
    EXPECT_EQ(stream.step().objects.size(), 0U);
}

TEST(Age, PromptedObjectsAreLostAfterMaxAgeAndComeBack) {
    ScriptedStream stream({.mode = Mode::kPrompted, .max_age = 2});
    shown(stream).runner.objects.clear();
    EXPECT_EQ(state_of(stream.step(), 1), ObjectState::kAbsent);
    EXPECT_EQ(state_of(stream.step(), 1), ObjectState::kAbsent);
    EXPECT_EQ(state_of(stream.step(), 1), ObjectState::kLost);
    stream.runner.objects[0] = {kSure, logits_of(0, 20)};
    EXPECT_EQ(changes_of(stream.step()), Texts{"back 1"});
}

/// Three discovered objects 1, 2, 3; the numbers say for how many frames each has not been seen.
void leave(ScriptedStream& stream, const std::array<int, 3>& unseen) {
    for (int i = 0; i < 3; ++i)
        stream.runner.detections.push_back({static_cast<float>(9 - i), logits_of(100 * i, 20)});
    ASSERT_EQ(ids_of(stream.step()), (Ids{1, 2, 3}));
    stream.runner.detections.clear();
    for (int frame = 4; frame > 0; --frame) {
        stream.runner.objects.clear();
        for (std::size_t i = 0; i < 3; ++i)
            if (unseen[i] < frame)
                stream.runner.objects[static_cast<std::int64_t>(i)] = {kSure, logits_of(100 * static_cast<int>(i), 20)};
        (void)stream.step();
    }
}

TEST(Room, IsMadeByTheDiscoveredObjectThatIsAbsentForLongest) {
    ScriptedStream stream({.mode = Mode::kAll, .max_objects = 3});
    leave(stream, {1, 3, 0});
    const auto result = stream.step({test::mask_of(300, 20)});
    EXPECT_EQ(ids_of(result), (Ids{1, 3, 4}));
    EXPECT_EQ(changes_of(result), (Texts{"removed 2", "appeared 4"}));
}

TEST(Room, OfEquallyAbsentOnesTheOlderGoes) {
    ScriptedStream stream({.mode = Mode::kAll, .max_objects = 3});
    leave(stream, {0, 2, 2});
    EXPECT_EQ(ids_of(stream.step({test::mask_of(300, 20)})), (Ids{1, 3, 4}));
}

TEST(Room, IsNotMadeByWhatIsSeenOrWasPrompted) {
    ScriptedStream stream({.mode = Mode::kAll, .max_objects = 3});
    leave(stream, {0, 0, 4});
    stream.runner.objects = {{0, {kSure, logits_of(0, 20)}}, {1, {kSure, logits_of(100, 20)}}};
    EXPECT_EQ(test::answers_of(stream.step({test::mask_of(200, 20, 3)})), Texts{"3"}) << "now a prompted one";
    stream.runner.objects.erase(2);
    (void)stream.step();
    const auto result = stream.step({test::mask_of(300, 20)});
    EXPECT_EQ(test::answers_of(result), Texts{"all 3 objects are in use; remove one, or raise max-objects"});
    EXPECT_EQ(ids_of(result), (Ids{1, 2, 3}));
}

TEST(Room, IsMadeForDiscoveriesToo) {
    ScriptedStream stream({.mode = Mode::kAll, .max_objects = 3});
    leave(stream, {2, 0, 0});
    stream.runner.objects = {{1, {kSure, logits_of(100, 20)}}, {2, {kSure, logits_of(200, 20)}}};
    stream.runner.detections = {{2, logits_of(300, 20)}, {1, logits_of(340, 20)}};
    const auto result = stream.step();
    EXPECT_EQ(ids_of(result), (Ids{2, 3, 4})) << "one has made room, the others are seen";
    EXPECT_EQ(changes_of(result), (Texts{"removed 1", "appeared 4"}));
}

TEST(Ids, AreNeverUsedAgainWhileMapValuesAreTheLongestUnusedFirst) {
    ScriptedStream stream({.max_objects = 2, .max_age = 0});
    stream.runner.detections = {{kSure, logits_of(0, 20)}};
    for (std::int64_t id = 1; id < 200; id += 1) {
        const auto result = stream.step();
        ASSERT_EQ(ids_of(result), Ids{id});
        EXPECT_EQ(result.objects[0].value, (id - 1) % stream.runner.net().config().history.id_vectors + 1);
        EXPECT_EQ(cells_of(result, result.objects[0].value), test::run(0, 20));
    }
}

TEST(Ids, ThatAPromptNamesPushTheNextOneUp) {
    ScriptedStream stream({.mode = Mode::kPrompted});
    EXPECT_EQ(test::answers_of(stream.step(
                  {test::mask_of(0, 20, 40), test::mask_of(40, 20), test::mask_of(80, 20, 7), test::mask_of(120, 20)})),
              (Texts{"40", "41", "7", "42"}));
}

TEST(Ids, EndAtTheLargest) {
    ScriptedStream stream({.mode = Mode::kAll});
    EXPECT_EQ(test::answers_of(stream.step({test::mask_of(0, 20, ObjectTable::kMaxId), test::mask_of(40, 20)})),
              (Texts{std::to_string(ObjectTable::kMaxId), "all object ids up to 2^53 are used"}));
    stream.runner.detections = {{kSure, logits_of(100, 20)}};
    EXPECT_EQ(stream.step().objects.size(), 1U) << "nor has a detection one";
}

TEST(Values, FollowTheSeed) {
    ScriptedStream stream({.mode = Mode::kPrompted, .seed = 1});
    const auto first = stream.state.table.free_slots().front();
    const auto result = stream.step({test::mask_of(0, 20)});
    EXPECT_EQ(result.objects[0].value, first + 1);
    EXPECT_EQ(cells_of(result, first + 1), test::run(0, 20));
    EXPECT_NE(first, 0);
}

TEST(Values, StayForLifeWhateverLeaves) {
    ScriptedStream stream({.max_age = 0});
    for (int i = 0; i < 3; ++i)
        stream.runner.detections.push_back({static_cast<float>(9 - i), logits_of(100 * i, 20)});
    (void)stream.step();
    stream.runner.detections.clear();
    stream.runner.objects[2] = {kSure, logits_of(200, 20)};
    const auto result = stream.step();
    ASSERT_EQ(ids_of(result), Ids{3});
    EXPECT_EQ(result.objects[0].value, 3);
    EXPECT_EQ(cells_of(result, 3), test::run(200, 20));
}

class Modes : public testing::TestWithParam<Mode> {};

TEST_P(Modes, SayWhatIsFollowedBesideAndAfterAPrompt) {
    const auto mode = GetParam();
    ScriptedStream stream({.mode = mode});
    stream.runner.detections = {{kSure, logits_of(0, 20)}};
    stream.runner.objects = {{0, {kSure, logits_of(0, 20)}}, {1, {kSure, logits_of(100, 20)}}};
    const bool discovers = mode != Mode::kPrompted;
    EXPECT_EQ(stream.step().objects.size(), discovers ? 1U : 0U);
    const auto prompted = stream.step({test::mask_of(100, 20, 9)});
    const bool takes = mode != Mode::kDiscovery;
    EXPECT_EQ(prompted.answers[0].accepted, takes);
    const bool keeps = mode == Mode::kAll || mode == Mode::kDiscovery;
    Ids expected;
    if (keeps)
        expected.push_back(1);
    if (takes)
        expected.push_back(9);
    EXPECT_EQ(ids_of(prompted), expected);
    EXPECT_EQ(changes_of(prompted), mode == Mode::kAuto        ? (Texts{"removed 1", "appeared 9"})
                                    : mode == Mode::kDiscovery ? Texts{}
                                                               : Texts{"appeared 9"});
    stream.runner.detections = {{kSure, logits_of(200, 20)}};
    EXPECT_EQ(stream.step().objects.size(), expected.size() + (keeps ? 1 : 0)) << "discovery goes on or has ended";
}

INSTANTIATE_TEST_SUITE_P(All, Modes, testing::Values(Mode::kAuto, Mode::kAll, Mode::kPrompted, Mode::kDiscovery));

TEST(Discovery, EndsWhenAModeWantsPromptsOnly) {
    ScriptedStream stream({.mode = Mode::kAll});
    stream.runner.detections = {{kSure, logits_of(0, 20)}};
    stream.runner.objects = {{0, {kSure, logits_of(0, 20)}}, {1, {kSure, logits_of(100, 20)}}};
    EXPECT_EQ(ids_of(stream.step({test::mask_of(100, 20)})), (Ids{1, 2}));
    stream.options.mode = Mode::kPrompted;
    EXPECT_EQ(ids_of(stream.step()), Ids{1});
}

}  // namespace
}  // namespace ausm
