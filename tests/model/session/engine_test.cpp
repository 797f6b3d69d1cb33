// SPDX-License-Identifier: MIT
// The door: one engine for equal options, clear errors for everything that cannot be.
#include "../../environment_variable.h"
#include "ops/cpu_features.h"
#include "scene.h"
#include "weights_with.h"

#include <fstream>
#include <thread>

namespace ausm {
namespace {

using test::EnvironmentVariable;

struct Opened {
    OpenStatus status;
    std::string error;
    std::shared_ptr<Engine> engine;
};

Opened open(EngineOptions options, int version = kInterfaceVersion) {
    Opened opened{};
    char error[512] = "";
    if (options.weights.empty())
        options.weights = test::path_from("AUSM_TEST_WEIGHTS");
    opened.status = ausm_open(version, &options, &opened.engine, error, sizeof error);
    opened.error = error;
    return opened;
}

TEST(Engine, EqualOptionsShareOneEngine) {
    const auto a = open({.weights = "", .threads = 1}), b = open({.weights = "", .device = "cpu", .threads = 1});
    ASSERT_EQ(a.status, OpenStatus::kOk) << a.error;
    EXPECT_EQ(a.engine, b.engine);
    EXPECT_NE(a.engine, open({.weights = "", .threads = 2}).engine);
    EXPECT_EQ(a.engine->info().name, "ausm-nano");
    EXPECT_EQ(a.engine->info().max_objects, 64);
    EXPECT_EQ(a.engine->info().device, "cpu");
}

TEST(Engine, ErrorsSayWhatIsWrong) {
    const auto version = open({}, kInterfaceVersion + 1);
    EXPECT_EQ(version.status, OpenStatus::kWrongInterface);
    EXPECT_NE(version.error.find("rebuild"), std::string::npos);
    const auto missing = open({.weights = "/nonexistent.safetensors"});
    EXPECT_EQ(missing.status, OpenStatus::kWeights);
    EXPECT_NE(missing.error.find("/nonexistent.safetensors"), std::string::npos);
    EXPECT_EQ(open({.weights = "", .device = "tpu"}).status, OpenStatus::kDevice);
    EXPECT_EQ(open({.weights = "", .device = "cuda:0"}).status, OpenStatus::kDevice);
    EXPECT_EQ(open({.weights = "", .precision = Precision::kFloat16}).status, OpenStatus::kPrecision);
    EXPECT_EQ(open({.weights = "", .threads = -1}).status, OpenStatus::kFailed);
    EXPECT_EQ(open({.weights = "", .precision = Precision::kBfloat16}).status,
              ops::cpu_has_bfloat16() ? OpenStatus::kOk : OpenStatus::kPrecision);
}

TEST(Engine, TheEnvironmentSaysWhatTheAutomaticPrecisionIs) {
    const auto precision_of = [](Precision asked) {
        const auto opened = open({.weights = "", .precision = asked, .threads = 1});
        EXPECT_EQ(opened.status, OpenStatus::kOk) << opened.error;
        return opened.engine ? opened.engine->info().precision : Precision::kAuto;
    };
    {
        const EnvironmentVariable none("AUSM_PRECISION", "");
        EXPECT_EQ(precision_of(Precision::kAuto), ops::cpu_has_bfloat16() ? Precision::kBfloat16 : Precision::kFloat32);
    }
    const EnvironmentVariable bfloat16("AUSM_PRECISION", "bf16");
    EXPECT_EQ(precision_of(Precision::kAuto), Precision::kBfloat16) << "on every processor";
    EXPECT_EQ(precision_of(Precision::kFloat32), Precision::kFloat32) << "what is asked for by name stays";
    const EnvironmentVariable float32("AUSM_PRECISION", "fp32");
    EXPECT_EQ(precision_of(Precision::kAuto), Precision::kFloat32);
    const EnvironmentVariable unknown("AUSM_PRECISION", "half");
    const auto refused = open({.weights = ""});
    EXPECT_EQ(refused.status, OpenStatus::kPrecision);
    EXPECT_NE(refused.error.find("AUSM_PRECISION is 'half'; set it to fp32 or bf16"), std::string::npos)
        << refused.error;
    EXPECT_EQ(precision_of(Precision::kFloat32), Precision::kFloat32);
}

TEST(Engine, AShortErrorBufferIsNeverOverrun) {
    EngineOptions options{.weights = "/nonexistent.safetensors"};
    std::shared_ptr<Engine> engine;
    char error[8] = {'#', '#', '#', '#', '#', '#', '#', '#'};
    EXPECT_EQ(ausm_open(kInterfaceVersion, &options, &engine, error, 4), OpenStatus::kWeights);
    EXPECT_EQ(error[3], '\0');
    EXPECT_EQ(error[4], '#');
    EXPECT_EQ(ausm_open(kInterfaceVersion, &options, &engine, nullptr, 0), OpenStatus::kWeights);
}

TEST(Engine, SessionsOfOneEngineDoNotDisturbEachOther) {
    const auto engine = test::engine();
    SessionOptions options;
    options.inference_size = 96;
    const auto run = [&](double x) {
        test::Scene scene(160, 96);
        const auto session = engine->session(options);
        Result result;
        for (int t = 0; t < 4; ++t)
            result = test::step(*session, scene.draw({x + 0.02 * t, 0.5}));
        return result.map;
    };
    const auto left = run(0.3), right = run(0.6);
    std::vector<std::uint8_t> left_again, right_again;
    std::thread a([&] { left_again = run(0.3); }), b([&] { right_again = run(0.6); });
    a.join();
    b.join();
    EXPECT_EQ(left_again, left);
    EXPECT_EQ(right_again, right);
}

TEST(Engine, ASessionKeepsItsEngineAlive) {
    auto engine = open_engine({.weights = test::path_from("AUSM_TEST_WEIGHTS"), .threads = 2});
    const std::weak_ptr<Engine> watch = engine;
    auto session = engine->session({});
    engine.reset();
    EXPECT_FALSE(watch.expired());
    session.reset();
    EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace ausm
