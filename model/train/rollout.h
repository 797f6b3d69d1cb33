// SPDX-License-Identifier: MIT
// Training late in a stream: the network goes through a long clip on its own and learns from the last frames.
#pragma once

#include "train/teacher_forcing.h"

namespace ausm::train {

/// The last frames of a batch, and what the network has said of them.
struct Rollout {
    Outputs outputs;
    ClipBatch window;
};

/// Goes through all T frames without gradient: the state is carried on, the anchor is put there after its frame, and an
/// object that was tracked on the frame before wears what was predicted of it there, if it is one of `own`, [B, K] bool;
/// the others wear the teacher's `marks`, [B, T, K, h4, w4]. Only what a mask prompt has shown is worn as it was, as in a
/// stream. Then the last `window` frames (1 .. T) are done once more, all at once, with the state and the marks of the
/// first time. Gradients go no further back than they do, except for what makes the anchor.
[[nodiscard]] Rollout roll_out(const AusmNet& net, const ClipBatch& batch, const at::Tensor& marks, std::int64_t window,
                               const at::Tensor& own);

}  // namespace ausm::train
