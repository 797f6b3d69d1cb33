// SPDX-License-Identifier: MIT
// Prompts that are meant only for what is not followed yet, as another element's detections on every frame.
#pragma once

#include "model/ausm.h"

#include <array>
#include <span>

namespace ausm::gst {

/// Box of what a box or mask prompt shows, x0 y0 x1 y1, normalised; all 0 for other kinds and empty masks.
[[nodiscard]] std::array<double, 4> shown_box(const Prompt& prompt);

/// Area that both boxes cover over the area that either covers, 0 .. 1; 0 for boxes without area.
[[nodiscard]] double box_overlap(const std::array<double, 4>& a, const std::array<double, 4>& b) noexcept;

/// True when the box of an object or what another prompt shows overlaps what `prompt` shows by a half or more.
[[nodiscard]] bool is_tracked(const Prompt& prompt, std::span<const Object> objects, std::span<const Prompt> others);

}  // namespace ausm::gst
