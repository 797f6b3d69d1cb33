// SPDX-License-Identifier: MIT
// The engine's queue: which frames are computed together, and that an error stays with its frame.
#include "session/engine_thread.h"

#include "job.h"
#include "scene.h"
#include "session/tracker.h"

#include <chrono>
#include <condition_variable>
#include <future>
#include <map>
#include <stdexcept>

namespace ausm {
namespace {

/// Frames that were handed over together, by their widths.
using Batches = std::vector<std::vector<int>>;

Batches batches_of(int batch, const std::vector<InputSize>& sizes) {
    Batches batches;
    std::promise<void> started, go_on;
    {
        EngineThread thread(1, batch, [&](const EngineThread::Frames& frames) {
            std::vector<int> widths;
            for (const auto& frame : frames)
                widths.push_back(frame->size.width);
            batches.push_back(widths);
        });
        std::thread other([&] {
            thread.run([&] {
                started.set_value();
                go_on.get_future().wait();
            });
        });
        started.get_future().wait();
        for (const auto size : sizes) {
            auto job = std::make_shared<FrameJob>();
            job->size = size;
            thread.post(job);
        }
        go_on.set_value();
        other.join();
    }  // runs what is queued
    return batches;
}

TEST(EngineThread, WaitingFramesOfOneSizeGoTogether) {
    const InputSize a{64, 32}, b{96, 32};
    EXPECT_EQ(batches_of(4, {a, a, b, a, a, a}), (Batches{{64, 64, 64, 64}, {96}, {64}}));
    EXPECT_EQ(batches_of(1, {a, a, b}), (Batches{{64}, {64}, {96}}));
}

/// Streams whose frames wait for each other: the batches that come of it, by the streams' names. Whoever waits does so
/// for half an hour, so that a test ends only when the waiting does.
class WaitingFrames : public testing::Test {
protected:
    static constexpr int kLong = 1'800'000'000;  // microseconds
    static constexpr InputSize kSmall{64, 32}, kLarge{96, 32};

    void TearDown() override { thread_.reset(); }

    void post(char stream, int timeout = kLong, InputSize size = kSmall) {
        auto job = std::make_shared<FrameJob>();
        job->gate = gates_.at(stream);
        job->size = size;
        job->options.batch_timeout = timeout;
        thread_->post(std::move(job));
    }
    void leave(char stream) { thread_->leave(gates_.at(stream).get()); }
    /// What has been handed over since the last call; waits until these are as many as `batches`.
    std::vector<std::string> handed_over(std::size_t batches) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, std::chrono::minutes(1), [&] { return batches_.size() >= batches; }))
            << "a frame waits still";
        return std::exchange(batches_, {});
    }
    /// Every stream has posted a frame and is worth waiting for; no frame is left.
    void make_active(const std::string& streams, InputSize size = kSmall) {
        for (const char stream : streams) {
            post(stream, 0, size);
            (void)handed_over(1);
        }
    }

    std::map<char, std::shared_ptr<FrameGate>> gates_{{'a', std::make_shared<FrameGate>()},
                                                      {'b', std::make_shared<FrameGate>()},
                                                      {'c', std::make_shared<FrameGate>()},
                                                      {'d', std::make_shared<FrameGate>()}};
    std::mutex mutex_;  // guards batches_
    std::condition_variable changed_;
    std::vector<std::string> batches_;
    std::unique_ptr<EngineThread> thread_ =
        std::make_unique<EngineThread>(1, 3, [this](const EngineThread::Frames& frames) {
            std::string names;
            for (const auto& frame : frames)
                for (const auto& [name, gate] : gates_)
                    if (gate == frame->gate)
                        names += name;
            const std::lock_guard lock(mutex_);
            batches_.push_back(names);
            changed_.notify_all();
        });
};

TEST_F(WaitingFrames, OneStreamAloneNeverWaits) {
    for (int i = 0; i < 3; ++i) {
        post('a');
        EXPECT_EQ(handed_over(1), std::vector<std::string>{"a"});
    }
}

TEST_F(WaitingFrames, GoTogetherWhenAllActiveStreamsHaveOne) {
    make_active("ab");
    for (int i = 0; i < 3; ++i) {
        post('a');
        post('b');
        EXPECT_EQ(handed_over(1), std::vector<std::string>{"ab"});
    }
}

TEST_F(WaitingFrames, GoWhenTheBatchIsFull) {
    make_active("abcd");
    for (const char stream : {'a', 'b', 'c'})
        post(stream);
    EXPECT_EQ(handed_over(1), std::vector<std::string>{"abc"});
}

TEST_F(WaitingFrames, WaitForAStreamInVainOnceOnly) {
    make_active("ab");
    post('a', 1000);
    EXPECT_EQ(handed_over(1), std::vector<std::string>{"a"});
    post('a');
    EXPECT_EQ(handed_over(1), std::vector<std::string>{"a"}) << "b is not waited for any more";
    post('b');
    post('a');
    EXPECT_EQ(handed_over(1), std::vector<std::string>{"ba"}) << "now it is";
}

TEST_F(WaitingFrames, GoWhenTheOneTheyWaitForLeaves) {
    make_active("ab");
    post('a');
    leave('b');
    EXPECT_EQ(handed_over(1), std::vector<std::string>{"a"});
}

TEST_F(WaitingFrames, OfAStreamThatLeavesAreForgotten) {
    make_active("ab");
    post('a');
    leave('a');
    post('b');
    EXPECT_EQ(handed_over(1), std::vector<std::string>{"b"});
}

TEST_F(WaitingFrames, HoldUpNeitherJobsNorFramesOfAnotherSize) {
    make_active("ab");
    make_active("c", kLarge);
    post('a');
    int ran = 0;
    thread_->run([&] { ++ran; });
    EXPECT_EQ(ran, 1);
    post('c', kLong, kLarge);
    EXPECT_EQ(handed_over(1), std::vector<std::string>{"c"});
    post('b');
    EXPECT_EQ(handed_over(1), std::vector<std::string>{"ab"});
}

TEST_F(WaitingFrames, AreComputedWhenTheEngineEnds) {
    make_active("ab");
    post('a');
    thread_.reset();
    EXPECT_EQ(handed_over(1), std::vector<std::string>{"a"});
}

TEST(EngineThread, WhatAJobThrowsIsThrownAtItsCaller) {
    EngineThread thread(1, 1, [](const EngineThread::Frames&) {});
    EXPECT_THROW(thread.run([] { throw std::runtime_error("no"); }), std::runtime_error);
    int ran = 0;
    thread.run([&] { ++ran; });
    EXPECT_EQ(ran, 1);
}

/// Fails on several frames together and, alone, on pictures that are brighter than any.
class PickyRunner final : public NetRunner {
public:
    using NetRunner::NetRunner;
    std::vector<NetAnswer> step(std::span<const NetInput> inputs) override {
        if (inputs.size() > 1)
            throw std::runtime_error("not enough memory");
        if (inputs[0].images.max().item<float>() > 9)
            throw std::runtime_error("too bright");
        return NetRunner::step(inputs);
    }
};

TEST(Tracker, AFailureStaysWithItsFrame) {
    const c10::InferenceMode inference;
    const AusmNet net(test::weights(), at::kFloat);
    PickyRunner runner(net);
    std::vector<std::shared_ptr<FrameJob>> jobs;
    for (std::size_t i = 0; i < 3; ++i) {
        StreamState state;
        state.table = ObjectTable(net.config().history.id_vectors, 0);
        jobs.push_back(test::job_of(at::full({1, 3, 64, 96}, i == 1 ? 10.0 : 0.5), std::move(state)));
    }
    Tracker(runner).step(jobs);
    EXPECT_FALSE(jobs[0]->error);
    EXPECT_TRUE(jobs[1]->error);
    EXPECT_FALSE(jobs[2]->error);
    EXPECT_EQ(jobs[0]->state.frames, 1);
    EXPECT_EQ(jobs[2]->state.frames, 1);
}

TEST(Engine, StreamsInABatchingEngineSeeWhatTheyWouldSeeAlone) {
    const auto alone = test::engine();
    const auto batching = open_engine({.weights = test::path_from("AUSM_TEST_WEIGHTS"), .threads = 1, .batch = 4});
    EXPECT_NE(alone, batching);
    constexpr int kStreams = 3, kFrames = 6;
    const auto run = [](Engine& engine, int stream) {
        SessionOptions options;
        options.inference_size = 160;
        options.batch_timeout = 20'000;
        const auto session = engine.session(options);
        test::Scene scene(320, 192);
        std::vector<Result> results;
        for (int t = 0; t < kFrames; ++t) {
            const test::Place disc{0.3 + 0.15 * stream + 0.02 * t, 0.5};
            const std::vector<Prompt> prompts{scene.disc_box(disc)};
            results.push_back(test::step(*session, scene.draw(disc), t == 0 ? prompts : std::vector<Prompt>()));
        }
        return results;
    };
    std::vector<std::future<std::vector<Result>>> streams;
    for (int i = 0; i < kStreams; ++i)
        streams.push_back(std::async(std::launch::async, [&, i] { return run(*batching, i); }));
    for (int i = 0; i < kStreams; ++i) {
        const auto expected = run(*alone, i), results = streams[static_cast<std::size_t>(i)].get();
        for (std::size_t t = 0; t < kFrames; ++t) {
            std::size_t different = 0;
            for (std::size_t p = 0; p < expected[t].map.size(); ++p)
                different += expected[t].map[p] != results[t].map[p];
            EXPECT_LT(different, expected[t].map.size() / 500) << "stream " << i << ", frame " << t;
            ASSERT_EQ(results[t].objects.size(), 1U);
            EXPECT_EQ(results[t].objects[0].id, expected[t].objects[0].id);
            EXPECT_NEAR(results[t].objects[0].score, expected[t].objects[0].score, 1e-2);
        }
    }
}

}  // namespace
}  // namespace ausm
