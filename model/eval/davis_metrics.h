// SPDX-License-Identifier: MIT
// Region similarity J and contour accuracy F of video object segmentation, and their means over a sequence.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ausm::eval {

/// A binary mask: [height, width], row after row; 0 is outside, everything else inside. Both sizes at least 1.
/// The pixels are borrowed.
struct BinaryMask {
    int height = 0, width = 0;
    std::span<const std::uint8_t> pixels;
};

/// Both measures, 0 to 1.
struct DavisScore {
    double j = 0, f = 0;

    [[nodiscard]] double mean() const { return (j + f) / 2; }
};

/// One object in one video.
struct DavisSequenceScore {
    int frames = 0;  ///< how many were counted
    DavisScore mean, first_third, middle_third, last_third;
};

// All functions throw std::invalid_argument when the bytes of a mask do not fit its size, or two masks differ in size.

/// J: intersection over union; 1 when both masks are empty. (Perazzi et al., CVPR 2016, section 5.1.)
[[nodiscard]] double region_similarity(const BinaryMask& prediction, const BinaryMask& truth);

/// [height, width], 1 where a pixel differs from its neighbour to the right, below, or right below, 0 elsewhere. A
/// neighbour outside the picture never differs, so that only changes inside the picture make a boundary.
[[nodiscard]] std::vector<std::uint8_t> boundary_map(const BinaryMask& mask);

/// The distance in pixels within which two boundaries match: 0.8 % of the picture's diagonal, rounded up.
[[nodiscard]] int boundary_tolerance(int height, int width);

/// F: harmonic mean of precision (share of the predicted boundary pixels with a true one in the disk x*x + y*y <= r*r,
/// r = boundary_tolerance) and recall (the other way round). Two empty boundaries match; one empty boundary gives 0.
/// (Perazzi et al., CVPR 2016, section 5.1.)
[[nodiscard]] double contour_accuracy(const BinaryMask& prediction, const BinaryMask& truth);

/// A mask's boundary, worked out once for comparisons with many others.
struct Contour {
    int height = 0, width = 0;
    std::int64_t size = 0;          ///< boundary pixels
    std::vector<std::uint8_t> map;  ///< boundary_map() of the mask
    std::vector<int> rows_away;     ///< [height, width] rows to the nearest boundary pixel of the same column, at most
                                    ///< boundary_tolerance() + 1
};
[[nodiscard]] Contour contour_of(const BinaryMask& mask);
[[nodiscard]] double contour_accuracy(const Contour& prediction, const Contour& truth);

[[nodiscard]] DavisScore davis_score(const BinaryMask& prediction, const BinaryMask& truth);

/// The frames that count. frames: of a whole video in order. prompted: the first one, which shows the prompt, and the
/// last one are left out, as in the semi-supervised DAVIS challenge. Throws std::invalid_argument when none is left.
[[nodiscard]] std::span<const DavisScore> counted_frames(std::span<const DavisScore> frames, bool prompted);

/// Means over the frames of a video that count. The first and the last third have
/// floor(n / 3) of the n counted frames, at least one; the middle one has those between, or all when there are none.
/// Throws what counted_frames() throws.
[[nodiscard]] DavisSequenceScore davis_sequence_score(std::span<const DavisScore> frames, bool prompted);

/// Mean over objects, each with equal weight whatever the length of its video. Throws std::invalid_argument without
/// any.
[[nodiscard]] DavisSequenceScore davis_mean(std::span<const DavisSequenceScore> objects);

}  // namespace ausm::eval
