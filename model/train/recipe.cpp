// SPDX-License-Identifier: MIT
// Every field has a range; what is not in the file keeps its default.
#include "train/recipe.h"

#include "io/json_fields.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace ausm::train {
namespace {

constexpr int kMostDepth = 16;

template <class T>
void within(io::JsonFields& fields, const char* name, T& value, double low, double high) {
    fields.get(name, value);
    const auto number = static_cast<double>(value);
    if (!(number >= low && number <= high)) {
        std::ostringstream text;
        text << "is " << number << ", must be " << low << " to " << high;
        fields.fail(name, text.str());
    }
}

OptimizerRecipe read_optimizer(io::JsonFields fields) {
    OptimizerRecipe r;
    within(fields, "learning_rate", r.learning_rate, 0, 1);
    within(fields, "backbone_factor", r.backbone_factor, 0, 1);
    within(fields, "final_factor", r.final_factor, 0, 1);
    within(fields, "weight_decay", r.weight_decay, 0, 1);
    within(fields, "beta1", r.beta1, 0, 0.9999);
    within(fields, "beta2", r.beta2, 0, 0.99999);
    within(fields, "clip_norm", r.clip_norm, 1e-6, 1e6);
    within(fields, "average", r.average, 0, 0.999999);
    within(fields, "warmup", r.warmup, 0, 1e6);
    within(fields, "frozen_blocks", r.frozen_blocks, 0, 1000);
    fields.finish();
    return r;
}

RolloutRecipe read_rollout(io::JsonFields fields, std::int64_t frames) {
    RolloutRecipe r;
    within(fields, "probability", r.probability, 0, 1);
    within(fields, "window", r.window, 1, r.probability > 0 ? static_cast<double>(frames - 1) : 1e6);
    within(fields, "own_marks", r.own_marks, 0, 1);
    fields.finish();
    return r;
}

LossWeights read_loss(io::JsonFields fields) {
    LossWeights r;
    for (const auto& [name, value] : {std::pair{"bce", &r.bce},
                                      {"dice", &r.dice},
                                      {"presence", &r.presence},
                                      {"tracked_presence", &r.tracked_presence},
                                      {"intermediate", &r.intermediate},
                                      {"hidden_mask", &r.hidden_mask},
                                      {"nothing_complete", &r.nothing_complete},
                                      {"nothing_partial", &r.nothing_partial}})
        within(fields, name, *value, 0, 1000);
    fields.finish();
    return r;
}

TrainRecipe read_train(io::JsonFields fields, std::int64_t frames) {
    TrainRecipe r;
    within(fields, "steps", r.steps, 1, 1e8);
    within(fields, "batch", r.batch, 1, 4096);
    within(fields, "accumulate", r.accumulate, 1, 4096);
    fields.get("precision", r.precision);
    if (r.precision != "auto" && r.precision != "fp32" && r.precision != "bf16")
        fields.fail("precision", "is '" + r.precision + "', must be auto, fp32 or bf16");
    within(fields, "own_marks", r.own_marks, 0, 1);
    within(fields, "own_marks_clips", r.own_marks_clips, 0, 1);
    within(fields, "burn_in", r.burn_in, 0, 1);
    within(fields, "burn_in_passes", r.burn_in_passes, 1, 1000);
    if (fields.has("rollout"))
        r.rollout = read_rollout(fields.object("rollout"), frames);
    within(fields, "checkpoint_every", r.checkpoint_every, 1, 1e8);
    if (fields.has("optimizer"))
        r.optimizer = read_optimizer(fields.object("optimizer"));
    if (fields.has("loss"))
        r.loss = read_loss(fields.object("loss"));
    fields.finish();
    return r;
}

}  // namespace

Recipe parse_recipe(const std::string& text, const std::string& name) {
    nlohmann::json file;
    try {
        file = io::parse_json(text, kMostDepth, io::JsonComments::kYes);
    } catch (const nlohmann::json::exception& error) {
        throw std::runtime_error(name + ": no JSON: " + error.what());
    } catch (const io::JsonRuleError& error) {
        throw std::runtime_error(name + ": " + error.what());
    }
    io::JsonFields fields(file, name + ":");
    Recipe recipe;
    recipe.name = std::filesystem::path(name).stem();
    recipe.text = text;
    fields.get("model", recipe.model);
    fields.get("note", recipe.note);
    const auto& sources = fields.at("sources");
    if (!sources.is_array() || sources.empty())
        fields.fail("sources", "must be a list of at least one source");
    fields.get("permissive", recipe.permissive);
    for (std::size_t i = 0; i < sources.size(); ++i) {
        auto source = read_source(io::JsonFields(sources[i], fields.where("sources[" + std::to_string(i) + "]")));
        if (!recipe.permissive || !source.research_only)
            recipe.sources.push_back(std::move(source));
    }
    if (recipe.sources.empty())
        fields.fail("permissive", "leaves no source: all are research_only");
    if (fields.has("clips"))
        recipe.clips = read_clip_recipe(fields.object("clips"));
    if (fields.has("train"))
        recipe.train = read_train(fields.object("train"), recipe.clips.frames);
    fields.finish();
    return recipe;
}

Recipe read_recipe(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    if (!(file && text << file.rdbuf()))
        throw std::runtime_error(path + ": cannot be read");
    return parse_recipe(text.str(), path);
}

}  // namespace ausm::train
