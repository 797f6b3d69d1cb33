// SPDX-License-Identifier: MIT
// The part of a picture that an effect hides.
#include "elements/maskoverlay/hidden_area.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ausm::gst::overlay {

const AlphaPlane& HiddenArea::update(int width, int height, const LabelMap& map, const ValueTable& hidden,
                                     const HeldObjects* held, const AreaOptions& options) {
    std::swap(area_, before_);
    area_.resize(width, height);
    cover_values(area_, map, hidden);
    if (held)
        held->cover(area_);
    // The mean of pixels that are all hidden is hidden: widened by as much as it is softened, it is whole inside.
    const int softness = std::clamp(options.soften, 0, kMaxSoftness);
    widen(area_, options.widen + softness);
    soften(area_, softness);
    const int share = options.fade > 0 ? static_cast<int>(std::lround(std::min(options.fade, 1.0) * 255)) : 0;
    if (share > 0 && before_.width == width && before_.height == height)
        keep_fading(area_, before_, share);
    return area_;
}

}  // namespace ausm::gst::overlay
