// SPDX-License-Identifier: MIT
// The sink pad of ausmsegment: events, queries and buffers of one stream.
#include "gstausmsegmentpad.h"

#include "gstausmsegment.h"
#include "gstausmsegmentstream.h"

#include "gst/guard.h"

#include <gst/video/video.h>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

using namespace ausm::gst;

enum { PROP_STATS = 1 };

G_DEFINE_FINAL_TYPE(GstAusmSegmentPad, gst_ausm_segment_pad, GST_TYPE_PAD)

static void gst_ausm_segment_pad_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
    auto* self = GST_AUSM_SEGMENT_PAD(object);
    if (id == PROP_STATS && self->stream)
        g_value_take_boxed(
            value, guard_quietly(self, static_cast<GstStructure*>(nullptr), [self] { return self->stream->stats(); }));
    else if (id != PROP_STATS)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_ausm_segment_pad_finalize(GObject* object) {
    delete GST_AUSM_SEGMENT_PAD(object)->stream;
    G_OBJECT_CLASS(gst_ausm_segment_pad_parent_class)->finalize(object);
}

static void gst_ausm_segment_pad_class_init(GstAusmSegmentPadClass* klass) {
    auto* object_class = G_OBJECT_CLASS(klass);
    object_class->get_property = gst_ausm_segment_pad_get_property;
    object_class->finalize = gst_ausm_segment_pad_finalize;
    g_object_class_install_property(
        object_class, PROP_STATS,
        g_param_spec_boxed("stats", "Statistics", "Frames, speed, latency and phases of this stream",
                           GST_TYPE_STRUCTURE, static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
}

static void gst_ausm_segment_pad_init(GstAusmSegmentPad* self) {
    gst_segment_init(&self->segment, GST_FORMAT_UNDEFINED);
}

/// The sink pad of the pair that `pad` belongs to: of a src pad it is kept as element private data.
static GstAusmSegmentPad* gst_ausm_segment_pad_of(GstPad* pad) {
    return GST_PAD_IS_SINK(pad) ? GST_AUSM_SEGMENT_PAD(pad) : GST_AUSM_SEGMENT_PAD(gst_pad_get_element_private(pad));
}

static bool gst_ausm_segment_pad_upstream_is_live(GstAusmSegmentPad* self) {
    const Owned<GstQuery> query(gst_query_new_latency());
    gboolean live = FALSE;
    if (gst_pad_peer_query(GST_PAD(self), query.get()))
        gst_query_parse_latency(query.get(), &live, nullptr, nullptr);
    return live;
}

static void gst_ausm_segment_pad_update_latency(GstAusmSegmentPad* self, GstElement* element,
                                                const SegmentSettings& settings) {
    const bool live = settings.latency < 0 && gst_ausm_segment_pad_upstream_is_live(self);
    if (self->stream->update_latency(settings, live))
        gst_element_post_message(element, gst_message_new_latency(GST_OBJECT(element)));
}

static bool gst_ausm_segment_pad_set_caps(GstAusmSegmentPad* self, GstElement* element, GstEvent* event) {
    GstCaps* caps = nullptr;
    GstVideoInfo info;
    gst_event_parse_caps(event, &caps);
    if (!gst_video_info_from_caps(&info, caps) || !pixel_format(GST_VIDEO_INFO_FORMAT(&info))) {
        const Owned<char> text(gst_caps_to_string(caps));
        GST_ELEMENT_ERROR(element, STREAM, FORMAT, ("The video format cannot be segmented: %s", text.get()),
                          ("Put videoconvert before ausmsegment."));
        return false;
    }
    self->stream->set_info(info);
    gst_ausm_segment_pad_update_latency(self, element, gst_ausm_segment_settings(GST_AUSM_SEGMENT(element)));
    return true;
}

/// Looks at an event on its way downstream. False: the caps were refused.
static bool gst_ausm_segment_pad_handle(GstAusmSegmentPad* self, GstElement* element, GstEvent* event) {
    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START:
        gst_segment_init(&self->segment, GST_FORMAT_UNDEFINED);
        self->stream->restart("stream-start");
        return true;
    case GST_EVENT_FLUSH_START: self->stream->interrupt(); return true;
    case GST_EVENT_FLUSH_STOP:
        gst_segment_init(&self->segment, GST_FORMAT_UNDEFINED);
        self->stream->restart("flush");
        return true;
    case GST_EVENT_SEGMENT: gst_event_copy_segment(event, &self->segment); return true;
    case GST_EVENT_CAPS: return gst_ausm_segment_pad_set_caps(self, element, event);
    case GST_EVENT_EOS: self->stream->finish(); return true;
    default: return true;
    }
}

static gboolean gst_ausm_segment_pad_sink_event(GstPad* pad, GstObject* parent, GstEvent* event) {
    auto* self = GST_AUSM_SEGMENT_PAD(pad);
    auto* element = GST_ELEMENT(parent);
    if (gst_event_has_name(event, kPromptName)) {
        const Owned<GstEvent> owned(event);
        return guard(element, false, [&] {
            if (GST_EVENT_IS_SERIALIZED(event))
                self->stream->collect(parse_prompt(gst_event_get_structure(event)));
            else
                self->stream->submit(parse_prompt(gst_event_get_structure(event)));
            return true;
        });
    }
    if (!guard(element, false, [&] { return gst_ausm_segment_pad_handle(self, element, event); })) {
        gst_event_unref(event);
        return FALSE;
    }
    return gst_pad_event_default(pad, parent, event);
}

static gboolean gst_ausm_segment_pad_src_event(GstPad* pad, GstObject* parent, GstEvent* event) {
    if (!gst_event_has_name(event, kPromptName))
        return gst_pad_event_default(pad, parent, event);
    const Owned<GstEvent> owned(event);
    auto* self = gst_ausm_segment_pad_of(pad);
    return guard(GST_ELEMENT(parent), false,
                 [&] { return self->stream->submit(parse_prompt(gst_event_get_structure(event))); });
}

static GstFlowReturn gst_ausm_segment_pad_chain(GstPad* pad, GstObject* parent, GstBuffer* input) {
    auto* self = GST_AUSM_SEGMENT_PAD(pad);
    auto* element = GST_ELEMENT(parent);
    Owned<GstBuffer> buffer(input);
    if (!self->stream->has_info()) {
        GST_ELEMENT_ERROR(element, CORE, NEGOTIATION, ("A frame came before its format was known."),
                          ("Video with caps is needed."));
        return GST_FLOW_NOT_NEGOTIATED;
    }
    const GstFlowReturn flow = guard(element, GST_FLOW_ERROR, [&] {
        const SegmentSettings settings = gst_ausm_segment_settings(GST_AUSM_SEGMENT(element));
        if (self->stream->is_new(settings))
            gst_ausm_segment_pad_update_latency(self, element, settings);
        GstClockTime stream_time = GST_CLOCK_TIME_NONE;
        if (self->segment.format == GST_FORMAT_TIME)
            stream_time = gst_segment_to_stream_time(&self->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer.get()));
        return self->stream->process(buffer, stream_time, settings);
    });
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

static bool gst_ausm_segment_pad_answer_context(GstAusmSegmentPad* self, GstQuery* query) {
    return GST_QUERY_TYPE(query) == GST_QUERY_CONTEXT &&
           guard_quietly(self, false, [&] { return self->stream->answer_context(query); });
}

static gboolean gst_ausm_segment_pad_sink_query(GstPad* pad, GstObject* parent, GstQuery* query) {
    if (GST_QUERY_TYPE(query) == GST_QUERY_ALLOCATION)
        return gst_ausm_segment_pad_allocation(GST_AUSM_SEGMENT_PAD(pad), query);
    if (gst_ausm_segment_pad_answer_context(GST_AUSM_SEGMENT_PAD(pad), query))
        return TRUE;
    return gst_pad_query_default(pad, parent, query);
}

static gboolean gst_ausm_segment_pad_src_query(GstPad* pad, GstObject* parent, GstQuery* query) {
    if (gst_ausm_segment_pad_answer_context(gst_ausm_segment_pad_of(pad), query))
        return TRUE;
    if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY)
        return gst_pad_query_default(pad, parent, query);
    auto* self = gst_ausm_segment_pad_of(pad);
    if (!gst_pad_peer_query(GST_PAD(self), query))
        return FALSE;
    gboolean live = FALSE;
    GstClockTime least = 0;
    GstClockTime most = GST_CLOCK_TIME_NONE;
    gst_query_parse_latency(query, &live, &least, &most);
    const GstClockTime own = self->stream->latency();
    if (live)
        gst_query_set_latency(query, live, least + own, GST_CLOCK_TIME_IS_VALID(most) ? most + own : most);
    return TRUE;
}

static GstIterator* gst_ausm_segment_pad_internal_links(GstPad* pad, GstObject*) {
    auto* self = gst_ausm_segment_pad_of(pad);
    Value other(GST_TYPE_PAD);
    g_value_set_object(other.get(), GST_PAD_IS_SINK(pad) ? self->src : GST_PAD(self));
    return gst_iterator_new_single(GST_TYPE_PAD, other.get());
}

GstAusmSegmentPad* gst_ausm_segment_pad_new_pair(GstElement* element, GstPadTemplate* sink, const char* sink_name,
                                                 GstPadTemplate* src, const char* src_name) {
    auto* self = GST_AUSM_SEGMENT_PAD(g_object_new(GST_TYPE_AUSM_SEGMENT_PAD, "name", sink_name, "direction",
                                                   GST_PAD_SINK, "template", sink, nullptr));
    self->stream = new SegmentStream(element, sink_name);
    self->src = gst_pad_new_from_template(src, src_name);
    gst_pad_set_element_private(self->src, self);
    gst_pad_set_chain_function(GST_PAD(self), GST_DEBUG_FUNCPTR(gst_ausm_segment_pad_chain));
    gst_pad_set_event_function(GST_PAD(self), GST_DEBUG_FUNCPTR(gst_ausm_segment_pad_sink_event));
    gst_pad_set_query_function(GST_PAD(self), GST_DEBUG_FUNCPTR(gst_ausm_segment_pad_sink_query));
    gst_pad_set_event_function(self->src, GST_DEBUG_FUNCPTR(gst_ausm_segment_pad_src_event));
    gst_pad_set_query_function(self->src, GST_DEBUG_FUNCPTR(gst_ausm_segment_pad_src_query));
    for (GstPad* pad : {GST_PAD(self), self->src}) {
        gst_pad_set_iterate_internal_links_function(pad, GST_DEBUG_FUNCPTR(gst_ausm_segment_pad_internal_links));
        GST_PAD_SET_PROXY_CAPS(pad);
        gst_element_add_pad(element, pad);
    }
    return self;
}
