// SPDX-License-Identifier: MIT
// The loss over all frames of a batch: tracking by assignment, detection by matching (arXiv 2508.19242, section 2.3).
#pragma once

#include "train/matcher.h"
#include "train/teacher_forcing.h"

#include <functional>

namespace ausm::train {

struct LossWeights {
    double bce = 5, dice = 5, presence = 2;
    double tracked_presence = 0.5;  ///< of the tracked objects' presence, inside `presence`
    double intermediate = 0.5;      ///< of every output but the last
    double hidden_mask = 0.3;       ///< of a tracked object's mask on frames where it is not visible
    double nothing_complete = 0.4;  ///< of a detection query without an object, where everything is labelled
    double nothing_partial = 0.1;   ///< and where it is not
};

/// Sums a float tensor over all processes, in place; how normalisers are made common. Empty: one process.
using SumOverProcesses = std::function<void(at::Tensor&)>;

struct Loss {
    at::Tensor total;  ///< scalar: this process's share of the loss
    /// Of the last output, without weights; without gradient. The IoU is a mean over visible objects, NaN without any.
    double bce = 0, dice = 0, presence_tracked = 0, presence_detected = 0, iou_tracked = 0, iou_detected = 0;
};

/// BCE and dice (1 - (2 sum p g + 1) / (sum p + sum g + 1)) of all masks at full 1/4 resolution (1/8 for the
/// intermediate outputs), presence by binary cross entropy. A detection query's target is the square root of the IoU of
/// its mask with the matched object, and 0 without one. One matching, on the last output, serves all.
[[nodiscard]] Loss loss(const Outputs& outputs, const ClipBatch& batch, const LossWeights& weights,
                        const SumOverProcesses& sum = {});

}  // namespace ausm::train
