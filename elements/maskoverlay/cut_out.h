// SPDX-License-Identifier: MIT
// Objects cut out of a picture: how much of each pixel belongs to them, for the eye and not for hiding.
#pragma once

#include "elements/maskoverlay/guided_edges.h"
#include "elements/maskoverlay/mask_cover.h"

namespace ausm::gst::overlay {

struct CutOptions {
    int soften = 0;  ///< pixels on both sides of the border over which it fades, at most kMaxSoftness; 0: as the map is
    int widen = 0;   ///< pixels by which the objects are larger; negative: smaller
    double calm = 0;  ///< share of a change that is left to later pictures where the picture stands still, 0 to 1
};

/// Thread-bound.
class CutOut {
public:
    /// Pictures before do not count any more.
    void reset() noexcept { before_ = {}; }

    /// `meant`: the values that are cut out. `confidence`, as large as the map, or with no data: 255 times the
    /// probability of the map's value. Valid until the next call.
    const AlphaPlane& update(const Picture& picture, const LabelMap& map, const LabelMap& confidence,
                             const ValueTable& meant, const CutOptions& options);

private:
    /// `half_cell`: half of the width of a cell of the map, in pixels.
    void refine(const Picture& picture, const AlphaPlane* certainty, int half_cell, double calm_share);

    AlphaPlane alpha_, certainty_;
    CellGrid before_;
};

}  // namespace ausm::gst::overlay
