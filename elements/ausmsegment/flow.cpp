// SPDX-License-Identifier: MIT
// What flows through a pair of pads of ausmsegment: events, queries and buffers of one stream.
#include "pad.h"

#include "gstausmsegment.h"
#include "stream.h"

#include "gst/gstausmmetasource.h"
#include "gst/guard.h"

#include <gst/video/video.h>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

using namespace ausm::gst;

/// The sink pad of the pair that `pad` belongs to; null when it is gone already.
static Owned<GstPad> gst_ausm_segment_pad_of(GstPad* pad) {
    if (GST_PAD_IS_SINK(pad))
        return Owned<GstPad>(GST_PAD(gst_object_ref(pad)));
    return Owned<GstPad>(
        static_cast<GstPad*>(g_weak_ref_get(static_cast<GWeakRef*>(gst_pad_get_element_private(pad)))));
}

static std::shared_ptr<SegmentStream> gst_ausm_segment_pad_stream_of(GstPad* pad) {
    const auto sink = gst_ausm_segment_pad_of(pad);
    return sink ? gst_ausm_segment_pad_stream(GST_AUSM_SEGMENT_PAD(sink.get())) : nullptr;
}

static bool gst_ausm_segment_pad_upstream_is_live(GstAusmSegmentPad* self) {
    const Owned<GstQuery> query(gst_query_new_latency());
    gboolean live = FALSE;
    if (gst_pad_peer_query(GST_PAD(self), query.get()))
        gst_query_parse_latency(query.get(), &live, nullptr, nullptr);
    return live;
}

static void gst_ausm_segment_pad_update_latency(GstAusmSegmentPad* self, SegmentStream& stream, GstElement* element,
                                                const SegmentSettings& settings) {
    if (stream.update_latency(settings, gst_ausm_segment_pad_upstream_is_live(self)))
        gst_element_post_message(element, gst_message_new_latency(GST_OBJECT(element)));
}

static bool gst_ausm_segment_pad_set_caps(GstAusmSegmentPad* self, SegmentStream& stream, GstElement* element,
                                          GstEvent* event) {
    GstCaps* caps = nullptr;
    GstVideoInfo info;
    gst_event_parse_caps(event, &caps);
    if (!gst_video_info_from_caps(&info, caps) || !pixel_format(GST_VIDEO_INFO_FORMAT(&info))) {
        const Owned<char> text(gst_caps_to_string(caps));
        GST_ELEMENT_ERROR(element, STREAM, FORMAT, ("The video format cannot be segmented: %s", text.get()),
                          ("Put videoconvert before pad %s of ausmsegment.", stream.pad()));
        return false;
    }
    const SegmentSettings settings = gst_ausm_segment_settings(GST_AUSM_SEGMENT(element));
    stream.set_info(info, (settings.reset_on & kResetOnCaps) != 0);
    gst_ausm_segment_pad_update_latency(self, stream, element, settings);
    return true;
}

/// Looks at an event on its way downstream. False: the caps were refused.
static bool gst_ausm_segment_pad_handle(GstAusmSegmentPad* self, SegmentStream& stream, GstElement* element,
                                        GstEvent* event) {
    const auto resets = [element](guint flag) {
        return (gst_ausm_segment_settings(GST_AUSM_SEGMENT(element)).reset_on & flag) != 0;
    };
    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START:
        gst_segment_init(&self->segment, GST_FORMAT_UNDEFINED);
        stream.restart("stream-start", resets(kResetOnStreamStart));
        return true;
    case GST_EVENT_FLUSH_START: stream.interrupt(); return true;
    case GST_EVENT_FLUSH_STOP:
        gst_segment_init(&self->segment, GST_FORMAT_UNDEFINED);
        stream.restart("flush", resets(kResetOnFlush));
        return true;
    case GST_EVENT_GAP:
        if (resets(kResetOnGap))
            stream.forget("gap");
        return true;
    case GST_EVENT_SEGMENT: gst_event_copy_segment(event, &self->segment); return true;
    case GST_EVENT_CAPS: return gst_ausm_segment_pad_set_caps(self, stream, element, event);
    case GST_EVENT_EOS: stream.finish(); return true;
    default: return true;
    }
}

static gboolean gst_ausm_segment_pad_sink_event(GstPad* pad, GstObject* parent, GstEvent* event) {
    auto* self = GST_AUSM_SEGMENT_PAD(pad);
    auto* element = GST_ELEMENT(parent);
    Owned<GstEvent> owned(event);
    auto stream = gst_ausm_segment_pad_stream(self);
    if (!stream)
        return FALSE;
    const bool prompt = gst_event_has_name(event, kPromptName);
    const bool good = guard(
        element, false,
        [&] {
            if (!prompt)
                return gst_ausm_segment_pad_handle(self, *stream, element, event);
            if (gst_event_type_get_flags(GST_EVENT_TYPE(event)) & GST_EVENT_TYPE_SERIALIZED)
                stream->prompts().collect(parse_prompt(gst_event_get_structure(event)));
            else
                stream->prompts().submit(parse_prompt(gst_event_get_structure(event)));
            return true;
        },
        stream->pad());
    stream.reset();  // an end may hang in a sink: a released stream must not wait for that
    return good && !prompt ? gst_pad_event_default(pad, parent, owned.release()) : good;
}

/// A click, where clicks are prompts; false: the event goes on upstream.
static bool gst_ausm_segment_pad_click(GstPad* pad, GstElement* element, GstEvent* event) {
    if (!gst_ausm_segment_settings(GST_AUSM_SEGMENT(element)).click_to_prompt)
        return false;
    const auto stream = gst_ausm_segment_pad_stream_of(pad);
    return stream && guard(
                         element, false, [&] { return stream->click(event); }, stream->pad());
}

static gboolean gst_ausm_segment_pad_src_event(GstPad* pad, GstObject* parent, GstEvent* event) {
    if (gst_event_has_name(event, kPromptName)) {
        const Owned<GstEvent> owned(event);
        const auto sink = gst_ausm_segment_pad_of(pad);
        return sink &&
               gst_ausm_segment_pad_add_prompt(GST_AUSM_SEGMENT_PAD(sink.get()), gst_event_get_structure(event));
    }
    if (GST_EVENT_TYPE(event) == GST_EVENT_NAVIGATION && gst_ausm_segment_pad_click(pad, GST_ELEMENT(parent), event)) {
        gst_event_unref(event);
        return TRUE;
    }
    if (GST_EVENT_TYPE(event) == GST_EVENT_QOS)
        if (const auto stream = gst_ausm_segment_pad_stream_of(pad))
            stream->note_quality(event);
    return gst_pad_event_default(pad, parent, event);
}

/// The frame through the model; the stream is let go of before the frame is pushed, which may take any time.
static GstFlowReturn gst_ausm_segment_pad_segment(GstAusmSegmentPad* self, GstElement* element,
                                                  Owned<GstBuffer>& buffer) {
    const auto stream = gst_ausm_segment_pad_stream(self);
    if (!stream)
        return GST_FLOW_FLUSHING;
    if (!stream->has_info()) {
        GST_ELEMENT_ERROR(element, CORE, NEGOTIATION, ("A frame came before its format was known."),
                          ("Video with caps is needed on pad %s.", stream->pad()));
        return GST_FLOW_NOT_NEGOTIATED;
    }
    return guard(
        element, GST_FLOW_ERROR,
        [&] {
            const SegmentSettings settings = gst_ausm_segment_settings(GST_AUSM_SEGMENT(element));
            if (stream->is_new(settings))
                gst_ausm_segment_pad_update_latency(self, *stream, element, settings);
            FrameTimes times;
            const GstClockTime pts = GST_BUFFER_PTS(buffer.get());
            if (self->segment.format == GST_FORMAT_TIME)
                times = {gst_segment_to_stream_time(&self->segment, GST_FORMAT_TIME, pts),
                         gst_segment_to_running_time(&self->segment, GST_FORMAT_TIME, pts)};
            return stream->process(buffer, times, settings);
        },
        stream->pad());
}

static GstFlowReturn gst_ausm_segment_pad_chain(GstPad* pad, GstObject* parent, GstBuffer* input) {
    auto* self = GST_AUSM_SEGMENT_PAD(pad);
    Owned<GstBuffer> buffer(input);
    const GstFlowReturn flow = gst_ausm_segment_pad_segment(self, GST_ELEMENT(parent), buffer);
    return flow == GST_FLOW_OK ? gst_pad_push(self->src, buffer.release()) : flow;
}

/// Buffers pass through, so only what downstream understands may be promised upstream; a crop, which would make the
/// picture smaller than its buffer, is not understood here.
static gboolean gst_ausm_segment_pad_allocation(GstAusmSegmentPad* self, GstQuery* query) {
    if (!gst_pad_peer_query(self->src, query))
        return FALSE;
    guint index = 0;
    while (gst_query_find_allocation_meta(query, GST_VIDEO_CROP_META_API_TYPE, &index))
        gst_query_remove_nth_allocation_meta(query, index);
    return TRUE;
}

/// Answers a context query with the model's; false: it is about something else.
static bool gst_ausm_segment_pad_answer_context(GstPad* pad, GstQuery* query) {
    if (GST_QUERY_TYPE(query) != GST_QUERY_CONTEXT)
        return false;
    const auto stream = gst_ausm_segment_pad_stream_of(pad);
    return stream && guard_quietly(pad, false, [&] { return stream->answer_context(query); });
}

static gboolean gst_ausm_segment_pad_sink_query(GstPad* pad, GstObject* parent, GstQuery* query) {
    if (GST_QUERY_TYPE(query) == GST_QUERY_ALLOCATION)
        return gst_ausm_segment_pad_allocation(GST_AUSM_SEGMENT_PAD(pad), query);
    if (gst_ausm_segment_pad_answer_context(pad, query))
        return TRUE;
    return gst_pad_query_default(pad, parent, query);
}

/// Upstream's latency and the stream's own.
static gboolean gst_ausm_segment_pad_latency(GstPad* pad, GstQuery* query) {
    const auto sink = gst_ausm_segment_pad_of(pad);
    const auto stream = gst_ausm_segment_pad_stream_of(pad);
    if (!stream || !gst_pad_peer_query(sink.get(), query))
        return FALSE;
    gboolean live = FALSE;
    GstClockTime least = 0;
    GstClockTime most = GST_CLOCK_TIME_NONE;
    gst_query_parse_latency(query, &live, &least, &most);
    const GstClockTime own = stream->latency();
    if (live)
        gst_query_set_latency(query, live, least + own, GST_CLOCK_TIME_IS_VALID(most) ? most + own : most);
    return TRUE;
}

/// Answers the query for what puts the metadata onto pictures; false: it is about something else.
static bool gst_ausm_segment_pad_answer_source(GstPad* pad, GstQuery* query) {
    if (!is_meta_source_query(query))
        return false;
    const auto stream = gst_ausm_segment_pad_stream_of(pad);
    if (!stream || !stream->output().marks_every_frame())
        return false;
    answer_meta_source(query, pad);
    return true;
}

static gboolean gst_ausm_segment_pad_src_query(GstPad* pad, GstObject* parent, GstQuery* query) {
    if (gst_ausm_segment_pad_answer_context(pad, query) || gst_ausm_segment_pad_answer_source(pad, query))
        return TRUE;
    if (GST_QUERY_TYPE(query) == GST_QUERY_LATENCY)
        return gst_ausm_segment_pad_latency(pad, query);
    return gst_pad_query_default(pad, parent, query);
}

static GstIterator* gst_ausm_segment_pad_internal_links(GstPad* pad, GstObject*) {
    const auto sink = gst_ausm_segment_pad_of(pad);
    if (!sink)
        return nullptr;
    Value other(GST_TYPE_PAD);
    g_value_set_object(other.get(), GST_PAD_IS_SINK(pad) ? GST_AUSM_SEGMENT_PAD(pad)->src : sink.get());
    return gst_iterator_new_single(GST_TYPE_PAD, other.get());
}

void gst_ausm_segment_pad_set_functions(GstAusmSegmentPad* self) {
    gst_pad_set_chain_function(GST_PAD(self), GST_DEBUG_FUNCPTR(gst_ausm_segment_pad_chain));
    gst_pad_set_event_function(GST_PAD(self), GST_DEBUG_FUNCPTR(gst_ausm_segment_pad_sink_event));
    gst_pad_set_query_function(GST_PAD(self), GST_DEBUG_FUNCPTR(gst_ausm_segment_pad_sink_query));
    gst_pad_set_event_function(self->src, GST_DEBUG_FUNCPTR(gst_ausm_segment_pad_src_event));
    gst_pad_set_query_function(self->src, GST_DEBUG_FUNCPTR(gst_ausm_segment_pad_src_query));
    for (GstPad* pad : {GST_PAD(self), self->src}) {
        gst_pad_set_iterate_internal_links_function(pad, GST_DEBUG_FUNCPTR(gst_ausm_segment_pad_internal_links));
        GST_PAD_SET_PROXY_CAPS(pad);
    }
}
