// SPDX-License-Identifier: MIT
// A frame's answer as the label map and the objects that the caller sees.
#pragma once

#include "session/tracker.h"

namespace ausm {

/// Logits -> GRAY8 map of the frame's (or the network's) size; masks given as prompts are drawn as given. Fills
/// everything of `result`. Runs on the caller's thread, without LibTorch's operators.
void draw_result(FrameOutput& output, std::span<const Prompt> prompts, const Frame& frame,
                 const SessionOptions& options, Result& result);

}  // namespace ausm
