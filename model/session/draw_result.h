// SPDX-License-Identifier: MIT
// A frame's answer as the label map and the objects that the caller sees.
#pragma once

#include "session/frame_input.h"
#include "session/tracker.h"

namespace ausm {

/// Size and planes of the label map of a frame.
MapRequest map_request(const Frame& frame, InputSize input, const SessionOptions& options);

/// The GRAY8 map of the requested size, from the network's device where that has drawn it (then this waits for it), else
/// from the logits; masks given as prompts are drawn over it as given. Fills everything of `result`. Runs on the
/// caller's thread, without LibTorch's operators. Throws c10::Error when the device fails, std::bad_alloc.
void draw_result(FrameOutput& output, std::span<const Prompt> prompts, const MapRequest& map, std::int64_t stream_time,
                 Result& result);

}  // namespace ausm
