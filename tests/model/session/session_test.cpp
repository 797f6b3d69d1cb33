// SPDX-License-Identifier: MIT
// Streams with the real weights: prompts, discovery, the life of objects, state, interruption.
#include "scene.h"
#include "weights_with.h"

#include <thread>

namespace ausm {
namespace {

using test::Place;
using test::step;

constexpr int kWidth = 320, kHeight = 192;

class SessionTest : public testing::Test {
protected:
    std::unique_ptr<Session> open(Mode mode, int max_objects = 0, int max_age = 150) {
        SessionOptions options;
        options.mode = mode;
        options.inference_size = 160;
        options.max_objects = max_objects;
        options.max_age = max_age;
        return test::engine()->session(options);
    }
    static Prompt removal_of(std::int64_t object) {
        Prompt prompt;
        prompt.kind = PromptKind::kRemove;
        prompt.object = object;
        return prompt;
    }
    test::Scene scene_{kWidth, kHeight};
};

TEST_F(SessionTest, BoxPromptGivesAMaskOnItsOwnFrameAndIsTracked) {
    const auto session = open(Mode::kAuto);
    Place disc{0.35, 0.5};
    const std::vector<Prompt> prompts{scene_.disc_box(disc)};
    auto result = step(*session, scene_.draw(disc), prompts);
    ASSERT_EQ(result.answers.size(), 1U);
    EXPECT_TRUE(result.answers[0].accepted) << result.answers[0].reason;
    ASSERT_EQ(result.objects.size(), 1U);
    const auto object = result.objects[0];
    EXPECT_EQ(object.id, 1);
    EXPECT_EQ(object.value, 1);
    EXPECT_EQ(object.state, ObjectState::kNew);
    EXPECT_EQ(object.origin, ObjectOrigin::kPrompt);
    EXPECT_GT(test::disc_iou(result, 1, disc), 0.8);
    for (int t = 1; t <= 10; ++t) {
        disc.x += 0.02;
        result = step(*session, scene_.draw(disc));
    }
    ASSERT_EQ(result.objects.size(), 1U);
    EXPECT_EQ(result.objects[0].state, ObjectState::kTracked);
    EXPECT_GT(test::disc_iou(result, 1, disc), 0.8);
    EXPECT_NEAR((result.objects[0].box[0] + result.objects[0].box[2]) / 2, disc.x, 0.03);
    EXPECT_NEAR(result.objects[0].area, 3.14159 * 0.04 * kHeight / kWidth, 0.02);
}

TEST_F(SessionTest, PromptOnALaterFrame) {
    const auto session = open(Mode::kPrompted);
    const Place disc{0.6, 0.5};
    for (int t = 0; t < 3; ++t)
        EXPECT_TRUE(step(*session, scene_.draw(disc)).objects.empty());
    Prompt prompt;
    prompt.kind = PromptKind::kPoints;
    prompt.points = {{disc.x, disc.y, true}};
    prompt.label = "disc";
    prompt.ref = "click 1";
    const auto result = step(*session, scene_.draw(disc), {prompt});
    EXPECT_EQ(result.answers.at(0).ref, "click 1");
    EXPECT_EQ(result.objects.at(0).label, "disc");
    EXPECT_GT(test::disc_iou(result, 1, disc), 0.7);
    EXPECT_GT(test::disc_iou(step(*session, scene_.draw(disc)), 1, disc), 0.7);
}

TEST_F(SessionTest, MaskPromptIsShownAsGiven) {
    for (const int frames_before : {0, 2}) {
        const auto session = open(Mode::kPrompted);
        const Place disc{0.4, 0.5};
        for (int t = 0; t < frames_before; ++t)
            (void)step(*session, scene_.draw(disc));
        Prompt prompt;
        prompt.kind = PromptKind::kMask;
        prompt.mask_width = kWidth, prompt.mask_height = kHeight;
        for (int y = 0; y < kHeight; ++y)
            for (int x = 0; x < kWidth; ++x)
                prompt.mask.push_back(std::hypot(x - disc.x * kWidth, y - disc.y * kHeight) < 0.2 * kHeight ? 255 : 0);
        const auto result = step(*session, scene_.draw(disc), {prompt});
        for (std::size_t i = 0; i < prompt.mask.size(); ++i)
            ASSERT_EQ(result.map[i] != 0, prompt.mask[i] != 0);
        EXPECT_NEAR(result.objects.at(0).box[0], disc.x - 0.2 * kHeight / kWidth, 0.01);
        EXPECT_GT(test::disc_iou(step(*session, scene_.draw(disc)), 1, disc), 0.85);
    }
}

TEST_F(SessionTest, APartOfAnObjectMayBecomeOneOfItsOwn) {
    const Place disc{0.4, 0.5}, square{0.58, 0.5};
    Prompt both;
    both.kind = PromptKind::kMask;
    both.mask_width = kWidth, both.mask_height = kHeight;
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x) {
            const bool on_disc = std::hypot(x - disc.x * kWidth, y - disc.y * kHeight) < 0.2 * kHeight;
            const bool on_square =
                std::abs(x - square.x * kWidth) < 0.12 * kHeight && std::abs(y - square.y * kHeight) < 0.12 * kHeight;
            both.mask.push_back(on_disc || on_square ? 255 : 0);
        }
    for (const int passes : {1, 2, 3}) {
        const auto session =
            test::engine()->session({.mode = Mode::kPrompted, .passes = passes, .inference_size = 160});
        (void)step(*session, scene_.draw(disc, square), {both});
        EXPECT_GT(test::disc_iou(step(*session, scene_.draw(disc, square)), 1, disc), 0.6);
        const auto part = scene_.disc_box(disc, 2);
        EXPECT_GT(test::disc_iou(step(*session, scene_.draw(disc, square), {part}), 2, disc), 0.7);
        Result later;
        for (int t = 0; t < 5; ++t)
            later = step(*session, scene_.draw(disc, square));
        EXPECT_GT(test::disc_iou(later, 2, disc), 0.7);
        ASSERT_EQ(later.objects.size(), 2U);
        EXPECT_GT(later.objects[0].area, 0) << passes << ": the square is still the first object's";
    }
}

TEST_F(SessionTest, DiscoveryFindsAndKeepsWithoutPrompts) {
    const auto session = open(Mode::kAuto);
    Place disc{0.3, 0.5};
    (void)step(*session, scene_.draw(disc));
    Result result;
    for (int t = 0; t < 8; ++t) {
        disc.x += 0.02;
        result = step(*session, scene_.draw(disc));
    }
    double best = 0;
    for (const auto& object : result.objects) {
        EXPECT_EQ(object.origin, ObjectOrigin::kAuto);
        best = std::max(best, test::disc_iou(result, object.value, disc));
    }
    EXPECT_GT(best, 0.8);
}

TEST_F(SessionTest, AnObjectThatLeavesIsAbsentAndComesBackUnderItsId) {
    const auto session = open(Mode::kPrompted);
    const Place disc{0.5, 0.5};
    const auto prompt = scene_.disc_box(disc, 77);
    (void)step(*session, scene_.draw(disc), {prompt});
    for (int t = 0; t < 3; ++t)
        (void)step(*session, scene_.draw(disc));
    bool was_absent = false;
    for (int t = 0; t < 4; ++t) {
        const auto result = step(*session, scene_.draw({0, 0, false}));
        ASSERT_EQ(result.objects.size(), 1U) << "a prompted object never expires";
        if (result.objects[0].state == ObjectState::kAbsent) {
            was_absent = true;
            EXPECT_EQ(result.objects[0].area, 0);
        }
    }
    EXPECT_TRUE(was_absent);
    EXPECT_EQ(step(*session, scene_.draw(disc)).objects.at(0).id, 77);
}

TEST_F(SessionTest, RefusedPromptsSayWhyAndChangeNothing) {
    const Place disc{0.5, 0.5};
    auto flat = scene_.disc_box(disc);
    flat.box = {0.5, 0.5, 0.5, 0.9};
    Prompt negative;
    negative.kind = PromptKind::kPoints;
    negative.points = {{0.1, 0.1, false}};
    Prompt empty;
    empty.kind = PromptKind::kMask;
    empty.mask_width = empty.mask_height = 2;
    empty.mask.resize(4);
    struct Refusal {
        Mode mode;
        bool lives;  // an object, where one is the most
        Prompt prompt;
        const char* says;
    };
    for (const auto& [mode, lives, prompt, says] :
         {Refusal{Mode::kPrompted, true, scene_.disc_box({0.2, 0.2}), "max-objects"},
          Refusal{Mode::kPrompted, true, flat, "no area"}, Refusal{Mode::kPrompted, false, flat, "no area"},
          Refusal{Mode::kAuto, false, negative, "label 0"}, Refusal{Mode::kAll, false, empty, "empty"},
          Refusal{Mode::kDiscovery, false, scene_.disc_box(disc), "mode=discovery"},
          Refusal{Mode::kPrompted, true, removal_of(9), "no such object"},
          Refusal{Mode::kDiscovery, false, removal_of(0), "needs the id"}}) {
        const auto session = open(mode, 1), same = open(mode, 1);
        for (auto* one : {session.get(), same.get()}) {
            const std::vector<Prompt> shown(lives ? 1 : 0, scene_.disc_box(disc, 5));
            for (int t = 0; t < 2; ++t)  // an empty scene: discovery finds nothing
                (void)step(*one, scene_.draw({0, 0, lives}), t == 0 ? shown : std::vector<Prompt>());
        }
        const auto result = step(*session, scene_.draw({0, 0, lives}), {prompt});
        EXPECT_FALSE(result.answers.at(0).accepted);
        EXPECT_NE(result.answers[0].reason.find(says), std::string::npos) << result.answers[0].reason;
        EXPECT_EQ(result.answers[0].object, prompt.object);
        EXPECT_EQ(step(*same, scene_.draw({0, 0, lives})).map, result.map) << says;
        EXPECT_TRUE(session->save() == same->save()) << says;
        EXPECT_EQ(step(*session, scene_.draw(disc)).map, step(*same, scene_.draw(disc)).map) << says;
        EXPECT_TRUE(session->save() == same->save()) << says;
    }
}

TEST_F(SessionTest, Label0ClearsPixelsOfAnObject) {
    const auto session = open(Mode::kPrompted);
    const Place disc{0.5, 0.5};
    const auto prompt = scene_.disc_box(disc, 3);
    (void)step(*session, scene_.draw(disc), {prompt});
    Prompt negative;
    negative.kind = PromptKind::kPoints;
    negative.object = 3;
    negative.points = {{0.5, 0.5, false}};
    const auto result = step(*session, scene_.draw(disc), {negative});
    EXPECT_TRUE(result.answers[0].accepted) << result.answers[0].reason;
    EXPECT_EQ(result.map[static_cast<std::size_t>(kHeight / 2) * kWidth + kWidth / 2], 0);
    EXPECT_GT(result.objects.at(0).area, 0);
}

TEST_F(SessionTest, RemoveAndResetForget) {
    const auto session = open(Mode::kPrompted);
    const Place disc{0.5, 0.5};
    const std::vector<Prompt> prompts{scene_.disc_box(disc), scene_.disc_box({0.2, 0.3})};
    EXPECT_EQ(step(*session, scene_.draw(disc), prompts).objects.size(), 2U);
    auto result = step(*session, scene_.draw(disc), std::vector{removal_of(99), removal_of(1)});
    EXPECT_FALSE(result.answers.at(0).accepted);
    EXPECT_TRUE(result.answers.at(1).accepted);
    ASSERT_EQ(result.objects.size(), 1U);
    EXPECT_EQ(result.objects[0].id, 2);
    EXPECT_EQ(result.changes.at(0).id, 1);
    session->reset();
    EXPECT_TRUE(step(*session, scene_.draw(disc)).objects.empty());
    EXPECT_EQ(step(*session, scene_.draw(disc), prompts).objects.at(0).id, 1) << "a new stream counts from 1";
}

TEST_F(SessionTest, AResetOnAFrameIsThatBeforeIt) {
    SessionOptions options;
    options.mode = Mode::kPrompted;
    options.inference_size = 160;
    options.seed = 3;
    const auto before = test::engine()->session(options), on_frame = test::engine()->session(options);
    const Place disc{0.5, 0.5};
    const std::vector<Prompt> shown{scene_.disc_box(disc)};
    Prompt reset;
    reset.kind = PromptKind::kReset;
    for (auto* session : {before.get(), on_frame.get()})
        for (int t = 0; t < 3; ++t)
            (void)step(*session, scene_.draw({0.3, 0.5}), t == 1 ? shown : std::vector<Prompt>());
    before->reset();
    const auto expected = step(*before, scene_.draw(disc), shown);
    const auto result = step(*on_frame, scene_.draw(disc), std::vector{scene_.disc_box(disc, 9), reset, shown[0]});
    EXPECT_EQ(result.map, expected.map);
    EXPECT_EQ(result.objects.at(0).id, 1);
    EXPECT_EQ(result.answers.at(0).reason, "a reset followed on the same frame");
    EXPECT_EQ(on_frame->info().frames, 1);
    EXPECT_TRUE(on_frame->save() == before->save());
}

TEST_F(SessionTest, RemovedAndShownAgainIsAnotherObjectOfThatId) {
    const auto session = open(Mode::kPrompted);
    const Place disc{0.5, 0.5}, elsewhere{0.25, 0.5};
    const std::vector<Prompt> first{scene_.disc_box(elsewhere, 7)};
    (void)step(*session, scene_.draw(elsewhere), first);
    const std::vector<Prompt> again{removal_of(7), scene_.disc_box(disc, 7)};
    const auto result = step(*session, scene_.draw(disc), again);
    EXPECT_EQ(result.objects.size(), 1U);
    EXPECT_EQ(result.objects[0].state, ObjectState::kNew);
    EXPECT_EQ(result.objects[0].value, 2) << "a slot rests before it is used again";
    EXPECT_GT(test::disc_iou(result, 2, disc), 0.8);
    EXPECT_GT(test::disc_iou(step(*session, scene_.draw(disc)), 2, disc), 0.8);
}

TEST_F(SessionTest, AnotherShapeKeepsTheIds) {
    const auto session = open(Mode::kPrompted);
    const Place disc{0.5, 0.5};
    const auto prompt = scene_.disc_box(disc, 9);
    (void)step(*session, scene_.draw(disc), {prompt});
    (void)step(*session, scene_.draw(disc));
    test::Scene square(200, 200);
    const auto result = step(*session, square.draw(disc));
    EXPECT_EQ(result.map_width, 200);
    ASSERT_EQ(result.objects.size(), 1U);
    EXPECT_EQ(result.objects[0].id, 9);
    EXPECT_GT(result.objects[0].area, 0.02);
}

TEST_F(SessionTest, TwoRunsAgreeAndSavedStateContinues) {
    const auto first = open(Mode::kAll), second = open(Mode::kAll), third = open(Mode::kAll);
    Place disc{0.3, 0.5};
    for (int t = 0; t < 4; ++t) {
        disc.x += 0.02;
        EXPECT_EQ(step(*first, scene_.draw(disc)).map, step(*second, scene_.draw(disc)).map);
    }
    third->load(first->save());
    for (int t = 0; t < 3; ++t) {
        disc.x += 0.02;
        const auto expected = step(*first, scene_.draw(disc)), actual = step(*third, scene_.draw(disc));
        EXPECT_EQ(actual.map, expected.map);
        EXPECT_EQ(actual.objects.size(), expected.objects.size());
    }
    EXPECT_EQ(first->info().state_bytes, third->info().state_bytes);
}

TEST_F(SessionTest, TheFirstPromptAfterATimeWithoutObjectsStartsTheStateAnew) {
    const auto early = open(Mode::kPrompted), late = open(Mode::kPrompted);
    const Place disc{0.4, 0.5};
    const std::vector<Prompt> prompts{scene_.disc_box(disc)};
    for (int t = 0; t < 5; ++t)
        (void)step(*late, scene_.draw({0.1 + 0.02 * t, 0.5}));
    for (int t = 0; t < 3; ++t) {
        const Place place{0.4 + 0.02 * t, 0.5};
        const auto shown = t == 0 ? prompts : std::vector<Prompt>();
        const auto a = step(*early, scene_.draw(place), shown), b = step(*late, scene_.draw(place), shown);
        EXPECT_EQ(a.map, b.map) << t;
    }
    EXPECT_EQ(late->info().frames, 8) << "frames are counted on";
}

TEST_F(SessionTest, MorePassesReadTheFrameAgainAndLeaveTheStateAlone) {
    SessionOptions options;
    options.inference_size = 160;
    options.mode = Mode::kPrompted;
    const auto once = test::engine()->session(options);
    options.passes = 3;
    const auto thrice = test::engine()->session(options);
    const Place disc{0.4, 0.5};
    const std::vector<Prompt> prompts{scene_.disc_box(disc)};
    (void)step(*once, scene_.draw(disc), prompts);
    thrice->load(once->save());
    const auto a = step(*once, scene_.draw({0.44, 0.5})), b = step(*thrice, scene_.draw({0.44, 0.5}));
    EXPECT_NE(a.objects[0].score, b.objects[0].score) << "the last reading counts";
    EXPECT_GT(test::disc_iou(b, 1, {0.44, 0.5}), 0.8);
    EXPECT_NE(a.map, b.map);
    // Without objects there is nothing to read again, and the state is the normal step's alone.
    for (auto* session : {once.get(), thrice.get()})
        EXPECT_TRUE(step(*session, scene_.draw({0.44, 0.5}), std::vector{removal_of(1)}).objects.empty());
    const auto first = once->save(), second = thrice->save();
    EXPECT_EQ(first.size(), second.size());
    EXPECT_EQ(first, second);
}

TEST_F(SessionTest, OptionsOutOfRangeAreRefused) {
    const auto session = open(Mode::kAuto);
    SessionOptions options;
    options.passes = 9;
    EXPECT_SAYS(session->configure(options), "passes");
    options.passes = 1;
    options.top_k = -1;
    EXPECT_SAYS(session->configure(options), "top-k");
}

TEST_F(SessionTest, StateBytesDoNotGrow) {
    const auto session = open(Mode::kPrompted);
    const Place disc{0.5, 0.5};
    (void)step(*session, scene_.draw(disc));
    const auto bytes = session->info().state_bytes;
    std::vector<Prompt> many;
    for (int i = 0; i < 64; ++i)
        many.push_back(scene_.disc_box({0.1 + 0.01 * i, 0.5}));
    const auto result = step(*session, scene_.draw(disc), many);
    EXPECT_EQ(result.objects.size(), 64U);
    for (int t = 0; t < 3; ++t)
        (void)step(*session, scene_.draw(disc));
    EXPECT_EQ(session->info().state_bytes, bytes);
}

TEST_F(SessionTest, InterruptEndsStepsUntilReset) {
    const auto session = open(Mode::kAuto);
    const Place disc{0.5, 0.5};
    (void)step(*session, scene_.draw(disc));
    session->interrupt();
    Result untouched;
    untouched.map_width = -7;
    EXPECT_EQ(session->step(scene_.draw(disc), {}, untouched), StepStatus::kInterrupted);
    EXPECT_EQ(untouched.map_width, -7);
    EXPECT_EQ(session->info().frames, 1);
    session->resume();
    (void)step(*session, scene_.draw(disc));
    EXPECT_EQ(session->info().frames, 2) << "the state stayed";
    session->interrupt();
    session->reset();
    (void)step(*session, scene_.draw(disc));
    std::thread other([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        session->interrupt();
    });
    Result result;
    const auto frame = scene_.draw(disc);
    while (session->step(frame, {}, result) == StepStatus::kOk) {
    }
    other.join();
    session->reset();
    (void)step(*session, frame);
}

TEST_F(SessionTest, ABadFrameLeavesTheStreamAsItWas) {
    const auto session = open(Mode::kAuto);
    const Place disc{0.5, 0.5};
    (void)step(*session, scene_.draw(disc));
    const auto before = session->save();
    Result result;
    EXPECT_THROW((void)session->step(Frame{}, {}, result), std::invalid_argument);
    EXPECT_EQ(session->save(), before);
    SessionOptions options;
    options.threshold = 2;
    EXPECT_THROW(session->configure(options), std::invalid_argument);
    options.threshold = 0.5;
    options.presence = -0.1;
    EXPECT_THROW(session->configure(options), std::invalid_argument);
    options.presence = 0.5;
    options.inference_size = 100;
    EXPECT_THROW((void)test::engine()->session(options), std::invalid_argument);
}

TEST_F(SessionTest, ModelSizedMapAndConfidence) {
    SessionOptions options;
    options.map_size = MapSize::kModel;
    options.confidence = true;
    options.inference_size = 160;
    options.mode = Mode::kPrompted;
    const auto session = test::engine()->session(options);
    const Place disc{0.5, 0.5};
    const auto prompt = scene_.disc_box(disc);
    const auto result = step(*session, scene_.draw(disc), {prompt});
    EXPECT_EQ(result.map_width, 64) << "320 x 192 at short side 160: 256 x 160, a quarter of it";
    EXPECT_EQ(result.map_height, 40);
    ASSERT_EQ(result.confidence.size(), result.map.size());
    for (std::size_t i = 0; i < result.map.size(); ++i)
        EXPECT_EQ(result.confidence[i] > 127, result.map[i] != 0);
}

}  // namespace
}  // namespace ausm
