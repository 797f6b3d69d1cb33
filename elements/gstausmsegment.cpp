// SPDX-License-Identifier: MIT
// ausmsegment: segments and follows objects in video, with the masks as metadata.

/**
 * SECTION:element-ausmsegment
 * @title: ausmsegment
 * @short_description: segments and follows objects in video
 *
 * Video in, the same video out: every buffer carries a #GstAusmMeta with a label map and the objects in it. The
 * picture is never altered, and no buffer is dropped, delayed or reordered. Objects are found by the model (discovery)
 * or shown to it (prompts); each keeps its id for as long as the stream lasts. The memory of what was seen has a fixed
 * size.
 *
 * Prompts come from ausmprompt, from the signal #GstAusmSegment::add-prompt or as events named `ausm-prompt` from
 * either side. Each is answered by an element message `ausm-prompt` (accepted, object, ref, reason); `ausm-object`
 * messages tell the life of objects (event: appeared, absent, back, removed), `ausm-reset` that everything was
 * forgotten, which happens with every new stream and every flush.
 *
 * The model library and its weights are opened when the element goes from NULL to READY. In a live pipeline the element
 * declares its latency; put `queue leaky=downstream max-size-buffers=1` before it so that late frames are dropped
 * there.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! video/x-raw,width=320,height=240 ! ausmsegment ! maskoverlay ! videoconvert ! autovideosink
 * ]| Everything that the model finds, drawn into the picture.
 * |[
 * gst-launch-1.0 -m videotestsrc num-buffers=30 ! video/x-raw,width=320,height=240 ! ausmprompt box=0.6,0.1,0.9,0.5 ! ausmsegment mode=prompted ! fakesink
 * ]| Follows one thing, shown as a box on the first frame; -m prints what becomes of it.
 */

#include "gstausmsegment.h"

#include "gstausmsegmentpad.h"
#include "gstausmsegmentstream.h"

#include "gst/gstausmcuda.h"
#include "gst/gstausmframe.h"
#include "gst/gstausmruntime.h"
#include "gst/guard.h"

#include <gst/video/video.h>

#include <stdexcept>

GST_DEBUG_CATEGORY(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

using namespace ausm::gst;

namespace {

struct SegmentPrivate {
    SegmentSettings settings;    // under the object lock
    ausm::EngineOptions opened;  // what the open engine was asked for; state changes only
};

}  // namespace

struct _GstAusmSegment {
    GstElement parent;
    GstAusmSegmentPad* sink;  ///< belongs to the element
    SegmentPrivate* priv;
};

enum { PROP_STATS = kSegmentSettingsEnd };
enum { SIGNAL_RESET, SIGNAL_REMOVE_OBJECT, SIGNAL_ADD_PROMPT, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE_WITH_CODE(GstAusmSegment, gst_ausm_segment, GST_TYPE_ELEMENT,
                              GST_DEBUG_CATEGORY_INIT(gst_ausm_segment_debug, "ausmsegment", 0,
                                                      "segments and follows objects"))
GST_ELEMENT_REGISTER_DEFINE(ausmsegment, "ausmsegment", GST_RANK_NONE, GST_TYPE_AUSM_SEGMENT)

SegmentSettings gst_ausm_segment_settings(GstAusmSegment* self) {
    const ObjectLock lock(self);
    return self->priv->settings;
}

static void gst_ausm_segment_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
    auto* self = GST_AUSM_SEGMENT(object);
    const bool known = guard_quietly(self, true, [&] {
        const ObjectLock lock(self);
        return segment_settings_set(self->priv->settings, id, value);
    });
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_ausm_segment_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
    auto* self = GST_AUSM_SEGMENT(object);
    if (id == PROP_STATS) {
        g_object_get_property(G_OBJECT(self->sink), "stats", value);
        return;
    }
    const bool known = guard_quietly(self, true, [&] {
        const ObjectLock lock(self);
        return segment_settings_get(self->priv->settings, id, value);
    });
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static gboolean gst_ausm_segment_submit(GstAusmSegment* self, PromptLine line) {
    return guard(GST_ELEMENT(self), false, [&] { return self->sink->stream->submit(std::move(line)); });
}

static gboolean gst_ausm_segment_reset(GstAusmSegment* self) { return gst_ausm_segment_submit(self, PromptLine{}); }

static gboolean gst_ausm_segment_remove_object(GstAusmSegment* self, gint64 object) {
    if (object < 1 || object > kMaxObject)
        return FALSE;
    PromptLine line;
    line.op = PromptOp::kRemove;
    line.object = object;
    return gst_ausm_segment_submit(self, std::move(line));
}

static gboolean gst_ausm_segment_add_prompt(GstAusmSegment* self, const GstStructure* structure) {
    return guard(GST_ELEMENT(self), false, [&] { return self->sink->stream->submit(parse_prompt(structure)); });
}

/// Hands the settings to the model, which knows their limits. False after an error on the bus. Throws what else fails.
template <typename Call>
static bool gst_ausm_segment_apply(GstAusmSegment* self, Call&& call) {
    try {
        call();
        return true;
    } catch (const std::invalid_argument& failure) {
        GST_ELEMENT_ERROR(self, LIBRARY, SETTINGS, ("The settings cannot be used: %s", failure.what()), (nullptr));
    }
    return false;
}

/// Opens the engine that the settings ask for, unless it is open already. False after an error on the bus.
static bool gst_ausm_segment_open(GstAusmSegment* self, bool again) {
    return guard(GST_ELEMENT(self), false, [&] {
        const SegmentSettings settings = gst_ausm_segment_settings(self);
        if (again && same_engine(self->priv->opened, settings.engine))
            return true;
        OpenResult result = open_engine(settings.engine);
        if (!result.engine) {
            post_open_error(GST_ELEMENT(self), result.error);
            return false;
        }
        const ausm::ModelInfo& model = result.engine->info();
        GST_INFO_OBJECT(self, "%s on %s, %d threads", model.name.c_str(), model.device.c_str(), model.threads);
        return gst_ausm_segment_apply(self, [&] {
            self->sink->stream->open(std::move(result.engine), settings.session);
            self->priv->opened = settings.engine;
        });
    });
}

static bool gst_ausm_segment_start(GstAusmSegment* self) {
    return gst_ausm_segment_open(self, true) && guard(GST_ELEMENT(self), false, [self] {
               return gst_ausm_segment_apply(self,
                                             [self] { self->sink->stream->start(gst_ausm_segment_settings(self)); });
           });
}

static GstStateChangeReturn gst_ausm_segment_change_state(GstElement* element, GstStateChange transition) {
    auto* self = GST_AUSM_SEGMENT(element);
    if (transition == GST_STATE_CHANGE_NULL_TO_READY && !gst_ausm_segment_open(self, false))
        return GST_STATE_CHANGE_FAILURE;
    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !gst_ausm_segment_start(self))
        return GST_STATE_CHANGE_FAILURE;
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
        self->sink->stream->interrupt();  // a frame in the model would hold up the pads' deactivation
    const GstStateChangeReturn result =
        GST_ELEMENT_CLASS(gst_ausm_segment_parent_class)->change_state(element, transition);
    if (transition == GST_STATE_CHANGE_READY_TO_NULL)
        guard_quietly(self, true, [self] {
            self->sink->stream->close();
            return true;
        });
    return result;
}

static void gst_ausm_segment_finalize(GObject* object) {
    delete GST_AUSM_SEGMENT(object)->priv;
    G_OBJECT_CLASS(gst_ausm_segment_parent_class)->finalize(object);
}

static void gst_ausm_segment_install_signals(GType type) {
    const auto action = static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION);
    /**
     * GstAusmSegment::reset:
     *
     * Forgets everything before the next frame.
     */
    signals[SIGNAL_RESET] = g_signal_new_class_handler("reset", type, action, G_CALLBACK(gst_ausm_segment_reset),
                                                       nullptr, nullptr, nullptr, G_TYPE_BOOLEAN, 0);
    /**
     * GstAusmSegment::remove-object:
     * @id: the object's id
     *
     * Ends an object before the next frame. FALSE when no object can have that id; the message says whether it lived.
     */
    signals[SIGNAL_REMOVE_OBJECT] =
        g_signal_new_class_handler("remove-object", type, action, G_CALLBACK(gst_ausm_segment_remove_object), nullptr,
                                   nullptr, nullptr, G_TYPE_BOOLEAN, 1, G_TYPE_INT64);
    /**
     * GstAusmSegment::add-prompt:
     * @prompt: a structure named ausm-prompt, fields as in prompt.schema.json
     *
     * Shows an object on the next frame. FALSE when the prompt is malformed; the answer comes as a message.
     */
    signals[SIGNAL_ADD_PROMPT] =
        g_signal_new_class_handler("add-prompt", type, action, G_CALLBACK(gst_ausm_segment_add_prompt), nullptr,
                                   nullptr, nullptr, G_TYPE_BOOLEAN, 1, GST_TYPE_STRUCTURE);
}

static GstCaps* gst_ausm_segment_caps() {
    GstCaps* caps = gst_caps_from_string(GST_VIDEO_CAPS_MAKE(GST_AUSM_FORMATS));
    if (*cuda_caps_text() != 0)
        gst_caps_append(caps, gst_caps_from_string(cuda_caps_text()));
    return caps;
}

static void gst_ausm_segment_class_init(GstAusmSegmentClass* klass) {
    auto* object_class = G_OBJECT_CLASS(klass);
    auto* element_class = GST_ELEMENT_CLASS(klass);
    object_class->set_property = gst_ausm_segment_set_property;
    object_class->get_property = gst_ausm_segment_get_property;
    object_class->finalize = gst_ausm_segment_finalize;
    element_class->change_state = GST_DEBUG_FUNCPTR(gst_ausm_segment_change_state);
    segment_settings_install(object_class);
    g_object_class_install_property(
        object_class, PROP_STATS,
        g_param_spec_boxed("stats", "Statistics",
                           "Of the pad sink: frames, fps, latency-p50 and latency-p95 and phases in milliseconds, "
                           "objects, state-bytes",
                           GST_TYPE_STRUCTURE, static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
    gst_ausm_segment_install_signals(G_TYPE_FROM_CLASS(klass));
    gst_element_class_set_static_metadata(element_class, "Video object segmenter", "Filter/Analyzer/Video",
                                          "Segments objects and follows them through the video; masks as metadata",
                                          "AUSM for GStreamer");
    const Owned<GstCaps> caps(gst_ausm_segment_caps());
    gst_element_class_add_pad_template(
        element_class,
        gst_pad_template_new_with_gtype("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps.get(), GST_TYPE_AUSM_SEGMENT_PAD));
    gst_element_class_add_pad_template(element_class,
                                       gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps.get()));
    gst_type_mark_as_plugin_api(GST_TYPE_AUSM_SEGMENT_PAD, static_cast<GstPluginAPIFlags>(0));
}

static void gst_ausm_segment_init(GstAusmSegment* self) {
    GstElementClass* klass = GST_ELEMENT_GET_CLASS(self);
    self->priv = new SegmentPrivate;
    self->sink = gst_ausm_segment_pad_new_pair(GST_ELEMENT(self), gst_element_class_get_pad_template(klass, "sink"),
                                               "sink", gst_element_class_get_pad_template(klass, "src"), "src");
}
