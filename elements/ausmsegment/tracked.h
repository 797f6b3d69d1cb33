// SPDX-License-Identifier: MIT
// Prompts that are meant only for what is not followed yet, as another element's detections on every frame.
#pragma once

#include "model/ausm.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace ausm::gst {

/// Box of what a box or mask prompt shows, x0 y0 x1 y1, normalised; all 0 for other kinds and empty masks.
[[nodiscard]] std::array<double, 4> shown_box(const Prompt& prompt);

/// Area that both boxes cover over the area that either covers, 0 .. 1; 0 for boxes without area.
[[nodiscard]] double box_overlap(const std::array<double, 4>& a, const std::array<double, 4>& b) noexcept;

/// Where something is followed on a frame: the objects of the frame before, and what its prompts make of them.
class FollowedPlaces {
public:
    FollowedPlaces(std::span<const Object> objects, std::span<const Prompt> prompts);
    /// The next prompt of the frame.
    void take(const Prompt& prompt);
    /// True when one of the places overlaps what `prompt` shows by a half or more.
    [[nodiscard]] bool have(const Prompt& prompt) const;

private:
    struct Place {
        std::int64_t object;
        std::array<double, 4> box;
    };
    std::vector<Place> places_;
};

}  // namespace ausm::gst
