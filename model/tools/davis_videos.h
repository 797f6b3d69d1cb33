// SPDX-License-Identifier: MIT
// The annotated videos that an evaluation runs over.
#pragma once

#include "data/davis_sequences.h"
#include "eval/davis_annotation.h"

#include <string>
#include <vector>

namespace ausm::tools {

/// Which videos, and what of them counts.
struct VideoChoice {
    std::string root;
    std::vector<std::string> sequences;  ///< empty: all
    bool discovery = false;              ///< nothing is shown to the model; else a frame's annotation is
    int start = 0;   ///< the frame whose annotation is shown; those before it run without a prompt and do not count
    int frames = 0;  ///< of each video from its start; 0: all
};

struct DavisVideo {
    data::DavisSequence sequence;
    eval::DavisObjects objects;
};

/// Finds what can be found wrong before the model is opened. Throws std::runtime_error that names the file or folder.
[[nodiscard]] std::vector<DavisVideo> open_davis(const VideoChoice& choice);

}  // namespace ausm::tools
