// SPDX-License-Identifier: MIT
// ausm train as its users run it: a run, its log, a kill and the rest of the run, and errors before any work is lost.
#include "process.h"
#include "training_set.h"

#include "io/safetensors.h"
#include "nn/weight_map.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <sstream>
#include <thread>

namespace ausm::tools {
namespace {

using test::Process;

class TrainTool : public test::TrainingSet {
protected:
    void SetUp() override {
        TrainingSet::SetUp();
        text("recipe.json", R"({"sources": [{"name": "set", "format": "id-maps", "path": "set", "role": "picture"}],
            "clips": {"frames": 2, "height": 64, "width": 96},
            "train": {"steps": 12, "batch": 1, "checkpoint_every": 4, "own_marks": 0.5, "burn_in": 0.5}})");
    }
    [[nodiscard]] std::vector<std::string> command(const std::string& out) const {
        return {"train", path("recipe.json"), "--data", path("data"), "--out", path(out), "--threads", "1"};
    }
    [[nodiscard]] std::vector<nlohmann::json> log(const std::string& out) const {
        std::ifstream file(path(out + "/log.jsonl"));
        std::vector<nlohmann::json> lines;
        for (std::string line; std::getline(file, line);)
            lines.push_back(nlohmann::json::parse(line));
        return lines;
    }
    /// The norm over all weights of a checkpoint of its difference to another's, or, with "", to the first weights.
    [[nodiscard]] double difference(const std::string& out, const std::string& other) const {
        const auto a = io::Safetensors::read(path(out + "/checkpoint.safetensors"));
        const auto b = io::Safetensors::read(other.empty() ? std::getenv("AUSM_WEIGHTS")
                                                           : path(other + "/checkpoint.safetensors"));
        double sum = 0;
        for (const auto& [name, view] : a.tensors()) {
            if (!name.starts_with("weight/"))
                continue;
            const auto theirs = to_tensor(b.tensors().at(other.empty() ? name.substr(7) : name));
            sum += (to_tensor(view) - theirs).square().sum().item<double>();
        }
        return std::sqrt(sum);
    }
    [[nodiscard]] std::string average_hash(const std::string& out) const {
        return io::Safetensors::read(path(out + "/weights.safetensors")).hash();
    }
};

TEST_F(TrainTool, AKilledRunGoesOnAndEndsWithTheSameWeights) {
    Process whole(command("whole"));
    ASSERT_EQ(whole.status(), 0) << whole.err();
    EXPECT_NE(whole.out().find("12 steps done"), std::string::npos) << whole.out();
    EXPECT_EQ(log("whole").size(), 13U);

    {
        Process killed(command("killed"));
        for (int i = 0; i < 600 && (!std::filesystem::exists(path("killed/log.jsonl")) || log("killed").size() < 7);
             ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        killed.send(SIGKILL);
        EXPECT_EQ(killed.status(), 128 + SIGKILL);
    }
    const auto before = log("killed").size();
    EXPECT_GE(before, 7U);
    ASSERT_TRUE(std::filesystem::exists(path("killed/checkpoint.safetensors")));
    Process rest(command("killed"));
    ASSERT_EQ(rest.status(), 0) << rest.err();
    EXPECT_EQ(average_hash("killed"), average_hash("whole"));
    const auto lines = log("killed");
    ASSERT_EQ(lines.size(), 14U) << "two starts and twelve steps, each once";
    std::int64_t step = 0;
    for (const auto& line : lines)
        if (line.contains("step")) {
            EXPECT_EQ(line["step"].get<std::int64_t>(), ++step);
        }
    EXPECT_EQ(lines.back()["loss"], log("whole").back()["loss"]);
}

TEST_F(TrainTool, CtrlCFinishesTheStepAndWritesACheckpoint) {
    Process run(command("run"));
    for (int i = 0; i < 600 && (!std::filesystem::exists(path("run/log.jsonl")) || log("run").size() < 3); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    run.send(SIGINT);
    EXPECT_EQ(run.status(), 0) << run.err();
    EXPECT_NE(run.out().find("the same command goes on from there"), std::string::npos) << run.out();
    const auto steps = io::Safetensors::read(path("run/checkpoint.safetensors")).metadata("steps_done");
    EXPECT_EQ(std::stoul(steps) + 1, log("run").size());
}

/// In float32: in bfloat16 the order of the sums alone moves a weight by more than three steps do.
TEST_F(TrainTool, TwoProcessesEqualOneWithTwiceTheBatch) {
    const auto recipe = [&](const std::string& name, int batch) {
        text(name, R"({"sources": [{"name": "set", "format": "id-maps", "path": "set", "role": "picture"}],
            "clips": {"frames": 2, "height": 64, "width": 96}, "train": {"steps": 3, "own_marks": 0,
            "precision": "fp32", "batch": )" +
                       std::to_string(batch) + "}}");
    };
    recipe("two.json", 2);
    recipe("one.json", 1);
    auto words = command("together");
    words[1] = path("two.json");
    Process together(words);
    ASSERT_EQ(together.status(), 0) << together.err();

    words = command("apart");
    words[1] = path("one.json");
    setenv("WORLD_SIZE", "2", 1);
    setenv("MASTER_ADDR", "127.0.0.1", 1);
    setenv("MASTER_PORT", std::to_string(20000 + getpid() % 20000).c_str(), 1);
    setenv("RANK", "0", 1);
    Process first(words);
    setenv("RANK", "1", 1);
    Process second(words);
    for (const char* variable : {"WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "RANK"})
        unsetenv(variable);
    ASSERT_EQ(second.status(), 0) << second.err();
    ASSERT_EQ(first.status(), 0) << first.err();

    const auto one = log("together"), two = log("apart");
    ASSERT_EQ(two.size(), 4U);
    EXPECT_EQ(two[0]["batch"], one[0]["batch"]);
    for (std::size_t i = 1; i < 4; ++i) {
        EXPECT_NEAR(two[i]["loss"], one[i]["loss"], 1e-3 * one[i]["loss"].get<double>());
        EXPECT_NEAR(two[i]["gradient_norm"], one[i]["gradient_norm"], 1e-2 * one[i]["gradient_norm"].get<double>());
    }
    EXPECT_LT(difference("apart", "together"), 0.02 * difference("together", ""));
}

TEST_F(TrainTool, ErrorsSayWhatToDo) {
    const auto fails = [&](std::vector<std::string> words, const std::string& text) {
        Process run(words);
        EXPECT_NE(run.status(), 0);
        EXPECT_NE(run.err().find(text), std::string::npos) << run.err();
    };
    auto words = command("out");
    words[1] = path("none.json");
    fails(words, "none.json: cannot be read");
    words = command("out");
    words[3] = path("nowhere");
    fails(words, "nowhere");
    fails({"train", path("recipe.json"), "--out", path("out"), "--data", ""}, "give --data FOLDER");
    words = command("out");
    words.insert(words.end(), {"--weights", path("recipe.json")});
    fails(words, "recipe.json");
    words.back() = path("none.safetensors");
    fails(words, "give --weights FILE or set AUSM_WEIGHTS");
    text("out2/checkpoint.safetensors", "not a checkpoint");
    fails(command("out2"), "checkpoint.safetensors");
}

}  // namespace
}  // namespace ausm::tools
