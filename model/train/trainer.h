// SPDX-License-Identifier: MIT
// One step of training: forward over all frames at once, loss, backward, AdamW, moving average.
#pragma once

#include "train/moving_average.h"
#include "train/processes.h"
#include "train/rollout.h"
#include "train/weight_groups.h"

#include <functional>
#include <stdexcept>

namespace ausm::train {

/// What one step did; seconds by part.
struct StepReport {
    std::int64_t step = 0;  ///< from 1
    double loss = 0;
    Loss parts;
    double gradient_norm = 0, learning_rate = 0;
    double encode_s = 0, burn_in_s = 0, own_marks_s = 0, forward_s = 0, rollout_s = 0, loss_s = 0, backward_s = 0,
           optimizer_s = 0;
};

/// The loss is not a number any more. The weights are those from before the step.
class NotFinite : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Thread-bound.
class Trainer {
public:
    /// weights: a file of AusmNet's format, whose metadata the results keep.
    Trainer(const TrainRecipe& recipe, std::uint64_t seed, const io::Safetensors& weights, at::Device device,
            Processes processes = {});

    /// One step on recipe.accumulate batches, on the trainer's device. Throws NotFinite.
    StepReport step(const std::vector<ClipBatch>& batches);

    [[nodiscard]] const AusmNet& net() const { return net_; }
    [[nodiscard]] WeightGroups& groups() { return groups_; }
    [[nodiscard]] const MovingAverage& average() const { return average_; }
    [[nodiscard]] std::int64_t steps_done() const { return done_; }
    void set_steps_done(std::int64_t done) { done_ = done; }
    /// Whether products run in bfloat16 on this device under this recipe.
    [[nodiscard]] bool bfloat16() const { return bfloat16_; }

private:
    /// Uniform in 0 .. 1, from the stream of one pass.
    using Draw = std::function<at::Tensor(at::IntArrayRef sizes)>;

    /// All frames at once.
    Outputs forward(const ClipBatch& batch, const Draw& draw, StepReport& report) const;
    /// The last frames after the others.
    Rollout forward_late(const ClipBatch& batch, const Draw& draw, StepReport& report) const;
    Loss pass(const ClipBatch& batch, std::int64_t number, StepReport& report);
    /// Over all processes.
    void sum_gradients();
    /// The shares of the loss, over all processes; the IoU stay this one's.
    void sum_report(StepReport& report) const;

    TrainRecipe recipe_;
    std::uint64_t seed_;
    AusmNet net_;
    WeightGroups groups_;
    MovingAverage average_;
    Processes processes_;
    bool bfloat16_;
    std::int64_t done_ = 0;
};

}  // namespace ausm::train
