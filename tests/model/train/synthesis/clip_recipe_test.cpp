// SPDX-License-Identifier: MIT
// Recipes are read strictly.
#include "train/synthesis/clip_recipe.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace ausm::train::test {
namespace {

ClipRecipe parse(const std::string& text) {
    const auto json = nlohmann::json::parse(text);
    return read_clip_recipe(io::JsonFields(json, "nano.json: clips"));
}

std::string error(const std::string& text) {
    try {
        parse(text);
    } catch (const std::runtime_error& failure) {
        return failure.what();
    }
    return "";
}

TEST(ClipRecipe, KeepsDefaultsAndReadsFields) {
    const auto recipe = parse(R"({"frames": 4, "seed": 9, "overlays": {"on_video": [1, 2], "move": [0, 0.5]},
        "marks": {"jitter": false, "hide_frames": [2, 2]}, "occlusion": {"probability": 0.25}})");
    EXPECT_EQ(recipe.frames, 4);
    EXPECT_EQ(recipe.seed, 9U);
    EXPECT_EQ(recipe.height, 224);
    EXPECT_EQ(recipe.pasted.on_video, (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(recipe.pasted.on_single, (std::vector<std::int64_t>{0, 1, 2}));
    EXPECT_EQ(recipe.pasted.move.to, 0.5);
    EXPECT_FALSE(recipe.marks.jitter);
    EXPECT_EQ(recipe.marks.hide_frames.from, 2);
    EXPECT_EQ(recipe.occlusion.probability, 0.25);
}

TEST(ClipRecipe, DefaultsPassItsOwnChecks) {
    EXPECT_EQ(error(R"({"path": {}, "mix": {}, "camera": {}, "video": {}, "cut_outs": {}, "overlays": {}, "copies": {},
        "occlusion": {}, "photometric": {}, "truth": {}, "prompts": {}, "marks": {}, "anchor": {}})"),
              "");
}

TEST(ClipRecipe, NamesTheFieldAtFault) {
    EXPECT_EQ(error(R"({"marks": {"dropp": 1}})"), "nano.json: clips.marks.dropp: is not known");
    EXPECT_EQ(error(R"({"marks": {"drop": 1.5}})"), "nano.json: clips.marks.drop: must be from 0.0 to 1.0, not 1.5");
    EXPECT_EQ(error(R"({"video": {"stride": [3, 2]}})"),
              "nano.json: clips.video.stride: must be [from, to] with from <= to");
    EXPECT_EQ(error(R"({"video": {"stride": [1, 2, 3]}})"), "nano.json: clips.video.stride: must be [from, to]");
    EXPECT_EQ(error(R"({"video": {"stride": [1.5, 3]}})"), "nano.json: clips.video.stride: must have whole numbers");
    EXPECT_NE(error(R"({"video": {"stride": 2}})").find("clips.video.stride: has the wrong type"), std::string::npos);
    EXPECT_EQ(error(R"({"height": 100})"), "nano.json: clips.height: must be a multiple of 32");
    EXPECT_EQ(error(R"({"objects": 5, "id_vectors": 4})"),
              "nano.json: clips.id_vectors: must be from 5 to 1000000, not 4");
    EXPECT_EQ(error(R"({"overlays": {"on_video": []}})"), "nano.json: clips.overlays.on_video: must not be empty");
    EXPECT_EQ(error(R"({"prompts": {"box": 0, "point": 0, "scribble": 0}})"),
              "nano.json: clips.prompts.box: box, point and scribble must not all be 0");
    EXPECT_EQ(error(R"({"anchor": {"prompt": 2}})"),
              "nano.json: clips.anchor.prompt: must be from 0.0 to 1.0, not 2.0");
    EXPECT_EQ(error(R"({"mix": 3})"), "nano.json: clips.mix: must be an object, not number");
    EXPECT_NE(error(R"({"frames": 2.5})").find("clips.frames: must be a whole number"), std::string::npos);
    EXPECT_NE(error(R"({"seed": -1})").find("clips.seed"), std::string::npos);
    EXPECT_NE(error(R"({"photometric": {"blur": 0.6, "motion_blur": 0.6}})").find("not be above 1 together"),
              std::string::npos);
}

}  // namespace
}  // namespace ausm::train::test
