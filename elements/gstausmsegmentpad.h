// SPDX-License-Identifier: MIT
// The sink pad of ausmsegment: everything that belongs to one stream hangs on it.
#pragma once

#include <gst/gst.h>

namespace ausm::gst {
class SegmentStream;
}

G_BEGIN_DECLS

#define GST_TYPE_AUSM_SEGMENT_PAD (gst_ausm_segment_pad_get_type())
G_DECLARE_FINAL_TYPE(GstAusmSegmentPad, gst_ausm_segment_pad, GST, AUSM_SEGMENT_PAD, GstPad)

struct _GstAusmSegmentPad {
    GstPad parent;
    GstPad* src;         ///< the other pad of the pair; both belong to the element
    GstSegment segment;  ///< streaming thread
    ausm::gst::SegmentStream* stream;
};

G_END_DECLS

/// The two pads of a stream, added to the element.
GstAusmSegmentPad* gst_ausm_segment_pad_new_pair(GstElement* element, GstPadTemplate* sink, const char* sink_name,
                                                 GstPadTemplate* src, const char* src_name);
