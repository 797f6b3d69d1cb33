// SPDX-License-Identifier: MIT
// Recording and repeating phases, with a recording that is told when to fail in place of CUDA graphs.
#include "session/recorded.h"

#include "session/plan_cache.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <vector>

namespace ausm {
namespace {

/// What happened, in order: launches "a", "b", "c", recorded ones in brackets, replays "A", "B", "C".
using Log = std::string;

struct Script {
    int fails_to_record = -1;  ///< phase; 3: the recording cannot even be made
    int fails_to_replay = -1;
    std::string says = "not permitted while recording\nadvice";
    int alive = 0;
};

class Recording {
public:
    Recording(Script& script, Log& log) : script_(script), log_(log) {
        if (script_.fails_to_record == 3)
            throw std::runtime_error(script_.says);
        ++script_.alive;
    }
    ~Recording() { --script_.alive; }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

    void record(std::size_t phase, const std::function<void()>& work) {
        log_ += "[";
        work();
        log_ += "]";
        if (static_cast<int>(phase) == script_.fails_to_record)
            throw std::runtime_error(script_.says);
    }
    void replay(std::size_t phase) {
        if (static_cast<int>(phase) == script_.fails_to_replay)
            throw std::runtime_error("the device is gone");
        log_ += static_cast<char>('A' + phase);
    }

private:
    Script& script_;
    Log& log_;
};

/// What a runner keeps for one size.
struct Plan {
    Script script;
    Log log;
    std::array<std::function<void()>, 3> phases{[this] { log += "a"; }, [this] { log += "b"; }, [this] { log += "c"; }};
    Recorded<Recording> recorded;
    std::vector<std::size_t> after;

    Log run(bool may_record = true) {
        log.clear();
        after.clear();
        recorded.run(
            phases, may_record, [this] { return std::make_unique<Recording>(script, log); },
            [this](std::size_t phase) { after.push_back(phase); });
        return log;
    }
    [[nodiscard]] std::size_t bytes() const { return 1; }
};

TEST(Recorded, WarmsUpThenRecordsThenReplays) {
    Plan plan;
    EXPECT_EQ(plan.run(), "abc");
    EXPECT_EQ(plan.run(), "abc");
    EXPECT_EQ(plan.recorded.text(), "not recorded yet");
    EXPECT_EQ(plan.run(), "[a][b][c]ABC");
    EXPECT_EQ(plan.run(), "ABC");
    EXPECT_EQ(plan.after, (std::vector<std::size_t>{0, 1, 2}));
    EXPECT_EQ(plan.recorded.text(), "replayed");
    EXPECT_NE(plan.recorded.recording(), nullptr);
}

TEST(Recorded, AFailedRecordingLeavesNothingAndTheWorkIsDone) {
    const std::array<Log, 4> wanted{"[a]abc", "[a][b]abc", "[a][b][c]abc", "abc"};
    for (int phase = 0; phase <= 3; ++phase) {
        Plan plan;
        plan.script.fails_to_record = phase;
        plan.run();
        plan.run();
        EXPECT_EQ(plan.run(), wanted[static_cast<std::size_t>(phase)]) << "phase " << phase;
        EXPECT_EQ(plan.script.alive, 0) << "phase " << phase;
        EXPECT_EQ(plan.recorded.recording(), nullptr);
        EXPECT_EQ(plan.recorded.text(), "no: not permitted while recording");
        plan.script.fails_to_record = -1;
        EXPECT_EQ(plan.run(), "abc") << "it is not tried again";
    }
}

TEST(Recorded, AFailureWithoutWordsIsOneToo) {
    Plan plan;
    plan.script = {.fails_to_record = 1, .says = ""};
    for (int run = 0; run < 3; ++run)
        plan.run();
    EXPECT_EQ(plan.run(), "abc");
    EXPECT_EQ(plan.recorded.text(), "no: ");
}

TEST(Recorded, TheReasonOfLibTorchComesWithoutItsStackTrace) {
    Plan plan;
    plan.phases[1] = [&plan] {
        TORCH_CHECK(plan.script.alive == 0, "a copy to the host cannot be recorded");
        plan.log += "b";
    };
    for (int run = 0; run < 3; ++run)
        plan.run();
    EXPECT_EQ(plan.recorded.text(), "no: a copy to the host cannot be recorded");
}

TEST(Recorded, NothingIsRecordedUntilItMayBe) {
    Plan plan;
    for (int run = 0; run < 5; ++run)
        EXPECT_EQ(plan.run(false), "abc");
    EXPECT_EQ(plan.recorded.text(), "no: there is no room for it");
    EXPECT_EQ(plan.run(true), "[a][b][c]ABC");
    EXPECT_EQ(plan.run(false), "ABC") << "what is recorded stays";
}

TEST(Recorded, AfterAReplayThatFailedTheNextRunIsLaunched) {
    Plan plan;
    for (int run = 0; run < 3; ++run)
        plan.run();
    plan.script.fails_to_replay = 1;
    EXPECT_THROW(plan.run(), std::runtime_error);
    EXPECT_EQ(plan.log, "A");
    EXPECT_EQ(plan.script.alive, 0);
    EXPECT_EQ(plan.run(), "abc");
    EXPECT_EQ(plan.recorded.text(), "no: the device is gone");
}

TEST(Recorded, WhatAPhaseThrowsIsThrown) {
    Plan plan;
    plan.phases[2] = [] { throw std::logic_error("shapes"); };
    for (int run = 0; run < 4; ++run)
        EXPECT_THROW(plan.run(), std::logic_error);
    EXPECT_EQ(plan.recorded.text(), "no: shapes");
}

// The runner of a GPU in small: plans that make room for others take nothing from those that stay.
TEST(Recorded, APlanReplaysWhileOthersAreMadeAndFreed) {
    PlanCache<int, Plan> cache({.plans = 2, .idle = 0});
    const auto run = [&](int key) {
        auto& plan = cache.get(key, [] { return std::make_unique<Plan>(); }).plan;
        return plan.run();
    };
    for (int i = 0; i < 3; ++i)
        run(0);
    for (int key = 1; key < 20; ++key)
        for (int i = 0; i < 4; ++i) {
            EXPECT_EQ(run(key), i < 2 ? "abc" : i == 2 ? "[a][b][c]ABC" : "ABC") << key;
            EXPECT_EQ(run(0), "ABC") << "beside " << key;
        }
}

}  // namespace
}  // namespace ausm
