// SPDX-License-Identifier: MIT
// The sink pad of ausmsegment: everything that belongs to one stream hangs on it.
#pragma once

#include <gst/gst.h>

#include <memory>

namespace ausm::gst {
class SegmentStream;
struct StreamSlot;
}  // namespace ausm::gst

G_BEGIN_DECLS

#define GST_TYPE_AUSM_SEGMENT_PAD (gst_ausm_segment_pad_get_type())
G_DECLARE_FINAL_TYPE(GstAusmSegmentPad, gst_ausm_segment_pad, GST, AUSM_SEGMENT_PAD, GstPad)

struct _GstAusmSegmentPad {
    GstPad parent;
    GstPad* src;         ///< the other pad of the pair, which knows this one by a weak reference; owned
    GstSegment segment;  ///< streaming thread
    ausm::gst::StreamSlot* slot;
};

/// What the signals of the pad do, for a pad that may have been released: FALSE then. Any thread.
gboolean gst_ausm_segment_pad_add_prompt(GstAusmSegmentPad* self, const GstStructure* prompt);
gboolean gst_ausm_segment_pad_remove_object(GstAusmSegmentPad* self, gint64 object);
gboolean gst_ausm_segment_pad_reset(GstAusmSegmentPad* self);
gboolean gst_ausm_segment_pad_save_state(GstAusmSegmentPad* self, const gchar* location);
gboolean gst_ausm_segment_pad_load_state(GstAusmSegmentPad* self, const gchar* location);

G_END_DECLS

/// The two pads of a stream; the caller owns the sink pad, which owns the other one, and adds both to `element`.
GstAusmSegmentPad* gst_ausm_segment_pad_new_pair(GstElement* element, GstPadTemplate* sink, const char* sink_name,
                                                 GstPadTemplate* src, const char* src_name);

/// Gives both pads what works on events, queries and buffers. For new pads.
void gst_ausm_segment_pad_set_functions(GstAusmSegmentPad* self);

/// The stream of the pair; null after gst_ausm_segment_pad_end(). Thread-safe.
std::shared_ptr<ausm::gst::SegmentStream> gst_ausm_segment_pad_stream(GstAusmSegmentPad* self);

/// Ends the stream for ever: a frame in the model is interrupted, nothing comes in or goes out any more. Does not wait
/// for a thread that downstream holds up. Thread-safe.
void gst_ausm_segment_pad_end(GstAusmSegmentPad* self);
