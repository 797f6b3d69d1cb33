// SPDX-License-Identifier: MIT
// Borders of a mask that follow those of the picture: the fast guided filter (He, Sun: Fast Guided Filter, 2015).
#pragma once

#include "elements/maskoverlay/alpha_plane.h"
#include "elements/maskoverlay/luma_rows.h"

#include <vector>

namespace ausm::gst::overlay {

/// A mask and the picture's brightness in cells of several pixels, which is as fine as the model's masks are.
struct CellGrid {
    int cell = 1;  ///< pixels, in both directions; the last cells take what is left over
    int width = 0, height = 0;
    std::vector<std::int32_t> mask, luma;  ///< means, 0 to 255
};

/// Of a picture and a mask of its size, 0 and 255. `certainty`, as large, or null: how sure it is that a pixel of the
/// mask is one, 128 to 255. What is uncertain inside of a border makes as much uncertain outside of it. Both are softened
/// by `half` pixels to both sides, twice, so that the stairs of a coarse map become slopes.
[[nodiscard]] CellGrid cell_grid(const Picture& picture, const AlphaPlane& mask, const AlphaPlane* certainty,
                                 int half = 0);

/// Writes the mask anew at the picture's size: within a few cells of a border alpha is, place by place, the linear
/// function of the brightness that fits the mask best. Elsewhere the mask stays 0 or 255. The plane has the picture's
/// size already.
void follow_edges(const CellGrid& grid, LumaRows& luma, AlphaPlane& alpha);

/// Makes changes of the mask since `before` slower: `share` (0 to 1) of the old value stays where the brightness is the
/// same, less where it changed, nothing where something moved. Grids of another size are left alone.
void calm(CellGrid& grid, const CellGrid& before, double share);

}  // namespace ausm::gst::overlay
