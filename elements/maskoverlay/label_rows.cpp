// SPDX-License-Identifier: MIT
// Rows of a label map at the size of the picture that it is drawn on.
#include "elements/maskoverlay/label_rows.h"

#include <cstddef>

namespace ausm::gst::overlay {
namespace {

/// Where the centre of pixel `position` of `to` lies among `from` pixels.
int nearest(int position, int from, int to) noexcept {
    return static_cast<int>((2 * std::int64_t{position} + 1) * from / (2 * std::int64_t{to}));
}

}  // namespace

LabelRows::LabelRows(const LabelMap& map, int width, int height) : map_(map), height_(height) {
    if (map.width == width)
        return;
    columns_.resize(static_cast<std::size_t>(width));
    scaled_.resize(columns_.size());
    for (int x = 0; x < width; ++x)
        columns_[static_cast<std::size_t>(x)] = nearest(x, map.width, width);
}

const std::uint8_t* LabelRows::row(int y) {
    const int map_y = nearest(y, map_.height, height_);
    const std::uint8_t* source = map_.data + static_cast<std::ptrdiff_t>(map_y) * map_.width;
    if (columns_.empty())
        return source;
    if (map_y != scaled_y_) {
        for (std::size_t x = 0; x < columns_.size(); ++x)
            scaled_[x] = source[columns_[x]];
        scaled_y_ = map_y;
    }
    return scaled_.data();
}

}  // namespace ausm::gst::overlay
