// SPDX-License-Identifier: MIT
// Masks of evaluated videos as files that the official evaluation reads.
#pragma once

#include "data/davis_sequences.h"
#include "eval/track_scores.h"

#include <string>
#include <vector>

namespace ausm::tools {

/// Makes `folder` with what leads to it. Throws std::runtime_error when it is there and not empty, or cannot be made.
void make_mask_folder(const std::string& folder);

/// Writes FOLDER/VIDEO/STEM.png, one for each frame. numbers: the track whose pixels get the value 1, 2, ... Throws
/// std::runtime_error that names the file.
void write_masks(const std::string& folder, const data::DavisSequence& sequence,
                 const std::vector<eval::LabelFrame>& frames, const std::vector<std::int64_t>& numbers);

}  // namespace ausm::tools
