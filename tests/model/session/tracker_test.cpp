// SPDX-License-Identifier: MIT
// The tracker over a runner that draws label maps beside the network, as a GPU does: the maps that the caller draws.
#include "map_course.h"
#include "scene.h"

#include <c10/core/InferenceMode.h>

#include <array>

namespace ausm {
namespace {

using test::CourseFrame;
using test::MapCourse;
using test::Place;

constexpr int kWidth = 320, kHeight = 192, kShortSide = 96;

class TrackerTest : public testing::Test {
protected:
    /// Frames 0 to 11: nothing, a box on the disc, then it moves, and is away on frames 6 to 8; perhaps a square comes.
    std::vector<CourseFrame> play(SessionOptions options, bool with_square) {
        MapCourse course(runner_, options, kShortSide);
        std::vector<CourseFrame> frames;
        for (int t = 0; t < 12; ++t) {
            const Place disc{0.3 + 0.02 * t, 0.5, t < 6 || t > 8}, square{0.8, 0.3 + 0.02 * t, with_square && t > 2};
            std::vector<Prompt> prompts;
            if (t == 1)
                prompts.push_back(scene_.disc_box(disc));
            frames.push_back(course.step(scene_.draw(disc, square), prompts));
        }
        return frames;
    }
    static void expect_equal(const std::vector<CourseFrame>& frames) {
        for (const auto& [beside, here, with_answer] : frames) {
            EXPECT_EQ(beside.map, here.map);
            EXPECT_EQ(beside.confidence, here.confidence);
            ASSERT_EQ(beside.objects.size(), here.objects.size());
            for (std::size_t i = 0; i < here.objects.size(); ++i) {
                EXPECT_EQ(beside.objects[i].id, here.objects[i].id);
                EXPECT_EQ(beside.objects[i].state, here.objects[i].state);
                EXPECT_EQ(beside.objects[i].area, here.objects[i].area);
                EXPECT_EQ(beside.objects[i].box, here.objects[i].box);
            }
        }
    }

    c10::InferenceMode inference_;
    AusmNet net_{test::weights(), at::kFloat};
    test::PlanRunner runner_{net_};
    test::Scene scene_{kWidth, kHeight};
};

/// Says how it launched the network, as the runner of a GPU does.
class Telling final : public NetRunner {
public:
    explicit Telling(NetRunner& runner) : NetRunner(runner.net()), runner_(runner) {}
    std::vector<NetAnswer> step(std::span<const NetInput> inputs) override {
        auto answers = runner_.step(inputs);
        for (auto& answer : answers)
            answer.graphs = "no: memory is short";
        return answers;
    }

private:
    NetRunner& runner_;
};

TEST_F(TrackerTest, HowTheNetworkWasLaunchedComesWithTheFrame) {
    Telling runner(runner_);
    StreamState state;
    state.table = ObjectTable(net_.config().history.id_vectors, 0);
    const auto job = test::job_of(at::zeros({1, 3, 64, 96}), std::move(state));
    Tracker(runner).step({&job, 1});
    ASSERT_FALSE(job->error);
    EXPECT_EQ(job->output.graphs, "no: memory is short");
}

TEST_F(TrackerTest, AMapDrawnBesideTheNetworkIsTheCallersOwn) {
    const auto frames = play({.mode = Mode::kPrompted, .confidence = true}, false);
    expect_equal(frames);
    EXPECT_FALSE(frames[1].with_answer) << "a box is read before its object is drawn";
    for (std::size_t t = 2; t < frames.size(); ++t)
        EXPECT_TRUE(frames[t].with_answer) << "frame " << t << " has no prompt: nobody waits in between";
    EXPECT_GT(frames[3].here.objects.at(0).area, 0);
    EXPECT_EQ(frames[8].here.objects.at(0).state, ObjectState::kAbsent);
    EXPECT_EQ(frames[8].here.objects.at(0).area, 0);
}

TEST_F(TrackerTest, DiscoveredObjectsAreDrawnOnTheirFirstFrame) {
    const auto frames = play({.mode = Mode::kAll, .max_age = 1, .map_size = MapSize::kModel}, true);
    expect_equal(frames);
    bool discovered = false;
    for (const auto& frame : frames)
        for (const auto& change : frame.here.changes)
            if (change.event == ObjectEvent::kAppeared && frame.here.objects.back().origin == ObjectOrigin::kAuto) {
                discovered = true;
                EXPECT_FALSE(frame.with_answer) << "the network's answer alone does not show it";
                EXPECT_GT(frame.here.objects.back().area, 0);
            }
    EXPECT_TRUE(discovered);
    EXPECT_EQ(frames[3].here.map_width, frames[3].here.map_height * kWidth / kHeight);
}

TEST_F(TrackerTest, SeveralReadingsAreDrawnAfterTheLast) {
    const auto frames = play({.mode = Mode::kPrompted, .passes = 2}, true);
    expect_equal(frames);
    for (const auto& frame : frames)
        EXPECT_FALSE(frame.with_answer);
}

TEST_F(TrackerTest, AMaskIsShownAsGivenOverWhatWasDrawn) {
    MapCourse course(runner_, {.mode = Mode::kPrompted}, kShortSide);
    const Place disc{0.35, 0.5};
    std::vector<CourseFrame> frames;
    frames.push_back(course.step(scene_.draw(disc), std::vector{scene_.disc_box(disc)}));
    Prompt mask;
    mask.kind = PromptKind::kMask;
    mask.mask_width = 4, mask.mask_height = 2;
    mask.mask = {0, 0, 0, 1, 0, 0, 0, 0};
    frames.push_back(course.step(scene_.draw(disc), {&mask, 1}));
    frames.push_back(course.step(scene_.draw(disc), {}));
    expect_equal(frames);
    EXPECT_DOUBLE_EQ(frames[1].beside.objects.at(1).area, 0.125);
    EXPECT_GT(frames[1].beside.objects.at(0).area, 0);
    EXPECT_TRUE(frames[2].with_answer);
}

}  // namespace
}  // namespace ausm
