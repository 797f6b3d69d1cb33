// SPDX-License-Identifier: MIT
// The prompts that are given as properties of ausmprompt.
#pragma once

#include "gst/gstausmgrammar.h"

#include <string>
#include <variant>
#include <vector>

namespace ausm::gst {

/// Bits of StandingPrompts::lines().
enum StandingKind : guint { kStandingBox = 1, kStandingPoints = 2, kStandingMask = 4, kStandingAll = 7 };

/// The properties as they were set. A value.
struct StandingPrompts {
    std::string box;     ///< "x0,y0,x1,y1;..." or JSON
    std::string points;  ///< "x,y[,label];..." or JSON, all of one object
    std::string mask_location;
    std::string label;
    std::int64_t object = 0;  ///< of the first box, the points and the mask; further boxes count on from it
    PromptUnit unit = PromptUnit::kNormalised;

    /// The lines of these kinds, masks read; or the text of what is wrong, naming the property.
    [[nodiscard]] std::variant<std::vector<PromptLine>, std::string> lines(guint kinds) const;
};

}  // namespace ausm::gst
