// SPDX-License-Identifier: MIT
// The pad background_sink of maskoverlay. Its events end here: the source pad belongs to the video.
#include "elements/maskoverlay/background_pad.h"

#include "elements/maskoverlay/frame_picture.h"

GST_DEBUG_CATEGORY_EXTERN(gst_mask_overlay_debug);
#define GST_CAT_DEFAULT gst_mask_overlay_debug

#include "gst/guard.h"

namespace ausm::gst::overlay {
namespace {

/// Of one pad. Its streaming thread alone, but for `feed`.
struct Stream {
    BackgroundFeed* feed;
    GstVideoInfo info{};
    GstSegment segment{};
};

Stream& stream_of(GstPad* pad) { return *static_cast<Stream*>(gst_pad_get_element_private(pad)); }

GstClockTime running_time(const GstSegment& segment, GstClockTime time) {
    return segment.format == GST_FORMAT_TIME ? gst_segment_to_running_time(&segment, GST_FORMAT_TIME, time)
                                             : GST_CLOCK_TIME_NONE;
}

GstFlowReturn chain(GstPad* pad, GstObject* parent, GstBuffer* buffer) {
    Owned<GstBuffer> owned(buffer);
    Stream& stream = stream_of(pad);
    return guard(GST_ELEMENT(parent), GST_FLOW_ERROR, [&] {
        if (GST_VIDEO_INFO_FORMAT(&stream.info) == GST_VIDEO_FORMAT_UNKNOWN)
            return GST_FLOW_NOT_NEGOTIATED;
        const GstClockTime begin = running_time(stream.segment, GST_BUFFER_PTS(buffer));
        const bool lasts = GST_BUFFER_PTS_IS_VALID(buffer) && GST_BUFFER_DURATION_IS_VALID(buffer);
        const GstClockTime end =
            lasts ? running_time(stream.segment, GST_BUFFER_PTS(buffer) + GST_BUFFER_DURATION(buffer))
                  : GST_CLOCK_TIME_NONE;
        return stream.feed->push({std::move(owned), stream.info, begin, end});
    });
}

bool take_event(Stream& stream, GstEvent* event) {
    GstCaps* caps = nullptr;
    const GstSegment* segment = nullptr;
    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS: gst_event_parse_caps(event, &caps); return gst_video_info_from_caps(&stream.info, caps);
    case GST_EVENT_SEGMENT:
        gst_event_parse_segment(event, &segment);
        gst_segment_copy_into(segment, &stream.segment);
        return true;
    case GST_EVENT_FLUSH_START: stream.feed->start_flush(); return true;
    case GST_EVENT_FLUSH_STOP:
        gst_segment_init(&stream.segment, GST_FORMAT_UNDEFINED);
        stream.feed->stop_flush();
        return true;
    case GST_EVENT_EOS: stream.feed->end(); return true;
    default: return true;
    }
}

gboolean on_event(GstPad* pad, GstObject*, GstEvent* event) {
    const Owned<GstEvent> owned(event);
    return take_event(stream_of(pad), event) ? TRUE : FALSE;
}

}  // namespace

GstPad* background_pad_new(GstPadTemplate* pad_template, BackgroundFeed& feed) {
    GstPad* pad = gst_pad_new_from_template(pad_template, "background_sink");
    auto* stream = new Stream{&feed};
    gst_pad_set_element_private(pad, stream);
    g_object_set_data_full(G_OBJECT(pad), "maskoverlay-stream", stream,
                           [](gpointer data) { delete static_cast<Stream*>(data); });
    gst_pad_set_chain_function(pad, chain);
    gst_pad_set_event_function(pad, on_event);
    return pad;
}

}  // namespace ausm::gst::overlay
