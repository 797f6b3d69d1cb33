// SPDX-License-Identifier: MIT
// Scores of videos and ID draws put together, as a table for people and as JSON for programs.
#pragma once

#include "eval/davis_metrics.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ausm::eval {

/// One video under one ID draw.
struct VideoOutcome {
    struct Object {
        std::int64_t track = 0;  ///< the model's object that stands for it; 0: none
        DavisSequenceScore score;
    };
    std::string name;
    std::uint64_t seed = 0;       ///< SessionOptions::seed
    int frames = 0;               ///< of the video
    std::vector<Object> objects;  ///< 1, 2, ... of the annotation
    std::size_t tracks = 0;       ///< found by the model
    double tracks_per_frame = 0;  ///< with pixels
};

/// One quantity over ID draws, 0 to 1.
struct Spread {
    double mean = 0, deviation = 0, least = 0, most = 0;  ///< deviation: of the sample (n - 1); 0 for one draw
};

struct Summary {
    std::string name;  ///< of the video; "overall"
    int draws = 0;
    std::size_t objects = 0;                  ///< per draw
    int frames = 0;                           ///< per draw
    DavisSequenceScore score;                 ///< mean over objects, then over draws
    Spread both;                              ///< J&F over draws
    double tracks = 0, tracks_per_frame = 0;  ///< means over draws; overall: over videos too
};

struct Report {
    bool complete = false;  ///< every draw has every video
    bool discovery = false;
    std::vector<VideoOutcome> outcomes;  ///< of one draw after the other
    std::vector<Summary> videos;
    /// By the official definition, a mean over objects, not over videos. Over draws with all videos; over the first
    /// draw as far as it came when no draw has them all.
    Summary overall;
};

/// videos: how many each draw was to have. draws: how many there were to be. Throws std::invalid_argument without any
/// outcome.
[[nodiscard]] Report make_report(std::vector<VideoOutcome> outcomes, std::size_t videos, std::size_t draws,
                                 bool discovery);

/// Percent with two digits; a line for each video and the overall one. Several draws: spread of J&F. Discovery: tracks.
[[nodiscard]] std::string table(const Report& report);

/// "complete", "sequences", "overall" (both with means and spread), "draws" (every video and object of each). Percent.
[[nodiscard]] nlohmann::ordered_json report_json(const Report& report);

}  // namespace ausm::eval
