// SPDX-License-Identifier: MIT
// The pixels of a picture that cells of a label map touch.
#pragma once

#include "elements/maskoverlay/alpha_plane.h"
#include "elements/maskoverlay/label_rows.h"

#include <array>

namespace ausm::gst::overlay {

/// Whether the cells of a value are meant: 255, else 0.
using ValueTable = std::array<std::uint8_t, 256>;

/// Cells [begin, end) of a map's row.
struct MapRun {
    int row = 0, begin = 0, end = 0;
};

/// 255 for every pixel of which a cell that is meant covers any part, however small, 0 for others: where the sizes differ
/// the area grows by less than a pixel or a cell, and nothing of it is lost. The plane has the size that it should have.
void cover_values(AlphaPlane& plane, const LabelMap& map, const ValueTable& meant);
/// Adds some cells of a map of a size in the same way.
void cover_run(AlphaPlane& plane, int map_width, int map_height, const MapRun& run) noexcept;

}  // namespace ausm::gst::overlay
