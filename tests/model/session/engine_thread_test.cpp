// SPDX-License-Identifier: MIT
// The engine's queue: which frames are computed together, and that an error stays with its frame.
#include "session/engine_thread.h"

#include "scene.h"
#include "session/frame_task.h"

#include <future>
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
            auto task = std::make_shared<FrameTask>();
            task->size = size;
            thread.post(task);
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
    void step(std::span<NetPass* const> passes) override {
        if (passes.size() > 1)
            throw std::runtime_error("not enough memory");
        if (passes[0]->images.max().item<float>() > 9)
            throw std::runtime_error("too bright");
        NetRunner::step(passes);
    }
};

TEST(Tracker, AFailureStaysWithItsFrame) {
    const c10::InferenceMode inference;
    const AusmNet net(test::weights(), at::kFloat);
    PickyRunner runner(net);
    std::array<StreamState, 3> states;
    const SessionOptions options;
    std::vector<StreamFrame> frames(3);
    for (std::size_t i = 0; i < 3; ++i) {
        states[i].table = ObjectTable(net.config().id_vectors, 0);
        frames[i].state = &states[i];
        frames[i].options = &options;
        frames[i].images = at::full({1, 3, 64, 96}, i == 1 ? 10.0 : 0.5);
    }
    Tracker(runner).step(frames);
    EXPECT_FALSE(frames[0].error);
    EXPECT_TRUE(frames[1].error);
    EXPECT_FALSE(frames[2].error);
    EXPECT_EQ(states[0].frames, 1);
    EXPECT_EQ(states[2].frames, 1);
}

TEST(Engine, StreamsInABatchingEngineSeeWhatTheyWouldSeeAlone) {
    const auto alone = test::engine();
    const auto batching = open_engine({.weights = test::path_from("AUSM_TEST_WEIGHTS"), .threads = 1, .batch = 4});
    EXPECT_NE(alone, batching);
    constexpr int kStreams = 3, kFrames = 6;
    const auto run = [](Engine& engine, int stream) {
        SessionOptions options;
        options.inference_size = 160;
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
