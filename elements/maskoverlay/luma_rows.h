// SPDX-License-Identifier: MIT
// How bright a picture is, row by row, whatever its format.
#pragma once

#include "elements/maskoverlay/picture.h"

#include <vector>

namespace ausm::gst::overlay {

/// Y of YUV and grey pictures, its upper eight bits; of RGB the mean with twice the green. Thread-bound.
class LumaRows {
public:
    explicit LumaRows(const Picture& picture);

    /// width bytes, valid until the next call.
    [[nodiscard]] const std::uint8_t* row(int y);

private:
    DrawPlane plane_;
    int width_;
    std::vector<std::uint8_t> row_;  ///< empty: the plane's own rows are it
};

}  // namespace ausm::gst::overlay
