// SPDX-License-Identifier: MIT
// The part of a picture that an effect hides.
#pragma once

#include "elements/maskoverlay/held_objects.h"

namespace ausm::gst::overlay {

struct AreaOptions {
    int widen = 0;    ///< pixels by which the area is larger than the map says
    int soften = 0;   ///< pixels over which it fades out outside of that, at most kMaxSoftness
    double fade = 0;  ///< share that is left a picture after a pixel was hidden, 0 to 1
};

/// Whatever the options, every pixel that is to be hidden is hidden wholly (255): they only add to it. Thread-bound.
class HiddenArea {
public:
    /// Pictures before do not count any more.
    void reset() noexcept { before_ = {}; }

    /// Of a picture of this size: the cells of the map that are hidden, and the places of `held`, which may be null.
    /// Valid until the next call.
    const AlphaPlane& update(int width, int height, const LabelMap& map, const ValueTable& hidden,
                             const HeldObjects* held, const AreaOptions& options);

private:
    AlphaPlane area_, before_;
};

}  // namespace ausm::gst::overlay
