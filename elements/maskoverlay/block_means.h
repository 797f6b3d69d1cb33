// SPDX-License-Identifier: MIT
// A plane of a picture by the means of its blocks: all that blurring and pixelating know of it.
#pragma once

#include "elements/maskoverlay/picture.h"

#include <vector>

namespace ausm::gst::overlay {

/// values: [rows, columns, bytes], 256 times the mean of each byte of a pixel. What is left over at the right and lower
/// edges belongs to the last blocks, so that no block is a few pixels only.
struct BlockMeans {
    int rows = 0, columns = 0, bytes = 0;
    std::vector<std::uint16_t> values;

    [[nodiscard]] const std::uint16_t* row(int y) const noexcept {
        return values.data() + static_cast<std::ptrdiff_t>(y) * columns * bytes;
    }
};

/// Of a plane of width x height samples, in blocks of `block` x `block`, 1 or more.
[[nodiscard]] BlockMeans block_means(const DrawPlane& plane, int width, int height, int block);

}  // namespace ausm::gst::overlay
