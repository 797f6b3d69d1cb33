// SPDX-License-Identifier: MIT
// Which weights are trained, and how fast each moves.
#pragma once

#include "nn/weight_map.h"
#include "train/recipe.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace torch::optim {
class AdamW;  // a heavy header
}

namespace ausm::train {

/// False for the backbone's stem and its first `frozen_blocks` blocks. Batch norm is folded into the convolutions, so it
/// is frozen everywhere.
[[nodiscard]] Trainable trainable_weights(std::int64_t frozen_blocks);

/// AdamW over the tensors that ask for a gradient. Groups: backbone or not, with or without weight decay.
class WeightGroups {
public:
    WeightGroups(const std::map<std::string, at::Tensor>& weights, const OptimizerRecipe& recipe);
    ~WeightGroups();
    WeightGroups(const WeightGroups&) = delete;
    WeightGroups& operator=(const WeightGroups&) = delete;

    /// The learning rate of every group at `step` (counted from 0) of `steps`: linear warm-up times cosine.
    void schedule(std::int64_t step, std::int64_t steps);
    [[nodiscard]] double learning_rate() const { return learning_rate_; }
    [[nodiscard]] torch::optim::AdamW& optimizer() { return *optimizer_; }
    /// Names and tensors that are trained.
    [[nodiscard]] const std::map<std::string, at::Tensor>& trained() const { return trained_; }
    void zero_gradients();
    /// One step of AdamW.
    void step();
    /// The norm of all gradients together, before they are scaled down to at most recipe.clip_norm.
    double clip_gradients();

private:
    OptimizerRecipe recipe_;
    std::map<std::string, at::Tensor> trained_;
    std::vector<double> factors_;  // of the learning rate, a group
    std::unique_ptr<torch::optim::AdamW> optimizer_;
    double learning_rate_ = 0;
};

/// The share of the peak learning rate at `step`, 0 .. 1.
[[nodiscard]] double schedule_factor(std::int64_t step, std::int64_t steps, std::int64_t warmup, double final_factor);

}  // namespace ausm::train
