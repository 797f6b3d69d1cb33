// SPDX-License-Identifier: MIT
// One pass over the pixels of a frame, then arithmetic.
#include "eval/clip_scores.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace ausm::eval {
namespace {

constexpr double kMissed = 0.1;    // IoU below which a visible object is not followed
constexpr double kFollowed = 0.5;  // IoU above which one that came back is

}  // namespace

/// Pixels of every mask on every object. Index 0: no mask, or no object.
struct ClipScores::Overlap {
    std::size_t objects;
    double picture;                  // pixels
    std::vector<std::int64_t> both;  // [objects + 1, objects + 1] mask, object
    std::vector<std::int64_t> mask, object;

    Overlap(const LabelFrame& frame, const io::IndexPicture& truth, std::size_t count)
        : objects(count), picture(static_cast<double>(truth.values.size())), both((count + 1) * (count + 1)),
          mask(count + 1), object(count + 1) {
        for (std::size_t i = 0; i < truth.values.size(); ++i) {
            const auto id = frame.ids[frame.map.values[i]];
            const auto track = id <= static_cast<std::int64_t>(count) ? static_cast<std::size_t>(id) : 0;
            const std::size_t value = truth.values[i] <= count ? truth.values[i] : 0;
            ++both[track * (count + 1) + value];
            ++mask[track];
            ++object[value];
        }
    }
    [[nodiscard]] std::int64_t common(std::size_t track, std::size_t value) const {
        return both[track * (objects + 1) + value];
    }
    [[nodiscard]] bool marked(std::size_t track) const { return is_more_than_few(mask[track]); }
    [[nodiscard]] bool is_more_than_few(std::int64_t pixels) const {
        return static_cast<double>(pixels) > kFewPixels * picture;
    }
    [[nodiscard]] double iou(std::size_t k) const {
        const auto either = mask[k] + object[k] - common(k, k);
        return either == 0 ? 1 : static_cast<double>(common(k, k)) / static_cast<double>(either);
    }
};

ClipCounts& ClipCounts::operator+=(const ClipCounts& more) {
    for (const auto member : {&ClipCounts::clips, &ClipCounts::absent, &ClipCounts::false_masks, &ClipCounts::visible,
                              &ClipCounts::false_absences, &ClipCounts::returns, &ClipCounts::recovered,
                              &ClipCounts::recovery_frames, &ClipCounts::masks, &ClipCounts::swapped,
                              &ClipCounts::switches, &ClipCounts::several, &ClipCounts::without_swap})
        this->*member += more.*member;
    false_area += more.false_area;
    j += more.j;
    return *this;
}

Figures clip_figures(const ClipCounts& counts) {
    Figures figures;
    const auto count = [&](const char* key, int number) {
        figures.push_back({key, "", static_cast<double>(number), 0});
    };
    const auto share = [&](const char* key, const char* title, double part, int whole) {
        if (whole > 0)
            figures.push_back(percent(key, title, part / whole));
    };
    const auto mean = [&](const char* key, const char* title, int sum, int number) {
        if (number > 0)
            figures.push_back({key, title, static_cast<double>(sum) / number});
    };
    count("clips", counts.clips);
    count("absent-frames", counts.absent);
    share("false-masks", "false masks", counts.false_masks, counts.absent);
    share("false-mask-area", "their area", counts.false_area, counts.false_masks);
    count("visible-frames", counts.visible);
    share("false-absences", "false absences", counts.false_absences, counts.visible);
    share("J-visible", "J visible", counts.j, counts.visible);
    count("returns", counts.returns);
    share("recovered", "recovered", counts.recovered, counts.returns);
    mean("recovery-frames", "after frames", counts.recovery_frames, counts.recovered);
    share("swapped-frames", "swapped", counts.swapped, counts.masks);
    mean("switches", "switches", counts.switches, counts.several);
    share("clips-without-swap", "no swap", counts.without_swap, counts.several);
    return figures;
}

void ClipScores::add(const LabelFrame& frame, const io::IndexPicture& truth) {
    if (frame.map.width != truth.width || frame.map.height != truth.height)
        throw std::invalid_argument("a label map of " + std::to_string(frame.map.width) + " x " +
                                    std::to_string(frame.map.height) + " pixels does not fit a truth of " +
                                    std::to_string(truth.width) + " x " + std::to_string(truth.height));
    const bool first = !began_;
    began_ = true;
    if (first)
        return;
    const Overlap overlap(frame, truth, objects_.size());
    for (std::size_t k = 1; k <= objects_.size(); ++k) {
        count_presence(k, overlap);
        if (objects_.size() > 1 && overlap.marked(k))
            count_swap(k, overlap);
    }
}

void ClipScores::count_presence(std::size_t k, const Overlap& overlap) {
    const bool visible = static_cast<double>(overlap.object[k]) >= kVisible * overlap.picture;
    const double iou = overlap.iou(k);
    if (overlap.object[k] == 0) {
        ++counts_.absent;
        if (overlap.marked(k)) {
            ++counts_.false_masks;
            counts_.false_area += static_cast<double>(overlap.mask[k]) / overlap.picture;
        }
    } else if (visible) {
        ++counts_.visible;
        counts_.j += iou;
        counts_.false_absences += !overlap.marked(k) || iou < kMissed ? 1 : 0;
    }
    count_recovery(objects_[k - 1], visible, iou);
}

void ClipScores::count_recovery(Object& object, bool visible, double iou) {
    if (!visible) {
        object.gone = true;
        object.waiting = -1;
        return;
    }
    if (object.gone) {
        ++counts_.returns;
        object.gone = false;
        object.waiting = 0;
    }
    if (object.waiting < 0)
        return;
    if (iou > kFollowed) {
        ++counts_.recovered;
        counts_.recovery_frames += object.waiting;
        object.waiting = -1;
    } else {
        ++object.waiting;
    }
}

void ClipScores::count_swap(std::size_t k, const Overlap& overlap) {
    ++counts_.masks;
    std::size_t other = k;
    for (std::size_t b = 1; b <= objects_.size(); ++b)
        if (overlap.common(k, b) > overlap.common(k, other))
            other = b;
    const bool swapped = other != k && overlap.is_more_than_few(overlap.common(k, other));
    auto& owner = objects_[k - 1].owner;
    if (swapped) {
        ++counts_.swapped;
        counts_.switches += owner != other ? 1 : 0;
        owner = other;
    } else if (other == k && overlap.common(k, k) > 0) {
        owner = 0;
    }
}

ClipCounts ClipScores::counts() const {
    auto counts = counts_;
    counts.clips = 1;
    counts.several = objects_.size() > 1 ? 1 : 0;
    counts.without_swap = counts.several == 1 && counts.swapped == 0 ? 1 : 0;
    return counts;
}

}  // namespace ausm::eval
