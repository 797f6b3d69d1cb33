// SPDX-License-Identifier: MIT
// The pad background_sink of maskoverlay.
#pragma once

#include "elements/maskoverlay/background_feed.h"

#include <gst/gst.h>

namespace ausm::gst::overlay {

/// A pad of the template that feeds what comes; `feed` lives longer. Transfer floating.
[[nodiscard]] GstPad* background_pad_new(GstPadTemplate* pad_template, BackgroundFeed& feed);

}  // namespace ausm::gst::overlay
