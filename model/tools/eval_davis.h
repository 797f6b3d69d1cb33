// SPDX-License-Identifier: MIT
// Runs the recurrent model over DAVIS videos, frame by frame, and scores what comes out.
#pragma once

#include "ausm.h"
#include "eval/davis_report.h"
#include "tools/davis_videos.h"
#include "tools/eval_stream.h"

#include <functional>
#include <string>
#include <vector>

namespace ausm::tools {

struct DavisOptions {
    VideoChoice videos;
    StreamOptions stream;
    double clock = 0;       ///< frames a second, of a live stream beside the other; 0: none
    double frame_time = 0;  ///< seconds for a mask of the live stream; 0: what each frame takes here
    int rounds = 1;         ///< how often a video is played without a reset, by turns forwards and backwards
    int seeds = 1;          ///< ID draws: seeds 0 .. seeds - 1
    std::string masks;      ///< folder for the masks; empty: none. Several draws: a folder seed-K in it for each
};

struct DavisRun {
    std::vector<eval::VideoOutcome> outcomes;  ///< of the videos that were finished
    std::string network;                       ///< size of the network's input, of the last video
    std::int64_t frames = 0;                   ///< that the model has seen
    double seconds = 0;
    std::string failure;  ///< what ended the run early; empty: nothing did
};

/// Throws std::runtime_error when the folder for masks is in use. What fails later, on one frame, is the run's
/// `failure`. stop: asked before every frame.
[[nodiscard]] DavisRun evaluate_davis(Engine& engine, const std::vector<DavisVideo>& videos,
                                      const DavisOptions& options, const std::function<bool()>& stop);

}  // namespace ausm::tools
