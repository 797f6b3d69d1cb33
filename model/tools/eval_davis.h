// SPDX-License-Identifier: MIT
// Runs the recurrent model over DAVIS videos, frame by frame, and scores what comes out.
#pragma once

#include "ausm.h"
#include "data/davis_sequences.h"
#include "eval/davis_annotation.h"
#include "eval/davis_report.h"
#include "eval/track_scores.h"

#include <functional>
#include <string>
#include <vector>

namespace ausm::tools {

struct DavisOptions {
    std::string root;
    std::vector<std::string> sequences;  ///< empty: all
    bool discovery = false;
    PromptKind prompt = PromptKind::kMask;  ///< how the first annotation shows its objects
    bool zero_state = false;
    int seeds = 1;      ///< ID draws: seeds 0 .. seeds - 1
    int start = 0;      ///< the frame whose annotation is shown; those before it run without a prompt and do not count
    int frames = 0;     ///< of each video from its start; 0: all
    int size = 0;       ///< SessionOptions::inference_size
    int passes = 1;     ///< SessionOptions::passes
    std::string masks;  ///< folder for the masks; empty: none. Several draws: a folder seed-K in it for each
};

struct DavisVideo {
    data::DavisSequence sequence;
    eval::DavisObjects objects;
};

struct DavisRun {
    std::vector<eval::VideoOutcome> outcomes;  ///< of the videos that were finished
    std::string network;                       ///< size of the network's input, of the last video
    std::int64_t frames = 0;                   ///< that the model has seen
    double seconds = 0;
    std::string failure;  ///< what ended the run early; empty: nothing did
};

/// Finds what can be found wrong before the model is opened. Throws std::runtime_error that names the file or folder.
[[nodiscard]] std::vector<DavisVideo> open_davis(const DavisOptions& options);

/// Throws std::runtime_error when the folder for masks is in use. What fails later, on one frame, is the run's
/// `failure`. stop: asked before every frame.
[[nodiscard]] DavisRun evaluate_davis(Engine& engine, const std::vector<DavisVideo>& videos,
                                      const DavisOptions& options, const std::function<bool()>& stop);

/// Of a finished video: object k by track k, or when `discovery` by the best assignment, every frame counted.
[[nodiscard]] eval::VideoOutcome outcome_of(const DavisVideo& video, const eval::TrackScores& scores,
                                            std::uint64_t seed, bool discovery);

}  // namespace ausm::tools
