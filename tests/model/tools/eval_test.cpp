// SPDX-License-Identifier: MIT
// The official figures of `ausm eval davis`, its masks and its errors.
#include "eval/davis_annotation.h"
#include "eval/davis_metrics.h"
#include "io/png.h"

#include "eval_davis.h"

#include <chrono>
#include <csignal>
#include <thread>

namespace ausm::tools {
namespace {

namespace fs = std::filesystem;
using data::test::disc;
using test::EvalDavis;
using test::Process;
using Json = nlohmann::json;

TEST_F(EvalDavis, SeveralObjectsWithMaskPrompts) {
    const auto masks = data.path("masks");
    const auto json = json_of({"--masks", masks});
    EXPECT_TRUE(json["complete"].get<bool>());
    EXPECT_EQ(json["mode"], "prompted");
    EXPECT_EQ(json["prompt"], "mask");
    EXPECT_FALSE(json["zero-state"].get<bool>());
    EXPECT_EQ(json["network"], "160x96");
    EXPECT_EQ(json["frames-run"], 2 * kFrames);
    ASSERT_EQ(json["sequences"].size(), 2U);
    EXPECT_EQ(json["sequences"][1]["sequence"], "two");
    EXPECT_EQ(json["sequences"][1]["objects"], 2);
    EXPECT_EQ(json["overall"]["objects"], 3);
    EXPECT_EQ(json["draws"][1]["objects"][1]["track"], 2);
    EXPECT_EQ(json["draws"][1]["objects"][1]["frames-counted"], kFrames - 2);
    EXPECT_GT(json["sequences"][0]["J"], 60) << "a plain disc on its second and third frame";
    double sum = 0;  // over all three objects
    for (const auto& draw : json["draws"])
        for (const auto& object : draw["objects"])
            sum += object["J&F"].get<double>();
    EXPECT_NEAR(json["overall"]["J&F"], sum / 3, 1e-9);
    // The masks on the first frame are the prompts.
    const auto first = io::read_index_png(masks + "/two/00000.png");
    EXPECT_EQ(first.width, data::test::DavisFolder::kWidth);
    EXPECT_EQ(first.values, io::read_index_png(data.annotation("two", 0)).values);
    EXPECT_TRUE(fs::exists(masks + "/one/00003.png"));
}

TEST_F(EvalDavis, TheMasksGiveTheFigures) {
    const auto masks = data.path("masks");
    const auto json = json_of({"--masks", masks, "--sequences", "two", "--prompt", "box"});
    for (int object = 1; object <= 2; ++object) {
        std::vector<eval::DavisScore> scores;
        for (int t = 0; t < kFrames; ++t) {
            const auto made = io::read_index_png(masks + "/two/0000" + std::to_string(t) + ".png");
            const auto truth = io::read_index_png(data.annotation("two", t));
            const auto a = eval::pixels_of(made, object), b = eval::pixels_of(truth, object);
            scores.push_back(eval::davis_score({made.height, made.width, a}, {truth.height, truth.width, b}));
        }
        const auto score = eval::davis_sequence_score(scores, true);
        const auto& said = json["draws"][0]["objects"][object - 1];
        EXPECT_NEAR(said["J"], 100 * score.mean.j, 1e-9);
        EXPECT_NEAR(said["F"], 100 * score.mean.f, 1e-9);
    }
}

TEST_F(EvalDavis, MasksAloneGiveTheSameFigures) {
    const auto masks = data.path("masks");
    for (const std::string mode : {"prompted", "discovery"}) {
        const auto folder = masks + "-" + mode;
        const auto json = json_of({"--masks", folder, "--mode", mode});
        Process tool({"eval", "masks", "--root", data.root(), "--masks", folder, "--mode", mode, "--json"});
        ASSERT_EQ(tool.status(), 0) << tool.err();
        const auto scored = Json::parse(tool.out());
        EXPECT_EQ(scored["overall"]["J&F"], json["overall"]["J&F"]) << mode;
        EXPECT_EQ(scored["sequences"][1]["last-third"], json["sequences"][1]["last-third"]) << mode;
    }
    fs::remove(masks + "-prompted/two/00002.png");
    Process tool({"eval", "masks", "--root", data.root(), "--masks", masks + "-prompted"});
    EXPECT_EQ(tool.status(), 1);
    EXPECT_NE(tool.err().find("two/00002.png"), std::string::npos) << tool.err();
    EXPECT_NE(tool.out().find("one"), std::string::npos) << "the finished video is reported";
}

TEST_F(EvalDavis, EveryPromptWorks) {
    for (const auto* prompt : {"box", "point", "scribble"}) {
        const auto json = json_of({"--prompt", prompt, "--sequences", "one"});
        EXPECT_EQ(json["prompt"], prompt);
        EXPECT_GT(json["overall"]["J"], 30) << prompt;
    }
}

TEST_F(EvalDavis, DiscoveryCountsAllFramesAndTracks) {
    const auto masks = data.path("masks");
    const auto json = json_of({"--mode", "discovery", "--sequences", "two", "--masks", masks});
    const auto& draw = json["draws"][0];
    EXPECT_EQ(draw["objects"][0]["frames-counted"], kFrames);
    EXPECT_FALSE(json.contains("prompt"));
    EXPECT_GT(json["overall"]["tracks"], 0);
    EXPECT_GE(draw["objects"][0]["fragments"], 0);
    EXPECT_NEAR(json["overall"]["fragments"],
                (draw["objects"][0]["fragments"].get<double>() + draw["objects"][1]["fragments"].get<double>()) / 2,
                1e-9);
    EXPECT_LE(json["overall"]["strays"], json["overall"]["tracks"]);
    EXPECT_GT(json["overall"]["objects-per-frame"], 0);
    int highest = 0;
    for (int t = 0; t < kFrames; ++t)
        for (const int value : io::read_index_png(masks + "/two/0000" + std::to_string(t) + ".png").values)
            highest = std::max(highest, value);
    EXPECT_EQ(highest, std::min(20, draw["tracks"].get<int>()));
}

TEST_F(EvalDavis, DrawsDifferAndHaveASpread) {
    const auto masks = data.path("masks");
    const auto json = json_of({"--seeds", "3", "--sequences", "one", "--masks", masks});
    ASSERT_EQ(json["draws"].size(), 3U);
    EXPECT_EQ(json["draws"][2]["seed"], 2);
    EXPECT_NE(json["draws"][0]["objects"], json["draws"][1]["objects"]);
    EXPECT_LE(json["overall"]["least"], json["overall"]["J&F"]);
    EXPECT_GE(json["overall"]["most"], json["overall"]["J&F"]);
    EXPECT_GT(json["overall"]["deviation"], 0);
    EXPECT_TRUE(fs::exists(masks + "/seed-2/one/00000.png"));
}

TEST_F(EvalDavis, TwoRunsAgreeAndATableIsPrinted) {
    EXPECT_EQ(json_of({"--sequences", "one"})["draws"], json_of({"--sequences", "one"})["draws"]);
    Process tool(arguments({"--sequences", "one", "--frames", "3"}));
    EXPECT_EQ(tool.status(), 0) << tool.err();
    EXPECT_NE(tool.out().find("overall"), std::string::npos) << tool.out();
    EXPECT_NE(tool.out().find("network 160x96, prompt: mask, seed 0"), std::string::npos) << tool.out();
}

TEST_F(EvalDavis, Davis2016HasOneObjectOf255) {
    data.add("old", kFrames, disc(), {255});
    const auto masks = data.path("masks");
    const auto json = json_of({"--sequences", "old", "--masks", masks});
    EXPECT_EQ(json["overall"]["objects"], 1);
    EXPECT_GT(json["overall"]["J"], 60);
    for (const int value : io::read_index_png(masks + "/old/00000.png").values)
        EXPECT_LE(value, 1);
}

TEST_F(EvalDavis, SaysWhatIsWrongBeforeItStarts) {
    expect_failure({"--sequences", "none"}, "JPEGImages/480p/none'");
    expect_failure({"--mode", "discovery", "--prompt", "box"}, "--prompt");
    expect_failure({"--seeds", "0"}, "--seeds");
    expect_failure({"--masks", data.root()}, "is not empty");
    expect_failure({"--inference-size", "100"}, "multiple of 32");
    expect_failure({"--weights", "none.safetensors"}, "none.safetensors");
    data.add("bare", 3, [](int, int, int) { return 0; });
    expect_failure({"--sequences", "bare"}, "shows no object");
    data.add("short", 2, disc());
    expect_failure({"--sequences", "short"}, "needs 3");
}

TEST_F(EvalDavis, ADamagedFileEndsTheRunButKeepsWhatWasMeasured) {
    fs::resize_file(data.picture("two", 2), 500);
    Process tool(arguments({"--json"}));
    EXPECT_EQ(tool.status(), 1);
    EXPECT_NE(tool.err().find("'" + data.picture("two", 2) + "' cannot be read"), std::string::npos) << tool.err();
    EXPECT_NE(tool.err().find("1 of 2 videos"), std::string::npos) << tool.err();
    const auto json = Json::parse(tool.out());
    EXPECT_FALSE(json["complete"].get<bool>());
    ASSERT_EQ(json["sequences"].size(), 1U);
    EXPECT_EQ(json["sequences"][0]["sequence"], "one");
}

TEST_F(EvalDavis, ANamedFileWhoseSizeDiffersEndsTheRun) {
    io::test::write_jpeg(data.picture("one", 1), 40, 24, std::vector<std::uint8_t>(40 * 24 * 3));
    expect_failure({"--sequences", "one"}, "has 40 x 24 pixels, its annotation 160 x 96");
}

TEST_F(EvalDavis, AnInterruptReportsWhatIsFinished) {
    const auto masks = data.path("masks");
    Process tool(arguments({"--json", "--seeds", "1000", "--masks", masks}));
    for (int i = 0; i < 600 && !fs::exists(masks + "/seed-0/one/00003.png"); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    tool.send(SIGINT);
    EXPECT_EQ(tool.status(), 130);
    EXPECT_NE(tool.err().find("interrupted"), std::string::npos) << tool.err();
    const auto json = Json::parse(tool.out());
    EXPECT_FALSE(json["complete"].get<bool>());
    EXPECT_GE(json["draws"].size(), 1U);
}

}  // namespace
}  // namespace ausm::tools
