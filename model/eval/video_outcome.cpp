// SPDX-License-Identifier: MIT
// Scores of tracks put together as those of objects.
#include "eval/video_outcome.h"

#include <utility>

namespace ausm::eval {

VideoOutcome video_outcome(std::string name, std::uint64_t seed, const TrackScores& scores, bool discovery) {
    VideoOutcome outcome;
    outcome.name = std::move(name);
    outcome.seed = seed;
    outcome.frames = scores.frames();
    for (const auto& object : discovery ? scores.best() : scores.by_number())
        outcome.objects.push_back({object.track, davis_sequence_score(object.frames, !discovery), {}});
    if (discovery)
        outcome.figures = {{"tracks", "tracks", static_cast<double>(scores.tracks()), 1},
                           {"objects-per-frame", "per frame", scores.tracks_per_frame()}};
    return outcome;
}

}  // namespace ausm::eval
