// SPDX-License-Identifier: MIT
// Masks of one clip with exact truth: of objects that are absent, of objects that come back, and of each other's.
#pragma once

#include "eval/figures.h"
#include "eval/track_scores.h"

#include <cstdint>
#include <vector>

namespace ausm::eval {

// Shares of the picture.
inline constexpr double kFewPixels = 0.0005;  ///< a mask that is not larger is none
inline constexpr double kVisible = 0.001;  ///< an object of this area and more is visible; with no pixel it is absent

/// Of a clip, or of several added up. Frames are those of each object: two objects on one frame are two.
struct ClipCounts {
    int clips = 0;
    int absent = 0, false_masks = 0;      ///< frames without the object; those of them with its mask
    double false_area = 0;                ///< of the false masks, summed shares of the picture
    int visible = 0, false_absences = 0;  ///< frames on which it is visible; those without a mask, or of IoU below 0.1
    double j = 0;                         ///< summed over the visible frames
    int returns = 0, recovered = 0;       ///< how often it becomes visible again; and is followed before it leaves
    int recovery_frames = 0;              ///< from there to J above 0.5, summed over the recovered; 0: at once
    int masks = 0, swapped = 0;           ///< frames with a mask, in clips of several objects; on another object
    int switches = 0;                     ///< how often a mask goes over to another object
    int several = 0, without_swap = 0;    ///< clips of several objects; those in which no mask is swapped

    ClipCounts& operator+=(const ClipCounts& more);
};

/// Shares in percent and means; a figure is missing where there was nothing to count.
[[nodiscard]] Figures clip_figures(const ClipCounts& counts);

/// Collects the counts of one clip. Track k stands for object k. Thread-bound.
class ClipScores {
public:
    /// objects: annotations have the values 1 .. objects.
    explicit ClipScores(int objects) : objects_(static_cast<std::size_t>(objects)) {}

    /// The next frame. The first one, on which the objects are shown to the model, does not count. Throws
    /// std::invalid_argument when map and truth differ in size.
    void add(const LabelFrame& frame, const io::IndexPicture& truth);

    [[nodiscard]] ClipCounts counts() const;

private:
    struct Object {
        bool gone = false;      // not visible since it was last seen
        int waiting = -1;       // frames since it came back; -1: it is followed, or was never away
        std::size_t owner = 0;  // the other object that its mask is on, number + 1; 0: its own
    };
    struct Overlap;

    void count_presence(std::size_t k, const Overlap& overlap);
    void count_recovery(Object& object, bool visible, double iou);
    void count_swap(std::size_t k, const Overlap& overlap);

    std::vector<Object> objects_;
    bool began_ = false;
    ClipCounts counts_;
};

}  // namespace ausm::eval
