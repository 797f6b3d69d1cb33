// SPDX-License-Identifier: MIT
// Scores of tracks put together as those of objects.
#include "eval/video_outcome.h"

#include "eval/discovered_tracks.h"
#include "eval/stream_figures.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace ausm::eval {
namespace {

void add_discovery(VideoOutcome& outcome, const TrackScores& scores) {
    const auto found = discovered_tracks(scores.objects(), scores.overlaps());
    for (std::size_t i = 0; i < outcome.objects.size(); ++i)
        outcome.objects[i].figures.push_back({"fragments", "fragments", static_cast<double>(found.fragments[i])});
    outcome.figures = {{"tracks", "tracks", static_cast<double>(scores.tracks()), 1},
                       {"objects-per-frame", "per frame", scores.tracks_per_frame()},
                       {"strays", "strays", static_cast<double>(found.strays)}};
}

}  // namespace

VideoOutcome video_outcome(std::string name, std::uint64_t seed, const TrackScores& scores,
                           const OutcomeOptions& options) {
    VideoOutcome outcome;
    outcome.name = std::move(name);
    outcome.seed = seed;
    outcome.frames = scores.frames();
    const bool prompted = !options.discovery;
    for (const auto& object : prompted ? scores.by_number() : scores.best()) {
        outcome.objects.push_back({object.track, davis_sequence_score(object.frames, prompted), {}});
        const auto counted = counted_frames(object.frames, prompted);
        auto& figures = outcome.objects.back().figures;
        if (options.tenths)
            figures = tenth_figures(counted);
        if (options.after_prompt)
            std::ranges::copy(after_prompt_figures(counted), std::back_inserter(figures));
    }
    if (options.discovery)
        add_discovery(outcome, scores);
    return outcome;
}

void add_live(VideoOutcome& outcome, const VideoOutcome& live, double segmented, double frame_time) {
    if (live.objects.size() != outcome.objects.size())
        throw std::invalid_argument("'" + outcome.name + "' has other objects as a live stream");
    for (std::size_t i = 0; i < live.objects.size(); ++i) {
        const auto& mean = live.objects[i].score.mean;
        auto& figures = outcome.objects[i].figures;
        figures.push_back(percent("clock-J", "", mean.j));
        figures.push_back(percent("clock-F", "", mean.f));
        figures.push_back(percent("clock-J&F", "clock J&F", mean.mean()));
    }
    outcome.figures.push_back(percent("segmented", "segmented", segmented));
    outcome.figures.push_back({"frame-time", "ms", 1e3 * frame_time, 1});
}

}  // namespace ausm::eval
