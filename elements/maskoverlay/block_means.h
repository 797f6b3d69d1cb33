// SPDX-License-Identifier: MIT
// A plane of a picture by the means of its blocks: all that blurring and pixelating know of it.
#pragma once

#include "elements/maskoverlay/picture.h"

#include <vector>

namespace ausm::gst::overlay {

/// Samples of a plane, in both directions.
struct BlockSize {
    int across = 1, down = 1;
};

/// values: [rows, columns, samples], the mean of each sample of a pixel, as 16 bits of which the upper ones are the
/// sample's own. What is left over at the right and lower edges belongs to the last blocks, so that no block is a few
/// pixels only.
struct BlockMeans {
    int rows = 0, columns = 0, samples = 0;
    std::vector<std::uint16_t> values;

    [[nodiscard]] const std::uint16_t* row(int y) const noexcept {
        return values.data() + static_cast<std::ptrdiff_t>(y) * columns * samples;
    }
};

/// Of a plane of width x height pixels' samples.
[[nodiscard]] BlockMeans block_means(const DrawPlane& plane, int width, int height, const BlockSize& block);

}  // namespace ausm::gst::overlay
