// SPDX-License-Identifier: MIT
// A run on disk: what it takes to go on as if it had never been interrupted, and the weights to use.
#pragma once

#include "train/trainer.h"

#include <map>
#include <string>

namespace ausm::train {

/// Writes weights, moving average, AdamW's moments, and in the metadata the recipe, the number of steps done, and the
/// metadata of the weights that the run began with. There is either the old file or the new one, never a part of it.
/// What is random depends on the seed and the step alone, so that no generator has a state to keep.
/// Throws std::runtime_error that names the file.
void write_checkpoint(const std::string& path, Trainer& trainer, const Recipe& recipe,
                      const std::map<std::string, std::string>& metadata);

/// Puts everything back into a trainer that was made from the same recipe. Throws std::runtime_error that names the file
/// and what does not fit: another recipe, another network, tensors missing or misshaped.
void read_checkpoint(const std::string& path, Trainer& trainer, const Recipe& recipe);

/// The moving average as a weights file of AusmNet's format. dtype: at::kFloat or at::kBFloat16.
void write_average(const std::string& path, const Trainer& trainer, std::map<std::string, std::string> metadata,
                   at::ScalarType dtype);

}  // namespace ausm::train
