// SPDX-License-Identifier: MIT
// Runs the model over clips with exact truth, once for each threshold of presence.
#pragma once

#include "eval/clip_scores.h"
#include "tools/davis_videos.h"
#include "tools/eval_stream.h"

#include <functional>
#include <string>
#include <vector>

namespace ausm::tools {

struct ClipsOptions {
    VideoChoice videos;
    StreamOptions stream;
    std::vector<double> thresholds{0.5};  ///< SessionOptions::presence
};

struct ClipOutcome {
    std::string name;
    std::vector<eval::ClipCounts> counts;  ///< for each threshold
};

struct ClipsRun {
    std::vector<ClipOutcome> clips;  ///< those that were finished
    std::string network;             ///< size of the network's input, of the last clip
    std::int64_t frames = 0;         ///< that the model has seen
    double seconds = 0;
    std::string failure;  ///< what ended the run early; empty: nothing did
};

/// What fails on one frame is the run's `failure`. stop: asked before every frame.
[[nodiscard]] ClipsRun evaluate_clips(Engine& engine, const std::vector<DavisVideo>& videos,
                                      const ClipsOptions& options, const std::function<bool()>& stop);

}  // namespace ausm::tools
