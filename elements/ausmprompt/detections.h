// SPDX-License-Identifier: MIT
// What other elements have found on a frame, as prompts.
#pragma once

#include "gst/gstausmgrammar.h"

#include <string>
#include <vector>

namespace ausm::gst {

/// The properties as they were set. A value.
struct DetectionSettings {
    bool enabled = false;
    std::string classes;     ///< is_named(); what has no class is left out when one is named
    double threshold = 0.5;  ///< of the score, 0 .. 1; detections without a score pass
};

/// Box prompts, each for what is not followed yet, from region-of-interest metadata (class: roi_type; score: field
/// `confidence` of a parameter) and, where GStreamer has it, from its analytics metadata. Boxes are cut at the picture;
/// those outside are left out.
[[nodiscard]] std::vector<PromptLine> detections(GstBuffer* buffer, const DetectionSettings& settings, int width,
                                                 int height);

}  // namespace ausm::gst
