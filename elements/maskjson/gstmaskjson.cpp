// SPDX-License-Identifier: MIT
// maskjson: what is seen on each picture, as one line of JSON.

/**
 * SECTION:element-maskjson
 * @title: maskjson
 * @short_description: writes what ausmsegment has found as lines of JSON
 *
 * Takes video with #GstAusmMeta and gives text: for every picture one line of JSON in UTF-8, which is one buffer with
 * the picture's times and ends with a line feed. Put a tee before it where the video goes on. Lines go to files, sockets
 * and, through fdsink, to the clients of message brokers.
 *
 * A line has the stream time, the running time and the size of the picture, when the picture was taken where a reference
 * timestamp says so, whether its masks are fresh, the model, and every object with id, value in the map, label, score,
 * state, origin, area, box and mask. elements/maskjson/README.md describes it, and maskjson.schema.json is its schema.
 * A picture without masks has a line without objects, and the first one a warning.
 *
 * The element reads metadata only, so that it takes pictures in any memory and copies none of them. Where a picture gets
 * no line (#GstMaskJson:every, #GstMaskJson:only-changes) a gap event takes its place. The first picture of a stream, and
 * the first one after a flush, always has a line.
 *
 * A file of such lines is good for the property location of ausmprompt, which shows each object on the first frame that
 * has it.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 -q videotestsrc num-buffers=10 ! video/x-raw,width=320,height=240 ! ausmsegment ! maskjson ! fdsink
 * gst-launch-1.0 videotestsrc num-buffers=10 ! video/x-raw,width=320,height=240 ! ausmsegment ! tee name=t ! queue ! maskjson masks=none only-changes=true ! fakesink async=false t. ! queue ! maskoverlay ! videoconvert ! autovideosink
 * ]|
 */

#include "gstmaskjson.h"

#include "elements/maskjson/writer.h"
#include "gst/raii.h"

#include <gst/video/video.h>

GST_DEBUG_CATEGORY(gst_mask_json_debug);
#define GST_CAT_DEFAULT gst_mask_json_debug

#include "gst/guard.h"

using ausm::gst::guard;
using ausm::gst::guard_quietly;
using ausm::gst::JsonSettings;
using ausm::gst::JsonWriter;
using ausm::gst::ObjectLock;
using ausm::gst::Owned;

namespace {

struct State {
    State(GstElement* element, GstPad* sink) : writer(element, sink) {}

    JsonSettings settings;  ///< guarded by the object lock
    JsonWriter writer;      ///< belongs to the streaming thread
};

}  // namespace

struct _GstMaskJson {
    GstElement parent;
    GstPad *sink, *src;
    State* state;
};

G_DEFINE_FINAL_TYPE_WITH_CODE(GstMaskJson, gst_mask_json, GST_TYPE_ELEMENT,
                              GST_DEBUG_CATEGORY_INIT(gst_mask_json_debug, "maskjson", 0,
                                                      "what is seen, as lines of JSON"))
GST_ELEMENT_REGISTER_DEFINE(maskjson, "maskjson", GST_RANK_NONE, GST_TYPE_MASK_JSON)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw(ANY)"));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("application/x-json"));

static void gst_mask_json_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
    const bool known = guard_quietly(object, true, [&] {
        const ObjectLock lock(object);
        return json_settings_set(GST_MASK_JSON(object)->state->settings, id, value);
    });
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_mask_json_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
    const bool known = guard_quietly(object, true, [&] {
        const ObjectLock lock(object);
        return json_settings_get(GST_MASK_JSON(object)->state->settings, id, value);
    });
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static JsonSettings gst_mask_json_settings(GstMaskJson* self) {
    const ObjectLock lock(self);
    return self->state->settings;
}

/// A picture without a line: what is behind need not wait for it.
static GstFlowReturn gst_mask_json_skip(GstMaskJson* self, GstBuffer* picture) {
    if (GST_BUFFER_PTS_IS_VALID(picture))
        gst_pad_push_event(self->src, gst_event_new_gap(GST_BUFFER_PTS(picture), GST_BUFFER_DURATION(picture)));
    return GST_PAD_LAST_FLOW_RETURN(self->src);
}

static GstFlowReturn gst_mask_json_chain(GstPad*, GstObject* parent, GstBuffer* buffer) {
    auto* self = GST_MASK_JSON(parent);
    const Owned<GstBuffer> picture(buffer);
    return guard(GST_ELEMENT(self), GST_FLOW_ERROR, [&] {
        if (!self->state->writer.has_size())
            return GST_FLOW_NOT_NEGOTIATED;
        Owned<GstBuffer> line = self->state->writer.write(picture.get(), gst_mask_json_settings(self));
        return line ? gst_pad_push(self->src, line.release()) : gst_mask_json_skip(self, picture.get());
    });
}

/// The size is all that is read of the caps: the memory and the format may be unknown here.
static bool gst_mask_json_set_caps(GstMaskJson* self, GstCaps* caps) {
    gint width = 0, height = 0;
    const GstStructure* structure = gst_caps_get_structure(caps, 0);
    if (!gst_structure_get_int(structure, "width", &width) || !gst_structure_get_int(structure, "height", &height) ||
        width <= 0 || height <= 0)
        return false;
    self->state->writer.set_size(width, height);
    if (gst_pad_has_current_caps(self->src))
        return true;
    const Owned<GstCaps> json(gst_caps_new_empty_simple("application/x-json"));
    return gst_pad_push_event(self->src, gst_event_new_caps(json.get())) != FALSE;
}

/// Pictures without a line leave gaps.
static GstEvent* gst_mask_json_sparse(GstEvent* event) {
    event = gst_event_make_writable(event);
    GstStreamFlags flags = GST_STREAM_FLAG_NONE;
    gst_event_parse_stream_flags(event, &flags);
    gst_event_set_stream_flags(event, static_cast<GstStreamFlags>(flags | GST_STREAM_FLAG_SPARSE));
    return event;
}

static gboolean gst_mask_json_sink_event(GstPad* pad, GstObject* parent, GstEvent* event) {
    auto* self = GST_MASK_JSON(parent);
    JsonWriter& writer = self->state->writer;
    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS: {
        const Owned<GstEvent> owned(event);
        GstCaps* caps = nullptr;
        gst_event_parse_caps(event, &caps);
        return guard(GST_ELEMENT(self), false, [&] { return gst_mask_json_set_caps(self, caps); });
    }
    case GST_EVENT_STREAM_START:
        writer.restart();
        event = gst_mask_json_sparse(event);
        break;
    case GST_EVENT_SEGMENT: {
        const GstSegment* segment = nullptr;
        gst_event_parse_segment(event, &segment);
        writer.set_segment(*segment);
        break;
    }
    case GST_EVENT_FLUSH_STOP: writer.restart(); break;
    default: break;
    }
    return gst_pad_event_default(pad, parent, event);
}

static gboolean gst_mask_json_sink_query(GstPad* pad, GstObject* parent, GstQuery* query) {
    if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION)
        return gst_pad_query_default(pad, parent, query);
    // No pixel is read, so the pictures may lie as they like.
    gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
    gst_query_add_allocation_meta(query, GST_VIDEO_CROP_META_API_TYPE, nullptr);
    return TRUE;
}

static bool gst_mask_json_start(GstMaskJson* self) {
    const JsonSettings settings = gst_mask_json_settings(self);
    if (!settings.filter.error().empty()) {
        GST_ELEMENT_ERROR(self, LIBRARY, SETTINGS, ("%s.", settings.filter.error().c_str()),
                          ("%s", ausm::gst::kObjectListHint));
        return false;
    }
    self->state->writer.start();
    return true;
}

static GstStateChangeReturn gst_mask_json_change_state(GstElement* element, GstStateChange transition) {
    auto* self = GST_MASK_JSON(element);
    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED &&
        !guard(element, false, [self] { return gst_mask_json_start(self); }))
        return GST_STATE_CHANGE_FAILURE;
    return GST_ELEMENT_CLASS(gst_mask_json_parent_class)->change_state(element, transition);
}

static void gst_mask_json_finalize(GObject* object) {
    delete GST_MASK_JSON(object)->state;
    G_OBJECT_CLASS(gst_mask_json_parent_class)->finalize(object);
}

static void gst_mask_json_class_init(GstMaskJsonClass* klass) {
    auto* object_class = G_OBJECT_CLASS(klass);
    auto* element_class = GST_ELEMENT_CLASS(klass);
    object_class->set_property = gst_mask_json_set_property;
    object_class->get_property = gst_mask_json_get_property;
    object_class->finalize = gst_mask_json_finalize;
    element_class->change_state = GST_DEBUG_FUNCPTR(gst_mask_json_change_state);
    ausm::gst::json_settings_install(object_class);
    gst_element_class_set_static_metadata(element_class, "Masks as JSON", "Converter/Analyzer/Video/Text/Metadata",
                                          "Writes the objects that ausmsegment found as lines of JSON",
                                          "AUSM for GStreamer");
    gst_element_class_add_static_pad_template(element_class, &sink_template);
    gst_element_class_add_static_pad_template(element_class, &src_template);
}

static void gst_mask_json_init(GstMaskJson* self) {
    self->sink = gst_pad_new_from_static_template(&sink_template, "sink");
    self->src = gst_pad_new_from_static_template(&src_template, "src");
    self->state = new State(GST_ELEMENT(self), self->sink);
    gst_pad_set_chain_function(self->sink, GST_DEBUG_FUNCPTR(gst_mask_json_chain));
    gst_pad_set_event_function(self->sink, GST_DEBUG_FUNCPTR(gst_mask_json_sink_event));
    gst_pad_set_query_function(self->sink, GST_DEBUG_FUNCPTR(gst_mask_json_sink_query));
    GST_PAD_SET_ACCEPT_TEMPLATE(self->sink);
    gst_pad_use_fixed_caps(self->src);
    gst_element_add_pad(GST_ELEMENT(self), self->sink);
    gst_element_add_pad(GST_ELEMENT(self), self->src);
}
