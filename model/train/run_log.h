// SPDX-License-Identifier: MIT
// A run's log: JSON, one object a line.
#pragma once

#include "train/run.h"

#include <fstream>
#include <vector>

namespace ausm::train {

/// A line a step: "step", "loss", its parts "bce", "dice", "presence_tracked", "presence_detected", the mean IoU
/// "iou_tracked" and "iou_detected" (null: there was no such object), "gradient_norm", "learning_rate", "seconds" of the
/// parts of the step and of the whole, and "waited", the share of the run's time spent waiting for clips. A line that has
/// "started" in place of "step" for each time that the run was begun or taken up.
class RunLog {
public:
    /// Where a run is taken up, lines of steps that its checkpoint does not know are dropped. Throws std::runtime_error
    /// that names the file.
    RunLog(const std::string& path, const Recipe& recipe, const Trainer& trainer, const RunOptions& options,
           bool resumed);
    void write(const RunStatus& status);

private:
    std::string path_;
    std::ofstream file_;
};

/// All fields of all batches, as BATCH/FIELD of a safetensors file.
void write_clips(const std::string& path, const std::vector<ClipBatch>& batches);

}  // namespace ausm::train
