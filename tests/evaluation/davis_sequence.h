// SPDX-License-Identifier: MIT
// Data in DAVIS's folder layout: the pictures and annotations of a video.
#pragma once

#include "gst/gstausmmask.h"

#include <string>
#include <vector>

namespace ausm::evaluation {

/// One video: frame i is pictures[i], JPEG, with annotations[i], PNG. Full paths.
struct DavisSequence {
    std::string name;
    std::vector<std::string> pictures, annotations;
};

/// The videos of ROOT/JPEGImages/480p and ROOT/Annotations/480p by name. names: which ones, in this order; empty: all
/// with annotations. Throws std::runtime_error when there are none, or one has not as many pictures as annotations.
[[nodiscard]] std::vector<DavisSequence> davis_sequences(const std::string& root, std::vector<std::string> names);

/// All objects of an annotation as one: 255 where the file has anything but 0. Throws std::runtime_error.
[[nodiscard]] gst::MaskImage read_annotation(const std::string& path);

}  // namespace ausm::evaluation
