// SPDX-License-Identifier: MIT
// When frames are computed only to know what they take: for the first stream of an engine, never beside another one.
#include "scene.h"

#include <atomic>
#include <thread>

namespace ausm {
namespace {

/// Counts the frames that reach the network.
class CountingRunner final : public NetRunner {
public:
    CountingRunner(const AusmNet& net, std::atomic<int>& frames, const std::function<void(int)>& told)
        : NetRunner(net), frames_(frames), told_(told) {}
    std::vector<NetAnswer> step(std::span<const NetInput> inputs) override {
        frames_ += static_cast<int>(inputs.size());
        if (told_)
            told_(frames_);
        return NetRunner::step(inputs);
    }

private:
    std::atomic<int>& frames_;
    const std::function<void(int)>& told_;
};

class Rehearsal : public testing::Test {
protected:
    static constexpr int kAll = StepClock::kWarmUp + static_cast<int>(LatestTimes::kEnough);

    Rehearsal() {
        thread_.run([this] {
            static const AusmNet net(test::weights(), at::kFloat);  // of all tests
            core_->runner = std::make_unique<CountingRunner>(net, frames_, on_frame_);
        });
        core_->make_input_maker = make_host_input_maker;
        core_->explain = [](const c10::Error& error) { return std::string(error.what_without_backtrace()); };
        core_->info.max_objects = 64;
        core_->info.inference_size = 64;
        core_->rehearsal = 3600;
    }
    std::unique_ptr<Session> open() {
        return std::make_unique<SessionImpl>(nullptr, core_, thread_, SessionOptions{.mode = Mode::kPrompted});
    }
    Frame picture() { return scene_.draw({0.5, 0.5}); }

    std::atomic<int> frames_{0};
    std::function<void(int)> on_frame_;  // with their number, on the engine's thread
    std::shared_ptr<EngineCore> core_ = std::make_shared<EngineCore>();
    EngineThread thread_{1, 1, [this](const EngineThread::Frames& frames) { core_->step(frames); }};
    test::Scene scene_{96, 64};
};

TEST_F(Rehearsal, OfTheFirstStreamTellsWhatFramesTakeOnceForAll) {
    const auto first = open(), second = open();
    EXPECT_EQ(first->typical_seconds(picture()), 0);
    EXPECT_EQ(first->rehearse(picture()), StepStatus::kOk);
    EXPECT_EQ(frames_, kAll);
    EXPECT_GT(first->typical_seconds(picture()), 0);
    EXPECT_EQ(first->rehearse(picture()), StepStatus::kOk);
    EXPECT_EQ(second->rehearse(picture()), StepStatus::kOk);
    EXPECT_EQ(frames_, kAll) << "known already";
    EXPECT_GT(second->typical_seconds(picture()), 0);
}

TEST_F(Rehearsal, LeavesNoTraceInTheStream) {
    const auto plain = open(), rehearsed = open();
    EXPECT_EQ(rehearsed->rehearse(picture()), StepStatus::kOk);
    EXPECT_EQ(rehearsed->info().frames, 0);
    const std::vector<Prompt> prompts{scene_.disc_box({0.5, 0.5})};
    for (int i = 0; i < 3; ++i) {
        const auto shown = i == 0 ? prompts : std::vector<Prompt>();
        const auto expected = test::step(*plain, picture(), shown), result = test::step(*rehearsed, picture(), shown);
        EXPECT_EQ(result.map, expected.map);
        EXPECT_EQ(result.objects.at(0).id, expected.objects.at(0).id);
    }
}

TEST_F(Rehearsal, NeverRunsBesideAStreamThatPlays) {
    const auto playing = open(), joining = open();
    (void)test::step(*playing, picture());
    EXPECT_EQ(joining->rehearse(picture()), StepStatus::kOk);
    EXPECT_EQ(frames_, 1) << "blank frames would hold up the stream that plays";
}

TEST_F(Rehearsal, EndsWhenAnotherStreamsFrameComes) {
    const auto first = open(), second = open();
    std::thread other;
    on_frame_ = [&](int frames) {
        if (frames != 7)
            return;
        other = std::thread([&] { (void)test::step(*second, test::Scene(96, 64).draw({0.5, 0.5})); });
        while (thread_.sizes_of_others(nullptr).size() < 2)
            std::this_thread::yield();
    };
    EXPECT_EQ(first->rehearse(picture()), StepStatus::kOk);
    other.join();
    EXPECT_EQ(frames_, 8) << "the one that was computed, and that of the other stream";
    EXPECT_GT(first->typical_seconds(picture()), 0) << "what is known until then";
}

TEST_F(Rehearsal, OfOneStreamDoesNotMakeOthersWaitForIt) {
    const auto first = open();
    (void)first->rehearse(picture());
    EXPECT_TRUE(thread_.sizes_of_others(nullptr).empty());
}

TEST_F(Rehearsal, EndsWhenItIsInterrupted) {
    const auto session = open();
    session->interrupt();
    EXPECT_EQ(session->rehearse(picture()), StepStatus::kInterrupted);
    session->resume();
    EXPECT_EQ(session->rehearse(picture()), StepStatus::kOk);
}

TEST_F(Rehearsal, TakesNoLongerThanItMay) {
    core_->rehearsal = 0;
    EXPECT_EQ(open()->rehearse(picture()), StepStatus::kOk);
    EXPECT_EQ(frames_, StepClock::kWarmUp + 1) << "the least that says anything";
}

TEST_F(Rehearsal, StreamsThatPlayAreReckonedWith) {
    const auto first = open(), second = open(), third = open();
    (void)test::step(*first, picture());
    (void)test::step(*second, picture());
    const auto size = input_size(picture(), 64);
    for (int i = 0; i < StepClock::kWarmUp; ++i)
        core_->clock.add_batch({size}, 9);
    for (std::size_t i = 0; i < LatestTimes::kKept; ++i) {
        core_->clock.add_batch({size}, 0.25);
        core_->clock.add_picture(96 * 64, 0.125);
    }
    EXPECT_EQ(first->typical_seconds(picture()), 2 * 0.25 + 0.125);
    EXPECT_EQ(third->typical_seconds(picture()), 3 * 0.25 + 0.125) << "with the one that joins";
    second->interrupt();
    EXPECT_EQ(first->typical_seconds(picture()), 0.25 + 0.125) << "the other one has left";
}

}  // namespace
}  // namespace ausm
