// SPDX-License-Identifier: MIT
// What came of one video under one ID draw.
#pragma once

#include "eval/figures.h"
#include "eval/track_scores.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ausm::eval {

struct VideoOutcome {
    struct Object {
        std::int64_t track = 0;  ///< the model's object that stands for it; 0: none
        DavisSequenceScore score;
        Figures figures;  ///< further ones; reports give their means over objects
    };
    std::string name;
    std::uint64_t seed = 0;       ///< SessionOptions::seed
    int frames = 0;               ///< of the video
    std::vector<Object> objects;  ///< 1, 2, ... of the annotation
    Figures figures;              ///< of the video as a whole; reports give their means over videos
};

/// Of a finished video. Prompted: object k by track k, the first and the last frame do not count. Discovery: by the best
/// assignment, all frames count, and the tracks are counted. Throws std::invalid_argument when no frame is left.
[[nodiscard]] VideoOutcome video_outcome(std::string name, std::uint64_t seed, const TrackScores& scores,
                                         bool discovery);

}  // namespace ausm::eval
