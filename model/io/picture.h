// SPDX-License-Identifier: MIT
// Pictures of bytes in memory.
#pragma once

#include <cstdint>
#include <vector>

namespace ausm::io {

inline constexpr int kMaxPictureSide = 16384;  ///< of everything that is read from files

/// pixels: [height, width, 3], red, green, blue, 0 to 255.
struct RgbPicture {
    int width = 0, height = 0;
    std::vector<std::uint8_t> pixels;
};

/// values: [height, width], row after row. Of an annotation or a label map: 0 is nothing, other numbers are objects. Of
/// an alpha channel: 0 is transparent, 255 opaque.
struct IndexPicture {
    int width = 0, height = 0;
    std::vector<std::uint8_t> values;
    int white = 0;  ///< read from greyscale: the value of white; 0: its values are numbers of a palette
};

/// A drawing and how opaque it is.
struct AlphaPicture {
    RgbPicture rgb;
    IndexPicture alpha;  ///< of the same size
};

}  // namespace ausm::io
