// SPDX-License-Identifier: MIT
// Recipes are read strictly; the ones that ship can be read.
#include "train/recipe.h"

#include "weights_with.h"

#include <filesystem>

namespace ausm::train {
namespace {

const std::string kSources = R"("sources": [{"name": "a", "format": "pictures", "path": "a", "role": "background"}])";

Recipe parse(const std::string& rest) { return parse_recipe("{" + kSources + rest + "}", "folder/x.json"); }

TEST(RecipeTest, WhatIsNotThereKeepsItsDefault) {
    const auto recipe = parse(R"(, "train": {"steps": 30, "optimizer": {"learning_rate": 0.5}})");
    EXPECT_EQ(recipe.name, "x");
    EXPECT_EQ(recipe.train.steps, 30);
    EXPECT_EQ(recipe.train.optimizer.learning_rate, 0.5);
    EXPECT_EQ(recipe.train.optimizer.beta2, 0.98);
    EXPECT_EQ(recipe.train.loss.dice, 5);
    ASSERT_EQ(recipe.sources.size(), 1U);
    EXPECT_EQ(recipe.sources[0].role, "background");
}

TEST(RecipeTest, ErrorsNameFileAndField) {
    EXPECT_SAYS((void)parse_recipe("{", "x.json"), "x.json: no JSON");
    EXPECT_SAYS((void)parse(R"(, "train": {"steps": 1, "steps": 2})"), "folder/x.json: the key 'steps' stands twice");
    EXPECT_SAYS((void)parse_recipe("{}", "x.json"), "x.json: sources: is missing");
    EXPECT_SAYS((void)parse_recipe(R"({"sources": []})", "x.json"), "x.json: sources: must be a list");
    EXPECT_SAYS((void)parse(R"(, "tran": {})"), "folder/x.json: tran: is not known");
    EXPECT_SAYS((void)parse(R"(, "train": {"steps": "many"})"), "train.steps: must be a whole number, not string");
    EXPECT_SAYS((void)parse(R"(, "train": {"steps": 0})"), "train.steps: is 0, must be 1 to ");
    EXPECT_SAYS((void)parse(R"(, "train": {"steps": 2.5})"), "train.steps: must be a whole number");
    EXPECT_SAYS((void)parse(R"(, "train": {"own_marks": 1.5})"), "train.own_marks: is 1.5, must be 0 to 1");
    EXPECT_SAYS((void)parse(R"(, "train": {"rollout": {"probability": 1, "window": 8}})"),
                "train.rollout.window: is 8, must be 1 to 7");
    EXPECT_SAYS((void)parse(R"(, "train": {"optimizer": {"momentum": 1}})"), "train.optimizer.momentum: is not known");
    EXPECT_SAYS((void)parse(R"(, "train": {"precision": "fp8"})"), "train.precision: is 'fp8', must be auto");
    EXPECT_SAYS((void)parse(R"(, "train": {"loss": {"bce": -1}})"), "train.loss.bce: is -1");
    EXPECT_SAYS((void)parse(R"(, "clips": {"frames": 0})"), "clips.frames");
    EXPECT_SAYS((void)read_recipe("/nowhere/x.json"), "/nowhere/x.json: cannot be read");
}

TEST(RecipeTest, PermissiveLeavesOutWhatIsForResearchOnly) {
    const std::string both = R"({"permissive": true, "sources": [
        {"name": "a", "format": "pictures", "path": "a", "role": "background", "research_only": true},
        {"name": "b", "format": "pictures", "path": "b", "role": "background"}]})";
    const auto recipe = parse_recipe(both, "x.json");
    ASSERT_EQ(recipe.sources.size(), 1U);
    EXPECT_EQ(recipe.sources[0].name, "b");
    const std::string one = R"({"permissive": true, "sources": [
        {"name": "a", "format": "pictures", "path": "a", "role": "background", "research_only": true}]})";
    EXPECT_SAYS((void)parse_recipe(one, "x.json"), "x.json: permissive: leaves no source");
}

TEST(RecipeTest, ThoseThatShipCanBeRead) {
    int found = 0;
    for (const auto& file : std::filesystem::directory_iterator(test::path_from("AUSM_TEST_RECIPES"))) {
        EXPECT_NO_THROW(EXPECT_FALSE(read_recipe(file.path()).note.empty())) << file.path();
        ++found;
    }
    EXPECT_GE(found, 1);
}

}  // namespace
}  // namespace ausm::train
