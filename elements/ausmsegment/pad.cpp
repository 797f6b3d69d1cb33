// SPDX-License-Identifier: MIT
// The sink pad of ausmsegment: the object, its signals, its pair and its end.
#include "pad.h"

#include "stream.h"

#include "gst/action_signal.h"
#include "gst/guard.h"

#include <functional>
#include <mutex>
#include <utility>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

using namespace ausm::gst;

struct ausm::gst::StreamSlot {
    std::mutex mutex;  // guards stream; innermost
    std::shared_ptr<SegmentStream> stream;
};

enum { PROP_STATS = 1, PROP_STATE_LOCATION };
enum { SIGNAL_RESET, SIGNAL_REMOVE_OBJECT, SIGNAL_ADD_PROMPT, SIGNAL_SAVE_STATE, SIGNAL_LOAD_STATE, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(GstAusmSegmentPad, gst_ausm_segment_pad, GST_TYPE_PAD)

std::shared_ptr<SegmentStream> gst_ausm_segment_pad_stream(GstAusmSegmentPad* self) {
    const std::lock_guard lock(self->slot->mutex);
    return self->slot->stream;
}

static void gst_ausm_segment_pad_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
    const auto stream = gst_ausm_segment_pad_stream(GST_AUSM_SEGMENT_PAD(object));
    if (id == PROP_STATS && stream)
        g_value_take_boxed(value, guard_quietly(object, static_cast<GstStructure*>(nullptr),
                                                [&] { return stream->stats().structure(); }));
    else if (id == PROP_STATE_LOCATION && stream)
        g_value_set_string(value, stream->saving().location().c_str());
    else if (id != PROP_STATS && id != PROP_STATE_LOCATION)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_ausm_segment_pad_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
    if (id != PROP_STATE_LOCATION) {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
        return;
    }
    const char* location = g_value_get_string(value);
    if (const auto stream = gst_ausm_segment_pad_stream(GST_AUSM_SEGMENT_PAD(object)))
        guard_quietly(object, true, [&] {
            stream->saving().set_location(location ? location : "");
            return true;
        });
}

static gboolean gst_ausm_segment_pad_submit(GstAusmSegmentPad* self, const std::function<PromptParse()>& parse) {
    const Owned<GstElement> element(gst_pad_get_parent_element(GST_PAD(self)));
    const auto stream = gst_ausm_segment_pad_stream(self);
    return element && stream &&
           guard(
               element.get(), false, [&] { return stream->prompts().submit(parse()); }, stream->pad());
}

gboolean gst_ausm_segment_pad_reset(GstAusmSegmentPad* self) {
    return gst_ausm_segment_pad_submit(self, [] { return PromptLine(PromptOp::kReset); });
}

gboolean gst_ausm_segment_pad_remove_object(GstAusmSegmentPad* self, gint64 object) {
    if (object < 1 || object > kMaxObject)
        return FALSE;
    return gst_ausm_segment_pad_submit(self, [object] {
        PromptLine line(PromptOp::kRemove);
        line.object = object;
        return line;
    });
}

gboolean gst_ausm_segment_pad_add_prompt(GstAusmSegmentPad* self, const GstStructure* prompt) {
    return gst_ausm_segment_pad_submit(self, [prompt] { return parse_prompt(prompt); });
}

static gboolean gst_ausm_segment_pad_request(GstAusmSegmentPad* self, StateRequest::Action action,
                                             const char* location) {
    const auto stream = gst_ausm_segment_pad_stream(self);
    if (!stream || !location || *location == 0)
        return FALSE;
    return guard_quietly(self, false, [&] { return stream->saving().request({action, location}); });
}

gboolean gst_ausm_segment_pad_save_state(GstAusmSegmentPad* self, const gchar* location) {
    return gst_ausm_segment_pad_request(self, StateRequest::Action::kSave, location);
}

gboolean gst_ausm_segment_pad_load_state(GstAusmSegmentPad* self, const gchar* location) {
    return gst_ausm_segment_pad_request(self, StateRequest::Action::kLoad, location);
}

static void gst_ausm_segment_pad_finalize(GObject* object) {
    auto* self = GST_AUSM_SEGMENT_PAD(object);
    gst_clear_object(&self->src);
    delete self->slot;
    G_OBJECT_CLASS(gst_ausm_segment_pad_parent_class)->finalize(object);
}

static void gst_ausm_segment_pad_install_signals(GType type) {
    /**
     * GstAusmSegmentPad::reset:
     *
     * Forgets everything of this stream before its next frame. FALSE when the pad has been released.
     */
    signals[SIGNAL_RESET] = make_action_signal("reset", type, G_CALLBACK(gst_ausm_segment_pad_reset));
    /**
     * GstAusmSegmentPad::remove-object:
     * @id: the object's id
     *
     * Ends an object before the next frame. FALSE when no object can have that id or the pad has been released; the
     * message says whether it lived.
     */
    signals[SIGNAL_REMOVE_OBJECT] =
        make_action_signal("remove-object", type, G_CALLBACK(gst_ausm_segment_pad_remove_object), G_TYPE_INT64);
    /**
     * GstAusmSegmentPad::add-prompt:
     * @prompt: a structure named ausm-prompt, fields as in prompt.schema.json
     *
     * Shows an object on the next frame. FALSE when the prompt is malformed, when the answer comes as a message, or the
     * pad has been released.
     */
    signals[SIGNAL_ADD_PROMPT] =
        make_action_signal("add-prompt", type, G_CALLBACK(gst_ausm_segment_pad_add_prompt), GST_TYPE_STRUCTURE);
    /**
     * GstAusmSegmentPad::save-state:
     * @location: a file, which is written as a whole or not at all
     *
     * Saves the stream's state before its next frame, at the latest at its end; the message ausm-state tells how it went. FALSE for
     * an empty name, when 64 of these wait already, and when the pad has been released.
     */
    signals[SIGNAL_SAVE_STATE] =
        make_action_signal("save-state", type, G_CALLBACK(gst_ausm_segment_pad_save_state), G_TYPE_STRING);
    /**
     * GstAusmSegmentPad::load-state:
     * @location: a file that save-state or state-location has written
     *
     * Replaces the stream's state before its next frame; a file that is damaged or belongs to another model is refused, and the
     * state stays. The message ausm-state tells how it went. FALSE as for save-state.
     */
    signals[SIGNAL_LOAD_STATE] =
        make_action_signal("load-state", type, G_CALLBACK(gst_ausm_segment_pad_load_state), G_TYPE_STRING);
}

static void gst_ausm_segment_pad_class_init(GstAusmSegmentPadClass* klass) {
    auto* object_class = G_OBJECT_CLASS(klass);
    object_class->get_property = gst_ausm_segment_pad_get_property;
    object_class->set_property = gst_ausm_segment_pad_set_property;
    object_class->finalize = gst_ausm_segment_pad_finalize;
    g_object_class_install_property(
        object_class, PROP_STATS,
        g_param_spec_boxed("stats", "Statistics",
                           "Of this stream: frames, fps, latency-p50 and latency-p95 and phases in milliseconds, "
                           "objects, state-bytes, graphs (on a GPU: how the last frame was launched)",
                           GST_TYPE_STRUCTURE, static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
    g_object_class_install_property(
        object_class, PROP_STATE_LOCATION,
        g_param_spec_string(
            "state-location", "State location",
            "File from which the stream's state is loaded before the first frame, if it is there, and "
            "to which it is saved at the end",
            "", static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)));
    gst_ausm_segment_pad_install_signals(G_TYPE_FROM_CLASS(klass));
}

static void gst_ausm_segment_pad_init(GstAusmSegmentPad* self) {
    gst_segment_init(&self->segment, GST_FORMAT_UNDEFINED);
    self->slot = new StreamSlot;
}

/// Lets the src pad know its sink pad; the reference is weak because the sink pad owns the src pad.
static void gst_ausm_segment_pad_pair_up(GstAusmSegmentPad* self) {
    auto* weak = g_new(GWeakRef, 1);
    g_weak_ref_init(weak, self);
    gst_pad_set_element_private(self->src, weak);
    g_object_set_data_full(G_OBJECT(self->src), "ausm-sink-pad", weak, [](gpointer data) {
        g_weak_ref_clear(static_cast<GWeakRef*>(data));
        g_free(data);
    });
}

GstAusmSegmentPad* gst_ausm_segment_pad_new_pair(GstElement* element, GstPadTemplate* sink, const char* sink_name,
                                                 GstPadTemplate* src, const char* src_name) {
    auto stream = std::make_shared<SegmentStream>(element, sink_name);
    auto* self = GST_AUSM_SEGMENT_PAD(gst_object_ref_sink(g_object_new(
        GST_TYPE_AUSM_SEGMENT_PAD, "name", sink_name, "direction", GST_PAD_SINK, "template", sink, nullptr)));
    self->slot->stream = std::move(stream);
    self->src = GST_PAD(gst_object_ref_sink(gst_pad_new_from_template(src, src_name)));
    gst_ausm_segment_pad_pair_up(self);
    gst_ausm_segment_pad_set_functions(self);
    return self;
}

void gst_ausm_segment_pad_end(GstAusmSegmentPad* self) {
    std::shared_ptr<SegmentStream> stream;
    {
        const std::lock_guard lock(self->slot->mutex);
        stream = std::move(self->slot->stream);
    }
    if (stream)
        stream->interrupt();
    gst_pad_set_active(self->src, FALSE);
    // Not by gst_pad_set_active(), which waits until every thread has left: one may hang in a sink that has prerolled.
    const ObjectLock lock(self);
    GST_PAD_SET_FLUSHING(self);
    GST_PAD_BLOCK_BROADCAST(self);
}
