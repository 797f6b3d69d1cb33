// SPDX-License-Identifier: MIT
// Counts of frames, and medians.
#include "eval/discovered_tracks.h"

#include <algorithm>

namespace ausm::eval {
namespace {

constexpr double kTouches = 0.1;

/// The mean of the middle two for an even number; values not empty.
double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// For each object the number of frames on which the track overlaps it best.
std::vector<std::size_t> best_on(const TrackOverlap& track) {
    std::vector<std::size_t> frames(track.j.size());
    for (std::size_t i = 0; i < track.frames; ++i) {
        std::size_t best = 0;
        for (std::size_t object = 1; object < track.j.size(); ++object)
            if (track.j[object][i] > track.j[best][i])
                best = object;
        frames[best] += track.j[best][i] >= kTouches ? 1 : 0;
    }
    return frames;
}

}  // namespace

DiscoveredTracks discovered_tracks(int objects, const std::vector<TrackOverlap>& tracks) {
    DiscoveredTracks found{std::vector<int>(static_cast<std::size_t>(objects)), 0};
    for (const auto& track : tracks) {
        const auto frames = best_on(track);
        for (std::size_t object = 0; object < frames.size(); ++object)
            found.fragments[object] += 2 * frames[object] > track.frames ? 1 : 0;
        const bool stray =
            std::all_of(track.j.begin(), track.j.end(), [](const auto& values) { return median(values) < kTouches; });
        found.strays += stray ? 1 : 0;
    }
    return found;
}

}  // namespace ausm::eval
