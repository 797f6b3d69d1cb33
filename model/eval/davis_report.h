// SPDX-License-Identifier: MIT
// Scores of videos and ID draws put together, as a table for people and as JSON for programs.
#pragma once

#include "eval/davis_metrics.h"
#include "eval/video_outcome.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace ausm::eval {

/// One quantity over ID draws, 0 to 1.
struct Spread {
    double mean = 0, deviation = 0, least = 0, most = 0;  ///< deviation: of the sample (n - 1); 0 for one draw
};

struct Summary {
    std::string name;  ///< of the video; "overall"
    int draws = 0;
    std::size_t objects = 0;   ///< per draw
    int frames = 0;            ///< per draw
    DavisSequenceScore score;  ///< mean over objects, then over draws
    Spread both;               ///< J&F over draws
    Figures figures;           ///< the further ones: means over objects, or over videos, then over draws; and
                               ///< what add_last_to_first() makes of them
};

struct Report {
    bool complete = false;               ///< every draw has every video
    std::vector<VideoOutcome> outcomes;  ///< of one draw after the other
    std::vector<Summary> videos;
    /// By the official definition, a mean over objects, not over videos. Over draws with all videos; over the first
    /// draw as far as it came when no draw has them all.
    Summary overall;
};

/// videos: how many each draw was to have. draws: how many there were to be. Throws std::invalid_argument without any
/// outcome.
[[nodiscard]] Report make_report(std::vector<VideoOutcome> outcomes, std::size_t videos, std::size_t draws);

/// Percent with two digits; a line for each video and the overall one. Several draws: spread of J&F. Then the further
/// figures.
[[nodiscard]] std::string table(const Report& report);

/// "complete", "sequences", "overall" (both with means and spread), "draws" (every video and object of each). Percent.
[[nodiscard]] nlohmann::ordered_json report_json(const Report& report);

}  // namespace ausm::eval
