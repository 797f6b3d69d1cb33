// SPDX-License-Identifier: MIT
// DAVIS's folder layout: which pictures and annotations make a video.
#pragma once

#include <string>
#include <vector>

namespace ausm::data {

/// One video: frame i is pictures[i], JPEG, with annotations[i], PNG, of the same stem. Full paths.
struct DavisSequence {
    std::string name;
    std::vector<std::string> pictures, annotations;
};

/// The videos of ROOT/JPEGImages/480p by name. names: which ones, in this order; empty: all with annotations, in
/// alphabetic order. Annotations are in ROOT/Annotations/480p; for discovery in ROOT/Annotations_unsupervised/480p
/// when that is there. Throws std::runtime_error that names the folder or file which is missing, empty, or has no
/// partner, and a name that is given twice.
[[nodiscard]] std::vector<DavisSequence> davis_sequences(const std::string& root, std::vector<std::string> names,
                                                         bool discovery = false);

}  // namespace ausm::data
