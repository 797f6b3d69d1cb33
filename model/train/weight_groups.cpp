// SPDX-License-Identifier: MIT
// Names decide: "backbone.*" moves slowly, embeddings and what steers the recurrence does not decay.
#include "train/weight_groups.h"

#include <ATen/ATen.h>
#include <torch/optim/adamw.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ausm::train {
namespace {

bool of_backbone(const std::string& name) { return name.starts_with("backbone."); }

bool decays(const std::string& name, const at::Tensor& weight) {
    static const std::vector<std::string> exempt{"ids", "det", "x0", "qtype", "kind"};
    const auto ends = [&](const char* end) { return name.ends_with(end); };
    return weight.dim() >= 2 && std::find(exempt.begin(), exempt.end(), name) == exempt.end() && !ends("A_log") &&
           !ends(".Dp") && !ends("conv_w");
}

}  // namespace

Trainable trainable_weights(std::int64_t frozen_blocks) {
    return [frozen_blocks](const std::string& name) {
        const std::string blocks = "backbone.blocks.";
        if (name.starts_with("backbone.stem"))
            return frozen_blocks == 0;
        return !name.starts_with(blocks) || std::stoll(name.substr(blocks.size())) >= frozen_blocks;
    };
}

WeightGroups::WeightGroups(const std::map<std::string, at::Tensor>& weights, const OptimizerRecipe& recipe)
    : recipe_(recipe) {
    std::map<std::pair<bool, bool>, std::vector<at::Tensor>> groups;
    for (const auto& [name, weight] : weights) {
        if (!weight.requires_grad())
            continue;
        trained_[name] = weight;
        groups[{of_backbone(name), decays(name, weight)}].push_back(weight);
    }
    std::vector<torch::optim::OptimizerParamGroup> all;
    for (auto& [key, tensors] : groups) {
        auto options = std::make_unique<torch::optim::AdamWOptions>(recipe.learning_rate);
        options->betas({recipe.beta1, recipe.beta2}).weight_decay(key.second ? recipe.weight_decay : 0);
        all.emplace_back(std::move(tensors), std::move(options));
        factors_.push_back(key.first ? recipe.backbone_factor : 1);
    }
    optimizer_ = std::make_unique<torch::optim::AdamW>(std::move(all));
}

WeightGroups::~WeightGroups() = default;

void WeightGroups::zero_gradients() { optimizer_->zero_grad(); }

void WeightGroups::step() { optimizer_->step(); }

double schedule_factor(std::int64_t step, std::int64_t steps, std::int64_t warmup, double final_factor) {
    const auto done = static_cast<double>(step) / static_cast<double>(steps);
    const auto rise = warmup == 0 ? 1.0 : std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(warmup));
    const auto fall = 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, done)));
    return rise * (final_factor + (1 - final_factor) * fall);
}

void WeightGroups::schedule(std::int64_t step, std::int64_t steps) {
    learning_rate_ = recipe_.learning_rate * schedule_factor(step, steps, recipe_.warmup, recipe_.final_factor);
    auto& groups = optimizer_->param_groups();
    for (std::size_t i = 0; i < groups.size(); ++i)
        groups[i].options().set_lr(learning_rate_ * factors_[i]);
}

double WeightGroups::clip_gradients() {
    std::vector<at::Tensor> gradients;
    for (const auto& [name, weight] : trained_)
        if (weight.grad().defined())
            gradients.push_back(weight.grad());
    if (gradients.empty())
        return 0;
    const auto norms = at::_foreach_norm(gradients, 2);
    const auto norm = at::stack(norms).norm().item<double>();
    if (norm > recipe_.clip_norm)
        at::_foreach_mul_(gradients, recipe_.clip_norm / (norm + 1e-6));
    return norm;
}

}  // namespace ausm::train
