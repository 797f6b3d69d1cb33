// SPDX-License-Identifier: MIT
// The sink pad of ausmsegment: the object, its signals, its pair and its end.
#include "gstausmsegmentpad.h"

#include "gstausmsegmentstream.h"

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

enum { PROP_STATS = 1 };
enum { SIGNAL_RESET, SIGNAL_REMOVE_OBJECT, SIGNAL_ADD_PROMPT, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(GstAusmSegmentPad, gst_ausm_segment_pad, GST_TYPE_PAD)

std::shared_ptr<SegmentStream> gst_ausm_segment_pad_stream(GstAusmSegmentPad* self) {
    const std::lock_guard lock(self->slot->mutex);
    return self->slot->stream;
}

static void gst_ausm_segment_pad_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
    if (id != PROP_STATS) {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
        return;
    }
    if (const auto stream = gst_ausm_segment_pad_stream(GST_AUSM_SEGMENT_PAD(object)))
        g_value_take_boxed(value,
                           guard_quietly(object, static_cast<GstStructure*>(nullptr), [&] { return stream->stats(); }));
}

static gboolean gst_ausm_segment_pad_submit(GstAusmSegmentPad* self, const std::function<PromptParse()>& parse) {
    const Owned<GstElement> element(gst_pad_get_parent_element(GST_PAD(self)));
    const auto stream = gst_ausm_segment_pad_stream(self);
    return element && stream &&
           guard(
               element.get(), false, [&] { return stream->submit(parse()); }, stream->pad());
}

gboolean gst_ausm_segment_pad_reset(GstAusmSegmentPad* self) {
    return gst_ausm_segment_pad_submit(self, [] { return PromptLine{}; });
}

gboolean gst_ausm_segment_pad_remove_object(GstAusmSegmentPad* self, gint64 object) {
    if (object < 1 || object > kMaxObject)
        return FALSE;
    return gst_ausm_segment_pad_submit(self, [object] {
        PromptLine line;
        line.op = PromptOp::kRemove;
        line.object = object;
        return line;
    });
}

gboolean gst_ausm_segment_pad_add_prompt(GstAusmSegmentPad* self, const GstStructure* prompt) {
    return gst_ausm_segment_pad_submit(self, [prompt] { return parse_prompt(prompt); });
}

static void gst_ausm_segment_pad_finalize(GObject* object) {
    auto* self = GST_AUSM_SEGMENT_PAD(object);
    gst_clear_object(&self->src);
    delete self->slot;
    G_OBJECT_CLASS(gst_ausm_segment_pad_parent_class)->finalize(object);
}

static void gst_ausm_segment_pad_install_signals(GType type) {
    const auto action = static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION);
    /**
     * GstAusmSegmentPad::reset:
     *
     * Forgets everything of this stream before its next frame. FALSE when the pad has been released.
     */
    signals[SIGNAL_RESET] = g_signal_new_class_handler("reset", type, action, G_CALLBACK(gst_ausm_segment_pad_reset),
                                                       nullptr, nullptr, nullptr, G_TYPE_BOOLEAN, 0);
    /**
     * GstAusmSegmentPad::remove-object:
     * @id: the object's id
     *
     * Ends an object before the next frame. FALSE when no object can have that id or the pad has been released; the
     * message says whether it lived.
     */
    signals[SIGNAL_REMOVE_OBJECT] =
        g_signal_new_class_handler("remove-object", type, action, G_CALLBACK(gst_ausm_segment_pad_remove_object),
                                   nullptr, nullptr, nullptr, G_TYPE_BOOLEAN, 1, G_TYPE_INT64);
    /**
     * GstAusmSegmentPad::add-prompt:
     * @prompt: a structure named ausm-prompt, fields as in prompt.schema.json
     *
     * Shows an object on the next frame. FALSE when the prompt is malformed, when the answer comes as a message, or the
     * pad has been released.
     */
    signals[SIGNAL_ADD_PROMPT] =
        g_signal_new_class_handler("add-prompt", type, action, G_CALLBACK(gst_ausm_segment_pad_add_prompt), nullptr,
                                   nullptr, nullptr, G_TYPE_BOOLEAN, 1, GST_TYPE_STRUCTURE);
}

static void gst_ausm_segment_pad_class_init(GstAusmSegmentPadClass* klass) {
    auto* object_class = G_OBJECT_CLASS(klass);
    object_class->get_property = gst_ausm_segment_pad_get_property;
    object_class->finalize = gst_ausm_segment_pad_finalize;
    g_object_class_install_property(
        object_class, PROP_STATS,
        g_param_spec_boxed("stats", "Statistics",
                           "Of this stream: frames, fps, latency-p50 and latency-p95 and phases in milliseconds, "
                           "objects, state-bytes",
                           GST_TYPE_STRUCTURE, static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
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
