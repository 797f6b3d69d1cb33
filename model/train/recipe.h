// SPDX-License-Identifier: MIT
// One stage of training as a file: data, clips, and how the weights move.
#pragma once

#include "train/losses.h"
#include "train/sources.h"
#include "train/synthesis/clip_recipe.h"

#include <string>
#include <vector>

namespace ausm::train {

/// AdamW, its schedule, and what is trained. Defaults: nano's last stage.
struct OptimizerRecipe {
    double learning_rate = 4e-4;   ///< its peak
    double backbone_factor = 0.1;  ///< of the backbone's learning rate
    double final_factor = 0.03;    ///< the cosine ends at this share of the peak
    double weight_decay = 0.02;    ///< none for vectors, embeddings, A_log, D and the short convolution
    double beta1 = 0.9, beta2 = 0.98;
    double clip_norm = 2;             ///< of all gradients together
    double average = 0.998;           ///< decay of the weights' exponential moving average
    std::int64_t warmup = 60;         ///< steps of linear warm-up
    std::int64_t frozen_blocks = 16;  ///< the backbone's stem and its first so many blocks keep their weights
};

/// Training late in a stream (train/rollout.h).
struct RolloutRecipe {
    double probability = 0;   ///< share of the steps; above 0 the others see the first `window` frames of their clips
    std::int64_t window = 8;  ///< frames that are learnt from, below clips.frames; they end anywhere in the rest
    double own_marks = 1;     ///< share of the objects that wear the network's own marks on the way there
};

struct TrainRecipe {
    std::int64_t steps = 2000;        ///< of the whole stage
    std::int64_t batch = 2;           ///< clips a process and pass
    std::int64_t accumulate = 1;      ///< passes a step
    std::string precision = "auto";   ///< fp32, bf16 (autocast) or auto: bf16 where the hardware has it
    double own_marks = 0.6;           ///< share of the objects of a clip that wear the network's own marks
    double own_marks_clips = 0.75;    ///< share of the steps on which any do
    double burn_in = 0;               ///< share of the steps whose clips begin with the state of a longer stream
    std::int64_t burn_in_passes = 4;  ///< of which the clip is seen up to so many times before
    RolloutRecipe rollout;
    std::int64_t checkpoint_every = 200;
    OptimizerRecipe optimizer;
    LossWeights loss;
};

struct Recipe {
    std::string name;  ///< of the file, without its ending
    std::string text;  ///< the file's bytes, for checkpoints and the weights' metadata
    std::string model = "ausm-nano";
    std::string note;         ///< what the stage is for
    bool permissive = false;  ///< sources with research_only are left out
    std::vector<Source> sources;
    ClipRecipe clips;
    TrainRecipe train;
};

/// Throws std::runtime_error that names the file and the field: missing, of the wrong type, out of range, not known.
[[nodiscard]] Recipe read_recipe(const std::string& path);
/// The same for text; `name` stands for the file in errors.
[[nodiscard]] Recipe parse_recipe(const std::string& text, const std::string& name);

}  // namespace ausm::train
