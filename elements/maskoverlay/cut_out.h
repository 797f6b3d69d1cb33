// SPDX-License-Identifier: MIT
// Objects cut out of a picture: how much of each pixel belongs to them, for the eye and not for hiding.
#pragma once

#include "elements/maskoverlay/mask_cover.h"

namespace ausm::gst::overlay {

struct CutOptions {
    int soften = 0;  ///< pixels on both sides of the border over which it fades, at most kMaxSoftness
    int widen = 0;   ///< pixels by which the objects are larger; negative: smaller
};

/// Thread-bound.
class CutOut {
public:
    /// Pictures before do not count any more.
    void reset() noexcept {}

    /// For a picture of this size; `meant`: the values that are cut out. Valid until the next call.
    const AlphaPlane& update(int width, int height, const LabelMap& map, const ValueTable& meant,
                             const CutOptions& options);

private:
    AlphaPlane alpha_;
};

}  // namespace ausm::gst::overlay
