// SPDX-License-Identifier: MIT
// maskoverlay: draws the masks that a picture's metadata says.
#pragma once

#include <gst/video/gstvideofilter.h>

G_BEGIN_DECLS

#define GST_TYPE_MASK_OVERLAY (gst_mask_overlay_get_type())
G_DECLARE_FINAL_TYPE(GstMaskOverlay, gst_mask_overlay, GST, MASK_OVERLAY, GstVideoFilter)

GST_ELEMENT_REGISTER_DECLARE(maskoverlay)

G_END_DECLS
