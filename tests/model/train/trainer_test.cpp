// SPDX-License-Identifier: MIT
// Steps of training: one clip can be learnt by heart, an interrupted run goes on as if nothing had been, and what goes
// wrong loses nothing.
#include "train/trainer.h"
#include "train/checkpoint.h"

#include "reference.h"
#include "training_clips.h"
#include "weights_with.h"

#include <c10/core/GradMode.h>

#include <filesystem>

namespace ausm::train {
namespace {

Recipe recipe_of(std::int64_t steps) {
    Recipe recipe;
    recipe.name = "test";
    recipe.text = "steps " + std::to_string(steps);
    recipe.train.steps = steps;
    recipe.train.precision = "fp32";
    recipe.train.optimizer.warmup = 3;
    return recipe;
}

ClipBatch batch_of(std::uint64_t seed) {
    return stack({test::squares_clip({.seed = seed}), test::squares_clip({.prompted = false, .seed = seed + 100})});
}

class TrainerTest : public testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directories(folder_);
        at::manual_seed(1);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    const std::string folder_ = testing::TempDir() + "ausm_trainer_test_" + std::to_string(getpid());
    const std::string path_ = folder_ + "/checkpoint.safetensors";
};

TEST_F(TrainerTest, OneClipIsLearntByHeart) {
    auto recipe = recipe_of(80);
    recipe.train.own_marks = 0;
    recipe.train.optimizer.learning_rate = 1e-3;
    Trainer trainer(recipe.train, 1, test::weights(), at::kCPU);
    const auto batch = stack({test::squares_clip({.objects = 3, .seed = 5})});
    double first = 0;
    StepReport report;
    for (int i = 0; i < 80; ++i) {
        report = trainer.step({batch});
        if (i == 0)
            first = report.loss;
    }
    RecordProperty("first_loss", std::to_string(first));
    RecordProperty("last_loss", std::to_string(report.loss));
    // The presence of a mask that is nearly right has a target below 1, whose entropy remains.
    EXPECT_LT(report.loss, 0.2 * first);
    EXPECT_LT(report.parts.dice, 0.03);
    EXPECT_GT(report.parts.iou_tracked, 0.98);
    EXPECT_GT(report.parts.iou_detected, 0.98);
    EXPECT_LT(report.parts.bce, 0.01);
}

/// Six steps in one go and in two, the second after a checkpoint.
void expect_resumed_equals_whole(const Recipe& recipe, const std::string& path) {
    const auto run = [&](Trainer& trainer, int from, int to) {
        for (int i = from; i < to; ++i)
            (void)trainer.step({batch_of(static_cast<std::uint64_t>(i))});
    };
    Trainer whole(recipe.train, 7, test::weights(), at::kCPU);
    run(whole, 0, 6);
    {
        Trainer first(recipe.train, 7, test::weights(), at::kCPU);
        run(first, 0, 3);
        write_checkpoint(path, first, recipe, test::weights().metadata());
    }
    Trainer second(recipe.train, 7, test::weights(), at::kCPU);
    read_checkpoint(path, second, recipe);
    EXPECT_EQ(second.steps_done(), 3);
    run(second, 3, 6);
    for (const auto& [name, weight] : whole.net().weights()) {
        EXPECT_TRUE(at::equal(weight, second.net().weights().at(name))) << name;
        EXPECT_TRUE(at::equal(whole.average().tensors().at(name), second.average().tensors().at(name))) << name;
    }
    EXPECT_FALSE(at::equal(whole.net().weights().at("ids"), to_tensor(test::weights().tensors().at("ids"))));
}

TEST_F(TrainerTest, ResumedRunEqualsTheUninterruptedOne) { expect_resumed_equals_whole(recipe_of(6), path_); }

TEST_F(TrainerTest, ResumedRolloutsEqualTheUninterruptedOnes) {
    auto recipe = recipe_of(6);
    recipe.train.rollout = {.probability = 0.5, .window = 2, .own_marks = 0.5};
    expect_resumed_equals_whole(recipe, path_);
}

TEST_F(TrainerTest, RolloutsLearnFromTheWindow) {
    auto recipe = recipe_of(6);
    recipe.train.rollout = {.probability = 1, .window = 2, .own_marks = 1};
    double exact = 0;
    for (const auto* precision : {"fp32", "bf16"}) {
        recipe.train.precision = precision;
        Trainer trainer(recipe.train, 7, test::weights(), at::kCPU);
        const auto report = trainer.step({batch_of(1)});
        EXPECT_TRUE(std::isfinite(report.loss));
        EXPECT_GT(report.rollout_s, 0);
        EXPECT_EQ(report.forward_s, 0);
        for (const auto& [name, weight] : trainer.groups().trained()) {
            const bool before_the_window = name == "x0";
            EXPECT_EQ(weight.grad().defined(), !before_the_window) << name << ", " << precision;
        }
        // Autocast keeps what it has rounded without gradient, too: no weight's share may be lost by that.
        exact = exact > 0 ? exact : report.gradient_norm;
        EXPECT_NEAR(report.gradient_norm, exact, 0.1 * exact);
    }
}

TEST_F(TrainerTest, CheckpointOfAnotherRecipeIsRefused) {
    const auto recipe = recipe_of(6);
    Trainer trainer(recipe.train, 7, test::weights(), at::kCPU);
    write_checkpoint(path_, trainer, recipe, test::weights().metadata());
    EXPECT_SAYS(read_checkpoint(path_, trainer, recipe_of(7)), "was made with another recipe (test");
    EXPECT_SAYS(read_checkpoint(folder_ + "/none", trainer, recipe), "none");
}

TEST_F(TrainerTest, CheckpointThatCannotBeWrittenLeavesTheOldOne) {
    const auto recipe = recipe_of(6);
    Trainer trainer(recipe.train, 7, test::weights(), at::kCPU);
    write_checkpoint(path_, trainer, recipe, test::weights().metadata());
    const auto size = std::filesystem::file_size(path_);
    std::filesystem::create_directory(path_ + ".tmp");
    EXPECT_SAYS(write_checkpoint(path_, trainer, recipe, test::weights().metadata()), "cannot be written");
    EXPECT_EQ(std::filesystem::file_size(path_), size);
    EXPECT_EQ(io::Safetensors::read(path_).metadata("steps_done"), "0");
}

TEST_F(TrainerTest, TheAverageIsAWeightsFileForTheNetwork) {
    const auto recipe = recipe_of(6);
    Trainer trainer(recipe.train, 7, test::weights(), at::kCPU);
    (void)trainer.step({batch_of(1)});
    for (const auto dtype : {at::kFloat, at::kBFloat16}) {
        write_average(path_, trainer, test::weights().metadata(), dtype);
        const AusmNet net(io::Safetensors::read(path_), at::kFloat);
        EXPECT_EQ(net.parameters(), trainer.net().parameters());
    }
    EXPECT_LT(std::filesystem::file_size(path_), trainer.net().parameters() * 2 + 100000);
}

TEST_F(TrainerTest, TheAverageFollowsTheWeights) {
    const auto recipe = recipe_of(6);
    Trainer trainer(recipe.train, 7, test::weights(), at::kCPU);
    const auto before = trainer.average().tensors().at("ids").clone();
    (void)trainer.step({batch_of(1)});
    const auto& after = trainer.net().weights().at("ids");
    EXPECT_CLOSE(trainer.average().tensors().at("ids"), before + (after - before) * 0.9, 1e-6);
}

TEST_F(TrainerTest, TwoPassesAStepEqualOneWithBoth) {
    auto one = recipe_of(4), two = recipe_of(4);
    one.train.own_marks = two.train.own_marks = 0;
    two.train.accumulate = 2;
    Trainer together(one.train, 7, test::weights(), at::kCPU), apart(two.train, 7, test::weights(), at::kCPU);
    // The same clip twice: then the normalisers of both passes are those of the whole.
    const auto clip = test::squares_clip({.seed = 3});
    const auto a = together.step({stack({clip, clip})}), b = apart.step({stack({clip}), stack({clip})});
    EXPECT_NEAR(a.loss, b.loss, 1e-4 * a.loss);
    EXPECT_NEAR(a.gradient_norm, b.gradient_norm, 1e-3 * a.gradient_norm);
}

TEST_F(TrainerTest, ALossThatIsNoNumberStops) {
    const auto recipe = recipe_of(6);
    Trainer trainer(recipe.train, 7, test::weights(), at::kCPU);
    const auto before = trainer.net().weights().at("ids").detach().clone();
    const c10::NoGradGuard no_grad;
    trainer.net().weights().at("g16.bias").detach().fill_(NAN);
    {
        const c10::AutoGradMode grad(true);
        EXPECT_THROW((void)trainer.step({batch_of(1)}), NotFinite);
    }
    EXPECT_TRUE(at::equal(trainer.net().weights().at("ids"), before));
    EXPECT_EQ(trainer.steps_done(), 0);
}

TEST(Schedule, RisesThenFallsToItsEnd) {
    EXPECT_DOUBLE_EQ(schedule_factor(0, 100, 10, 0.03), 0.1 * 1);
    EXPECT_GT(schedule_factor(9, 100, 10, 0.03), schedule_factor(8, 100, 10, 0.03));
    EXPECT_NEAR(schedule_factor(50, 100, 10, 0.03), 0.03 + 0.97 * 0.5, 1e-12);
    EXPECT_NEAR(schedule_factor(100, 100, 10, 0.03), 0.03, 1e-12);
}

TEST(WeightGroupsTest, NamesDecide) {
    const auto all = trainable_weights(0), some = trainable_weights(5);
    EXPECT_TRUE(all("backbone.stem.weight"));
    EXPECT_FALSE(some("backbone.stem.weight"));
    EXPECT_FALSE(some("backbone.blocks.4.dw.weight"));
    EXPECT_TRUE(some("backbone.blocks.5.dw.weight"));
    EXPECT_TRUE(some("ids"));
}

}  // namespace
}  // namespace ausm::train
