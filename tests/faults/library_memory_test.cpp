// SPDX-License-Identifier: MIT
// Memory that runs out inside the model, all through a frame: an exception, and the session is as it was. And a file of
// weights that is cut at every byte of its header.
#include "../environment_variable.h"
#include "../gst/temporary_folder.h"
#include "ausm.h"

#include <ATen/Context.h>
#include <ATen/record_function.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace {

/// Counts down to the allocation that fails; negative: none does.
std::atomic<std::int64_t> tensor_countdown{-1};
thread_local std::int64_t plain_countdown = -1;

bool is_due(std::atomic<std::int64_t>& countdown) { return countdown >= 0 && countdown-- == 0; }

/// The allocator of tensors, which fails as LibTorch's does.
class FailingAllocator final : public c10::Allocator {
    c10::DataPtr allocate(std::size_t bytes) override {
        TORCH_CHECK(!is_due(tensor_countdown), "can't allocate memory: you tried to allocate ", bytes, " bytes.");
        return c10::GetDefaultCPUAllocator()->allocate(bytes);
    }
    c10::DeleterFnPtr raw_deleter() const override { return c10::GetDefaultCPUAllocator()->raw_deleter(); }
    void copy_data(void* to, const void* from, std::size_t count) const override { default_copy_data(to, from, count); }
};

void* allocate(std::size_t bytes) {
    if (plain_countdown >= 0 && plain_countdown-- == 0)
        throw std::bad_alloc();
    if (void* memory = std::malloc(bytes > 0 ? bytes : 1))
        return memory;
    throw std::bad_alloc();
}

}  // namespace

// The program's own operator new: it fails on the thread that has asked for it.
void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace ausm::test {
namespace {

std::string weights() {
    const char* path = std::getenv("AUSM_TEST_WEIGHTS");
    return path ? path : "";
}

struct Opened {
    OpenStatus status = OpenStatus::kFailed;
    std::string error;
    std::shared_ptr<Engine> engine;
};

Opened open(const std::string& path, int threads) {
    const EngineOptions options{.weights = path, .threads = threads};
    Opened opened;
    char error[2048] = "";
    opened.status = ausm_open(kInterfaceVersion, &options, &opened.engine, error, sizeof error);
    opened.error = error;
    return opened;
}

class OutOfMemory : public testing::Test {
protected:
    static void SetUpTestSuite() {
        static FailingAllocator allocator;
        c10::SetCPUAllocator(&allocator, std::numeric_limits<std::uint8_t>::max());
    }
    void SetUp() override { use(1); }
    /// The streams that come are of this engine.
    static void use(int threads) {
        engine_ = open(weights(), threads).engine;
        ASSERT_TRUE(engine_);
    }
    static void TearDownTestSuite() { engine_.reset(); }
    void TearDown() override { tensor_countdown = plain_countdown = -1; }

    /// A stream of five frames of a bright square that moves: four without a failure, the square shown on the first.
    struct Stream {
        static constexpr int kWidth = 160, kHeight = 96;
        std::vector<std::uint8_t> pixels = std::vector<std::uint8_t>(kWidth * kHeight);
        std::unique_ptr<Session> session = engine_->session({.mode = Mode::kPrompted, .inference_size = 64});

        Stream() {
            const std::vector<Prompt> shown{square(0, 5)};
            for (int t = 0; t < 4; ++t)
                step(t, t == 0 ? shown : std::vector<Prompt>());
        }
        Frame frame(int t) {
            for (int y = 0; y < kHeight; ++y)
                for (int x = 0; x < kWidth; ++x)
                    pixels[static_cast<std::size_t>(y * kWidth + x)] =
                        std::abs(x - 56 - 3 * t) < 20 && std::abs(y - 48) < 20 ? 230 : 70;
            Frame frame;
            frame.format = PixelFormat::kGray8;
            frame.width = kWidth;
            frame.height = kHeight;
            frame.planes[0] = {pixels.data(), kWidth};
            return frame;
        }
        static Prompt square(int t, std::int64_t id) {
            Prompt prompt;
            prompt.object = id;
            prompt.box = {(36.0 + 3 * t) / kWidth, 28.0 / kHeight, (76.0 + 3 * t) / kWidth, 68.0 / kHeight};
            return prompt;
        }
        Result step(int t, const std::vector<Prompt>& prompts) {
            Result result;
            EXPECT_EQ(session->step(frame(t), prompts, result), StepStatus::kOk);
            return result;
        }
    };

    /// The text of what a step throws, "" when it succeeds.
    static std::string failure_of(Session& session, const Frame& frame, const std::vector<Prompt>& prompts,
                                  Result& result) {
        try {
            EXPECT_EQ(session.step(frame, prompts, result), StepStatus::kOk);
        } catch (const std::exception& failure) {
            return failure.what();
        }
        return {};
    }
    /// Lets a frame fail at its allocation 0, 1, 2, ..., from the hundredth on at each `stride`-th, by setting
    /// `countdown`, until it needs no more. Gives the number of the last.
    template <typename Countdown>
    static int fail_everywhere(Countdown& countdown, const std::string& says, int stride) {
        Stream same, stream;
        const std::vector<Prompt> prompts{Stream::square(4, 5), Stream::square(0, 8)};
        const Result expected = same.step(4, prompts);
        const auto before = stream.session->save();
        int at = 0;
        while (true) {
            Result result;
            const Frame frame = stream.frame(4);
            countdown = at;
            const std::string text = failure_of(*stream.session, frame, prompts, result);
            countdown = -1;
            if (text.empty()) {
                EXPECT_EQ(result.map, expected.map);
                EXPECT_EQ(result.objects.size(), expected.objects.size());
                EXPECT_EQ(stream.session->save(), same.session->save());
                return at;
            }
            EXPECT_NE(text.find(says), std::string::npos) << at << ": " << text;
            EXPECT_TRUE(at::globalContext().userEnabledMkldnn()) << "LibTorch goes on without oneDNN after " << at;
            EXPECT_EQ(text.find('\n'), std::string::npos) << "a stack trace is no text for a user: " << text;
            if (stream.session->save() != before) {
                ADD_FAILURE() << "the session has changed at allocation " << at;
                return at;
            }
            at += at < 100 ? 1 : stride;
        }
    }

    static inline std::shared_ptr<Engine> engine_;
};

TEST_F(OutOfMemory, OfTensorsAllThroughAFrame) {
    for (const char* precision : {"fp32", "bf16"}) {
        SCOPED_TRACE(precision);
        const EnvironmentVariable automatic("AUSM_PRECISION", precision);
        use(1);
        const int failures = fail_everywhere(tensor_countdown, "can't allocate memory", 7);
        EXPECT_GT(failures, 100) << "the allocator of the test is not used";
        RecordProperty(std::string("allocations_") + precision, failures);
    }
}

/// Names of the operators that LibTorch was asked for with a bfloat16 tensor.
std::set<std::string> bfloat16_operators;
std::mutex operators_mutex;  // guards them

std::unique_ptr<at::ObserverContext> note_operator(const at::RecordFunction& operation) {
    for (const auto& input : operation.inputs())
        if (input.isTensor() && input.toTensor().defined() && input.toTensor().scalar_type() == at::kBFloat16) {
            const std::lock_guard lock(operators_mutex);
            bfloat16_operators.insert(operation.name());
        }
    return nullptr;
}

/// LibTorch's products of batches answer a failure of oneDNN's bfloat16 by other numbers, see ops/batch_product.h. oneDNN
/// has bfloat16 on some processors only; which operators a frame asks for is the same on all.
TEST_F(OutOfMemory, NothingThatAFrameIsMadeOfHidesIt) {
    const EnvironmentVariable automatic("AUSM_PRECISION", "bf16");
    for (const int threads : {1, 2}) {
        use(threads);
        const auto handle = at::addGlobalCallback(
            at::RecordFunctionCallback(note_operator).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
        Stream stream;
        const std::vector<Prompt> prompts{Stream::square(4, 5), Stream::square(0, 8)};
        stream.step(4, prompts);
        at::removeCallback(handle);
        EXPECT_TRUE(bfloat16_operators.contains("aten::addmm")) << "nothing was noted";
        for (const char* hiding : {"aten::bmm", "aten::baddbmm", "aten::addbmm"})
            EXPECT_FALSE(bfloat16_operators.contains(hiding)) << hiding << " with " << threads << " threads";
    }
}

TEST_F(OutOfMemory, OnTheCallersSideAllThroughAFrame) {
    const int failures = fail_everywhere(plain_countdown, "bad_alloc", 1);
    EXPECT_GT(failures, 5);
    RecordProperty("allocations", failures);
}

TEST_F(OutOfMemory, WhileTheWeightsAreLoadedIsAnErrorAndTheNextTrySucceeds) {
    const std::string path = weights();
    for (int skipped = 0; skipped < 400; skipped += 57) {
        tensor_countdown = skipped;
        const Opened failed = open(path, 2);
        EXPECT_LT(tensor_countdown, 0) << "loading needs fewer allocations than that";
        tensor_countdown = -1;
        EXPECT_EQ(failed.status, OpenStatus::kFailed) << skipped << failed.error;
        EXPECT_EQ(failed.engine, nullptr);
        EXPECT_NE(failed.error.find("can't allocate memory"), std::string::npos) << failed.error;
        EXPECT_EQ(failed.error.find('\n'), std::string::npos) << failed.error;
    }
    EXPECT_EQ(open(path, 2).status, OpenStatus::kOk);
}

TEST(Weights, CutAtEveryByteOfTheHeaderAreRefusedByName) {
    const TemporaryFolder folder;
    const std::string path = folder.path("w.safetensors");
    std::filesystem::copy(weights(), path);
    std::uint64_t length = 0;
    std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(&length), sizeof length);
    ASSERT_GT(length, 1000U);
    for (std::uint64_t size = sizeof length + length; size-- > 0;) {
        std::filesystem::resize_file(path, size);
        const Opened refused = open(path, 1);
        ASSERT_EQ(refused.status, OpenStatus::kWeights) << "with " << size << " bytes";
        ASSERT_NE(refused.error.find(path + ": is not a safetensors file"), std::string::npos) << refused.error;
    }
}

}  // namespace
}  // namespace ausm::test
