// SPDX-License-Identifier: MIT
// A whole run: clips, steps, log, checkpoints, and going on after an interruption.
#pragma once

#include "train/recipe.h"
#include "train/trainer.h"

#include <atomic>
#include <functional>
#include <string>

namespace ausm::train {

struct RunOptions {
    std::string data;            ///< root of the recipe's sources
    std::string out;             ///< folder of the run; made when it is not there
    std::string weights;         ///< what a new run begins with: a file of AusmNet's format
    bool from_backbone = false;  ///< of that file the backbone alone; all else begins anew
    at::Device device = at::kCPU;
    std::int64_t workers = 1;  ///< threads that make clips
    Processes processes;
};

/// After every step.
struct RunStatus {
    StepReport report;
    std::int64_t steps = 0;  ///< of the whole run
    double step_s = 0;       ///< seconds of this step, with waiting
    double waited = 0;       ///< share of the run's time spent waiting for clips
};

/// Trains until recipe.train.steps are done or `stop` is set (then the step in hand is finished). In `out`:
///   recipe.json             the recipe
///   log.jsonl               a line a step (train/run_log.h)
///   checkpoint.safetensors  every recipe.train.checkpoint_every steps and at the end
///   weights.safetensors     the moving average, float32, with each checkpoint
///   clips-STEP.safetensors  the clips of a step whose loss was no number
/// Where there is a checkpoint already, goes on from it. Of several processes only the first writes. Returns the number
/// of steps done. Throws std::runtime_error: data, weights, checkpoint, or NotFinite.
std::int64_t run_training(const Recipe& recipe, const RunOptions& options, const std::atomic<bool>& stop,
                          const std::function<void(const RunStatus&)>& on_step);

}  // namespace ausm::train
