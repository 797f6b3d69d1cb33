// SPDX-License-Identifier: MIT
// Rows of a label map at the size of the picture that it is drawn on.
#pragma once

#include <cstdint>
#include <vector>

namespace ausm::gst::overlay {

/// View of a label map: height rows of width bytes without padding, 0 is background.
struct LabelMap {
    const std::uint8_t* data = nullptr;
    int width = 0, height = 0;
};

/// Scales by the nearest neighbour: the pixel of the map in which the centre of the picture's pixel lies. Rows that are
/// as wide as the picture are not copied. Thread-bound.
class LabelRows {
public:
    LabelRows(const LabelMap& map, int width, int height);

    /// Row y of the picture; stays valid until the next call.
    [[nodiscard]] const std::uint8_t* row(int y);

private:
    LabelMap map_;
    int height_;
    std::vector<int> columns_;          ///< of the map, for each pixel of a row; empty when the widths agree
    std::vector<std::uint8_t> scaled_;  ///< row scaled_y_ of the map at the picture's width
    int scaled_y_ = -1;
};

}  // namespace ausm::gst::overlay
