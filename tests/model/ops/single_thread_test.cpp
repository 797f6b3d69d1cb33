// SPDX-License-Identifier: MIT
// A program that uses LibTorch itself, beside an engine: each has its own number of threads.
#include "ops/single_thread.h"

#include "../session/scene.h"
#include "ops/workers.h"
#include "session/engine_thread.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <filesystem>
#include <thread>

namespace ausm {
namespace {

/// What LibTorch says to a thread that has not asked it before.
int on_a_new_thread() {
    int threads = 0;
    std::thread([&] { threads = at::get_num_threads(); }).join();
    return threads;
}

std::ptrdiff_t threads_of_this_process() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

/// The program has three threads an operation.
class SingleThread : public testing::Test {
protected:
    SingleThread() { at::set_num_threads(3); }
    ~SingleThread() override { at::set_num_threads(before_); }

private:
    int before_ = at::get_num_threads();
};

TEST_F(SingleThread, AnEngineAndItsFramesLeaveTheNumberOfTheProgramAlone) {
    const auto engine = open_engine({.weights = test::path_from("AUSM_TEST_WEIGHTS"), .threads = 2, .batch = 2});
    EXPECT_EQ(on_a_new_thread(), 3);
    SessionOptions options;
    options.inference_size = 64;
    const auto session = engine->session(options);
    test::Scene scene(96, 64);
    for (int i = 0; i < 3; ++i)
        (void)test::step(*session, scene.draw({0.5, 0.5}));
    EXPECT_EQ(on_a_new_thread(), 3);
    EXPECT_EQ(at::get_num_threads(), 3);
}

TEST_F(SingleThread, TheEnginesThreadAndItsWorkersComputeAlone) {
    EngineThread thread(3, 1, [](const EngineThread::Frames&) {});
    std::mutex mutex;
    std::map<std::thread::id, int> numbers;
    thread.run([&] {
        // Until every worker has taken a piece.
        for (int i = 0; i < 10'000 && numbers.size() < 3; ++i)
            ops::run_pieces(3, [&](int) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                const std::lock_guard lock(mutex);
                numbers[std::this_thread::get_id()] = at::get_num_threads();
            });
    });
    EXPECT_EQ(numbers.size(), 3U);
    for (const auto& [id, number] : numbers)
        EXPECT_EQ(number, 1);
}

TEST_F(SingleThread, NoOperationStartsThreads) {
    std::thread([] {
        ops::use_single_thread();
        const auto before = threads_of_this_process();
        const auto a = at::rand({600, 600}), b = at::rand({600, 600});
        const auto picture = at::rand({1, 32, 96, 96}), kernel = at::rand({32, 32, 3, 3});
        (void)at::mm(a, b);
        (void)at::conv2d(picture, kernel, {}, 1, 1);
        (void)at::softmax(a.repeat({8, 1}), 1);
        (void)at::add(a.repeat({8, 1}), 1);
        EXPECT_EQ(threads_of_this_process(), before);
    }).join();
    std::thread([] {
        const auto before = threads_of_this_process();
        (void)at::mm(at::rand({600, 600}), at::rand({600, 600}));
        EXPECT_GT(threads_of_this_process(), before) << "this is how threads are seen that an operation starts";
    }).join();
}

}  // namespace
}  // namespace ausm
