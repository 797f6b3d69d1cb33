// SPDX-License-Identifier: MIT
// ausmsegment: segments and follows objects in video, with the masks as metadata.
#pragma once

#include "settings.h"

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_AUSM_SEGMENT (gst_ausm_segment_get_type())
G_DECLARE_FINAL_TYPE(GstAusmSegment, gst_ausm_segment, GST, AUSM_SEGMENT, GstElement)

GST_ELEMENT_REGISTER_DECLARE(ausmsegment)

G_END_DECLS

/// Copy of the settings. Thread-safe.
ausm::gst::SegmentSettings gst_ausm_segment_settings(GstAusmSegment* self);
