// SPDX-License-Identifier: MIT
// Scores masks that are there as files, whatever program made them, against DAVIS annotations.
#pragma once

#include "tools/eval_davis.h"

#include <string>
#include <vector>

namespace ausm::tools {

/// folder: FOLDER/VIDEO/STEM.png for every annotation VIDEO/STEM.png, as `--masks` writes them and as the official
/// evaluation reads them: value k is object k, or track k when `discovery` (the best assignment counts); 255 in a video
/// with one object (DAVIS 2016) is that object. What fails ends the run early and is its `failure`.
[[nodiscard]] DavisRun score_masks(const std::vector<DavisVideo>& videos, const std::string& folder, bool discovery);

}  // namespace ausm::tools
