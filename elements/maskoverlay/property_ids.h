// SPDX-License-Identifier: MIT
// The numbers of maskoverlay's properties.
#pragma once

#include <glib.h>

namespace ausm::gst::overlay {

enum : guint {
    PROP_STYLE = 1,
    PROP_ALPHA,
    PROP_PALETTE,
    PROP_LABELS,
    PROP_IDS,
    PROP_SCORES,
    PROP_EFFECT,
    PROP_EFFECT_ON,
    PROP_EFFECT_STRENGTH,
    PROP_EFFECT_COLOR,
    PROP_MISSING,
    PROP_DILATE,
    PROP_HOLD,
    PROP_EDGE_SMOOTH,
    PROP_TEMPORAL_SMOOTH,
    PROP_OBJECTS,
    PROP_CLASSES,
    PROP_EXCEPT,
    PROP_OUTPUT,
    PROP_BACKGROUND_LOCATION,
    PROP_BOXES,
    PROP_TRAILS,
};

}  // namespace ausm::gst::overlay
