// SPDX-License-Identifier: MIT
// A picture of small numbers: an annotation or a label map.
#pragma once

#include <cstdint>
#include <vector>

namespace ausm::eval {

inline constexpr int kMaxPictureSide = 16384;  ///< of everything that is read from files

/// values: [height, width], row after row; 0 is nothing, other numbers are objects.
struct IndexPicture {
    int width = 0, height = 0;
    std::vector<std::uint8_t> values;
};

}  // namespace ausm::eval
