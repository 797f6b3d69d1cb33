// SPDX-License-Identifier: MIT
// What a stream is between two frames.
#pragma once

#include "nn/ausm_net.h"
#include "session/anchor_table.h"
#include "session/object_table.h"

namespace ausm {

/// Everything that the next frames of a stream depend on. A value: a frame works on a copy, and the copy replaces the
/// original when all of it has succeeded.
struct StreamState {
    History history;
    ObjectTable table;
    AnchorTable anchors;    ///< whose they are; their tensors lie in the history
    at::Tensor masks;       ///< [K, h4, w4] float32 mask probabilities of the last frame, in the table's order; device
    bool prompted = false;  ///< an accepted prompt has ended discovery (Mode::kAuto)
    std::int64_t frames = 0;
};

}  // namespace ausm
