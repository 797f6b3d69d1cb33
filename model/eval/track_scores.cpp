// SPDX-License-Identifier: MIT
// Scores of every pair of track and object.
#include "eval/track_scores.h"

#include "eval/davis_annotation.h"
#include "math/assignment.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace ausm::eval {
namespace {

/// A mask prepared for many comparisons.
struct Shape {
    std::vector<std::uint8_t> pixels;
    BinaryMask mask;
    Contour contour;

    Shape(const io::IndexPicture& size, std::vector<std::uint8_t> inside)
        : pixels(std::move(inside)), mask{size.height, size.width, pixels}, contour(contour_of(mask)) {}
    Shape(const Shape&) = delete;  // the mask points into the pixels
    Shape& operator=(const Shape&) = delete;
    Shape(Shape&&) = default;  // a moved vector keeps its place
    Shape& operator=(Shape&&) = delete;
};

DavisScore compare(const Shape& prediction, const Shape& truth) {
    return {region_similarity(prediction.mask, truth.mask), contour_accuracy(prediction.contour, truth.contour)};
}

std::vector<std::uint8_t> pixels_of_track(const LabelFrame& frame, std::int64_t track) {
    std::vector<std::uint8_t> pixels(frame.map.values.size());
    std::transform(frame.map.values.begin(), frame.map.values.end(), pixels.begin(),
                   [&](std::uint8_t value) { return static_cast<std::uint8_t>(frame.ids[value] == track ? 1 : 0); });
    return pixels;
}

double mean(const std::vector<DavisScore>& frames) {
    double sum = 0;
    for (const auto& score : frames)
        sum += score.mean();
    return frames.empty() ? 0 : sum / static_cast<double>(frames.size());
}

}  // namespace

void TrackScores::add(const LabelFrame& frame, const io::IndexPicture& truth) {
    const auto& [map, ids] = frame;
    if (map.width != truth.width || map.height != truth.height)
        throw std::invalid_argument("a label map of " + std::to_string(map.width) + " x " + std::to_string(map.height) +
                                    " pixels does not fit an annotation of " + std::to_string(truth.width) + " x " +
                                    std::to_string(truth.height));
    const Shape empty(truth, std::vector<std::uint8_t>(truth.values.size()));
    std::vector<Shape> objects;
    for (int object = 1; object <= objects_; ++object) {
        objects.emplace_back(truth, pixels_of(truth, object));
        nothing_[static_cast<std::size_t>(object - 1)].push_back(compare(empty, objects.back()));
    }
    std::map<std::int64_t, std::int64_t> sizes;  // of the tracks on this frame
    for (const auto value : map.values)
        if (ids[value] != 0)
            ++sizes[ids[value]];
    for (const auto& [id, pixels] : sizes) {
        const Shape shape(map, pixels_of_track(frame, id));
        auto& track = tracks_[id];
        track.pixels += pixels;
        track.frames.push_back(static_cast<std::size_t>(frames_));
        track.scores.resize(objects.size());
        for (std::size_t object = 0; object < objects.size(); ++object) {
            auto& scores = track.scores[object];
            const auto& absent = nothing_[object];
            scores.insert(scores.end(), absent.begin() + static_cast<std::ptrdiff_t>(scores.size()), absent.end() - 1);
            scores.push_back(compare(shape, objects[object]));
        }
    }
    seen_ += static_cast<std::int64_t>(sizes.size());
    ++frames_;
}

ObjectTrack TrackScores::chosen(std::int64_t track, std::size_t object) const {
    const auto& absent = nothing_[object];
    const auto found = tracks_.find(track);
    if (found == tracks_.end())
        return {0, absent};
    ObjectTrack result{track, found->second.scores[object]};
    auto& frames = result.frames;
    frames.insert(frames.end(), absent.begin() + static_cast<std::ptrdiff_t>(frames.size()), absent.end());
    return result;
}

std::vector<ObjectTrack> TrackScores::by_number() const {
    std::vector<ObjectTrack> result;
    for (std::size_t object = 0; object < nothing_.size(); ++object)
        result.push_back(chosen(static_cast<std::int64_t>(object) + 1, object));
    return result;
}

std::vector<ObjectTrack> TrackScores::best() const {
    auto candidates = proposals();
    candidates.resize(std::max(candidates.size(), nothing_.size()), 0);
    std::vector<std::vector<double>> gain;
    for (std::size_t object = 0; object < nothing_.size(); ++object) {
        gain.emplace_back();
        for (const auto track : candidates)
            gain.back().push_back(mean(chosen(track, object).frames));
    }
    const auto columns = math::best_assignment(gain);
    std::vector<ObjectTrack> result;
    for (std::size_t object = 0; object < columns.size(); ++object)
        result.push_back(chosen(candidates[static_cast<std::size_t>(columns[object])], object));
    return result;
}

std::vector<std::int64_t> TrackScores::proposals() const {
    std::vector<std::pair<std::int64_t, std::int64_t>> largest;  // -pixels, id: of equal ones the older
    for (const auto& [id, track] : tracks_)
        largest.emplace_back(-track.pixels, id);
    std::sort(largest.begin(), largest.end());
    largest.resize(std::min(largest.size(), kMaxProposals));
    std::vector<std::int64_t> ids;
    for (const auto& entry : largest)
        ids.push_back(entry.second);
    std::sort(ids.begin(), ids.end());
    return ids;
}

std::vector<TrackOverlap> TrackScores::overlaps() const {
    std::vector<TrackOverlap> result;
    for (const auto& [id, track] : tracks_) {
        result.push_back({id, track.frames.size(), {}});
        for (const auto& scores : track.scores) {
            auto& j = result.back().j.emplace_back();
            for (const auto frame : track.frames)
                j.push_back(scores[frame].j);
        }
    }
    return result;
}

double TrackScores::tracks_per_frame() const { return frames_ == 0 ? 0 : static_cast<double>(seen_) / frames_; }

}  // namespace ausm::eval
