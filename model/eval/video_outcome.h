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

/// What is asked of a finished video.
struct OutcomeOptions {
    /// false: object k by track k, the first and the last frame do not count. true: by the best assignment, all frames
    /// count, and the tracks are counted: all, an object's (fragments), nobody's (strays).
    bool discovery = false;
    bool tenths = false;        ///< J&F by tenths of the frames that count
    bool after_prompt = false;  ///< J&F of the frames next to the prompt, and of the later ones
};

/// Of a finished video. Throws std::invalid_argument when no frame counts.
[[nodiscard]] VideoOutcome video_outcome(std::string name, std::uint64_t seed, const TrackScores& scores,
                                         const OutcomeOptions& options);

/// Adds what the same video came to as a live stream: `live` with its J&F beside the other. segmented: share of its
/// frames that the model took; frame_time: seconds for each of them, the mean. Throws std::invalid_argument when the
/// two differ in objects.
void add_live(VideoOutcome& outcome, const VideoOutcome& live, double segmented, double frame_time);

}  // namespace ausm::eval
