// SPDX-License-Identifier: MIT
// The masks of one video against its annotations: a fixed track for each object, or the best assignment.
#pragma once

#include "eval/davis_metrics.h"
#include "io/picture.h"

#include <array>
#include <cstdint>
#include <map>
#include <vector>

namespace ausm::eval {

/// Whose the values of one label map are: track ids from 1, 0 for nobody's.
using TrackIds = std::array<std::int64_t, 256>;

/// One frame as a model gave it.
struct LabelFrame {
    io::IndexPicture map;
    TrackIds ids{};
};

/// One object's scores, frame by frame.
struct ObjectTrack {
    std::int64_t track = 0;  ///< the track that stands for the object; 0: none does
    std::vector<DavisScore> frames;
};

/// One track on the frames on which it has pixels.
struct TrackOverlap {
    std::int64_t track = 0;
    std::size_t frames = 0;              ///< so many, at least one
    std::vector<std::vector<double>> j;  ///< [object][frames]
};

/// Collects the scores of all tracks of a video against all its objects. A track has an empty mask on frames where it
/// is not seen. Thread-bound.
class TrackScores {
public:
    /// objects: annotations have the values 1 .. objects.
    explicit TrackScores(int objects) : objects_(objects) {}

    /// The next frame. The values of its map are the tracks ids[value]; several values of one track are one mask.
    /// truth: the annotation. Throws std::invalid_argument when they differ in size.
    void add(const LabelFrame& frame, const io::IndexPicture& truth);

    /// Track k stands for object k.
    [[nodiscard]] std::vector<ObjectTrack> by_number() const;

    /// The official evaluation without prompts: each object has its own proposal so that the sum over objects of the
    /// mean of J and F is largest. Where there are fewer tracks than objects, empty masks stand for the rest.
    [[nodiscard]] std::vector<ObjectTrack> best() const;

    /// The official evaluation takes at most 20 proposals: the ids of the 20 tracks with the most pixels over the
    /// video, rising.
    [[nodiscard]] std::vector<std::int64_t> proposals() const;

    static constexpr std::size_t kMaxProposals = 20;

    /// Of all tracks, by rising id.
    [[nodiscard]] std::vector<TrackOverlap> overlaps() const;

    [[nodiscard]] int objects() const { return objects_; }
    [[nodiscard]] int frames() const { return frames_; }
    [[nodiscard]] std::size_t tracks() const { return tracks_.size(); }
    /// Mean over frames of the number of tracks with pixels.
    [[nodiscard]] double tracks_per_frame() const;

private:
    using PerObject = std::vector<std::vector<DavisScore>>;  // [object][frame]
    struct Track {
        std::int64_t pixels = 0;
        std::vector<std::size_t> frames;  // those on which it has pixels
        PerObject scores;
    };
    [[nodiscard]] ObjectTrack chosen(std::int64_t track, std::size_t object) const;

    int objects_;
    int frames_ = 0;
    std::int64_t seen_ = 0;                 // tracks with pixels, summed over frames
    std::map<std::int64_t, Track> tracks_;  // scores only up to the frame on which each was last seen
    PerObject nothing_ = PerObject(static_cast<std::size_t>(objects_));  // an empty mask's scores
};

}  // namespace ausm::eval
