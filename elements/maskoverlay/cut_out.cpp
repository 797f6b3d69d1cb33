// SPDX-License-Identifier: MIT
// Objects cut out of a picture: how much of each pixel belongs to them, for the eye and not for hiding.
#include "elements/maskoverlay/cut_out.h"

#include "elements/maskoverlay/runs.h"

#include <cstring>

namespace ausm::gst::overlay {

const AlphaPlane& CutOut::update(int width, int height, const LabelMap& map, const ValueTable& meant,
                                 const CutOptions& options) {
    alpha_.resize(width, height);
    LabelRows labels(map, width, height);
    for (int y = 0; y < height; ++y) {
        const std::uint8_t* values = labels.row(y);
        for (int x = 0; x < width;) {
            const int end = run_end(values, x, width);
            std::memset(alpha_.row(y) + x, meant[values[x]], static_cast<std::size_t>(end - x));
            x = end;
        }
    }
    widen(alpha_, options.widen);
    soften(alpha_, options.soften);
    return alpha_;
}

}  // namespace ausm::gst::overlay
