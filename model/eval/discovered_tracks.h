// SPDX-License-Identifier: MIT
// Whose the tracks are that a model has found: objects in pieces, and tracks of nothing.
#pragma once

#include "eval/track_scores.h"

#include <vector>

namespace ausm::eval {

struct DiscoveredTracks {
    std::vector<int> fragments;  ///< of object 1, 2, ...: the tracks that are its; 1 is right
    int strays = 0;              ///< tracks of no object
};

/// tracks: TrackScores::overlaps(). A track is an object's that overlaps it best, with J of at least 0.1, on more than
/// half of the frames on which the track has pixels. It is a stray when its median J with every object is below 0.1 on
/// those frames. That an object is missed by the annotation makes a stray of its track, too: only data where everything
/// is labelled can tell.
[[nodiscard]] DiscoveredTracks discovered_tracks(int objects, const std::vector<TrackOverlap>& tracks);

}  // namespace ausm::eval
