// SPDX-License-Identifier: MIT
// ausmsegment: segments and follows objects in video, with the masks as metadata.

/**
 * SECTION:element-ausmsegment
 * @title: ausmsegment
 * @short_description: segments and follows objects in video
 *
 * Video in, the same video out: every buffer carries a #GstAusmMeta with a label map and the objects in it. The
 * picture is never altered, and no buffer is dropped, delayed or reordered. Objects are found by the model (discovery)
 * or shown to it (prompts); each keeps its id for as long as the stream lasts. The state that remembers what was seen has a fixed
 * size.
 *
 * Prompts come from ausmprompt, from the signal #GstAusmSegment::add-prompt or as events named `ausm-prompt` from
 * either side. Each is answered by an element message `ausm-prompt` (accepted, object, ref, reason); `ausm-object`
 * messages tell the life of objects (event: appeared, absent, back, removed), `ausm-reset` that everything was
 * forgotten, which happens with every new stream and every flush (#GstAusmSegment:reset-on).
 *
 * With #GstAusmSegment:click-to-prompt the viewer's mouse or finger prompts: a click selects what is there (or refines
 * it, when it is followed already), a drag is a box, the right button removes. With #GstAusmSegment:interval or
 * #GstAusmSegment:qos some frames carry the last map, marked as not fresh, and the network does not see them.
 *
 * The state is a value: #GstAusmSegment::save-state and #GstAusmSegment::load-state write and read it between two
 * frames, #GstAusmSegment:state-location at the end and before the first frame. The message `ausm-state` (action,
 * location, done, reason, differences) tells how it went.
 *
 * One element takes any number of streams: a request pad `sink_%u` brings its `src_%u`. Each stream has a state of its
 * own, its messages name its sink pad in the field `pad`, and it may come and go while the others play; what happens to
 * it (flush, end, other caps, an error) never reaches them. The settings are those of all. The signals and statistics
 * of a stream are on its sink pad (#GstAusmSegmentPad::add-prompt, `sink_0::stats`); those of the element are those of
 * the pad `sink`, which is always there. All streams of a process with the same weights share one model, on a GPU also
 * its batches: #GstAusmSegment:batch-timeout is how long a frame may wait for those of the others.
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
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=10 ! video/x-raw,width=320,height=240 ! s.sink_0 videotestsrc num-buffers=10 pattern=ball ! video/x-raw,width=320,height=240 ! s.sink_1 ausmsegment name=s s.src_0 ! maskoverlay ! queue ! c.sink_0 s.src_1 ! maskoverlay ! queue ! c.sink_1 compositor name=c sink_1::xpos=320 ! videoconvert ! autovideosink
 * ]| Two streams through one element, side by side.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! video/x-raw,width=320,height=240 ! ausmsegment mode=prompted click-to-prompt=true ! maskoverlay ! videoconvert ! autovideosink
 * ]| Click on a thing in the window to follow it, right to let it go.
 */

#include "gstausmsegment.h"

#include "pairs.h"

#include "gst/action_signal.h"
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
    explicit SegmentPrivate(GstElement* element) : pairs(element) {}

    SegmentSettings settings;    // under the object lock
    ausm::EngineOptions opened;  // what the open engine was asked for; state changes only
    SegmentPairs pairs;
};

}  // namespace

struct _GstAusmSegment {
    GstElement parent;
    GstAusmSegmentPad* sink;  ///< of the pair that is always there; belongs to the element
    SegmentPrivate* priv;
};

enum { PROP_STATS = kSegmentSettingsEnd, PROP_STATE_LOCATION };
enum { SIGNAL_RESET, SIGNAL_REMOVE_OBJECT, SIGNAL_ADD_PROMPT, SIGNAL_SAVE_STATE, SIGNAL_LOAD_STATE, N_SIGNALS };
static guint signals[N_SIGNALS];

static void gst_ausm_segment_child_proxy_init(gpointer iface, gpointer);

G_DEFINE_FINAL_TYPE_WITH_CODE(GstAusmSegment, gst_ausm_segment, GST_TYPE_ELEMENT,
                              GST_DEBUG_CATEGORY_INIT(gst_ausm_segment_debug, "ausmsegment", 0,
                                                      "segments and follows objects");
                              G_IMPLEMENT_INTERFACE(GST_TYPE_CHILD_PROXY, gst_ausm_segment_child_proxy_init))
GST_ELEMENT_REGISTER_DEFINE(ausmsegment, "ausmsegment", GST_RANK_NONE, GST_TYPE_AUSM_SEGMENT)

SegmentSettings gst_ausm_segment_settings(GstAusmSegment* self) {
    const ObjectLock lock(self);
    return self->priv->settings;
}

static void gst_ausm_segment_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
    auto* self = GST_AUSM_SEGMENT(object);
    if (id == PROP_STATE_LOCATION) {
        g_object_set_property(G_OBJECT(self->sink), spec->name, value);
        return;
    }
    const bool known = guard_quietly(self, true, [&] {
        const ObjectLock lock(self);
        return segment_settings_set(self->priv->settings, id, value);
    });
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_ausm_segment_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
    auto* self = GST_AUSM_SEGMENT(object);
    if (id == PROP_STATS || id == PROP_STATE_LOCATION) {
        g_object_get_property(G_OBJECT(self->sink), spec->name, value);
        return;
    }
    const bool known = guard_quietly(self, true, [&] {
        const ObjectLock lock(self);
        return segment_settings_get(self->priv->settings, id, value);
    });
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static gboolean gst_ausm_segment_reset(GstAusmSegment* self) { return gst_ausm_segment_pad_reset(self->sink); }

static gboolean gst_ausm_segment_remove_object(GstAusmSegment* self, gint64 object) {
    return gst_ausm_segment_pad_remove_object(self->sink, object);
}

static gboolean gst_ausm_segment_add_prompt(GstAusmSegment* self, const GstStructure* structure) {
    return gst_ausm_segment_pad_add_prompt(self->sink, structure);
}

static gboolean gst_ausm_segment_save_state(GstAusmSegment* self, const gchar* location) {
    return gst_ausm_segment_pad_save_state(self->sink, location);
}

static gboolean gst_ausm_segment_load_state(GstAusmSegment* self, const gchar* location) {
    return gst_ausm_segment_pad_load_state(self->sink, location);
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
            self->priv->pairs.open(result.engine, settings);
            self->priv->opened = settings.engine;
        });
    });
}

static bool gst_ausm_segment_start(GstAusmSegment* self) {
    return gst_ausm_segment_open(self, true) && guard(GST_ELEMENT(self), false, [self] {
               return gst_ausm_segment_apply(self,
                                             [self] { self->priv->pairs.start(gst_ausm_segment_settings(self)); });
           });
}

/// What is to be done with all pairs on the way down; what fails there is logged only.
static void gst_ausm_segment_down(GstAusmSegment* self, void (SegmentPairs::*step)()) {
    guard_quietly(self, true, [&] {
        (self->priv->pairs.*step)();
        return true;
    });
}

static GstStateChangeReturn gst_ausm_segment_change_state(GstElement* element, GstStateChange transition) {
    auto* self = GST_AUSM_SEGMENT(element);
    if (transition == GST_STATE_CHANGE_NULL_TO_READY && !gst_ausm_segment_open(self, false)) {
        gst_ausm_segment_down(self, &SegmentPairs::close);
        return GST_STATE_CHANGE_FAILURE;
    }
    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !gst_ausm_segment_start(self))
        return GST_STATE_CHANGE_FAILURE;
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)  // frames in the model would hold up the pads' deactivation
        gst_ausm_segment_down(self, &SegmentPairs::interrupt);
    const GstStateChangeReturn result =
        GST_ELEMENT_CLASS(gst_ausm_segment_parent_class)->change_state(element, transition);
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
        gst_ausm_segment_down(self, &SegmentPairs::deactivate);
    if (transition == GST_STATE_CHANGE_READY_TO_NULL)
        gst_ausm_segment_down(self, &SegmentPairs::close);
    return result;
}

static GstPad* gst_ausm_segment_request_new_pad(GstElement* element, GstPadTemplate*, const gchar* name,
                                                const GstCaps*) {
    auto* self = GST_AUSM_SEGMENT(element);
    return guard(element, static_cast<GstPad*>(nullptr), [&] {
        GstAusmSegmentPad* pad = nullptr;
        gst_ausm_segment_apply(self, [&] { pad = self->priv->pairs.request(name); });
        return GST_PAD_CAST(pad);
    });
}

static void gst_ausm_segment_release_pad(GstElement* element, GstPad* pad) {
    if (!guard_quietly(element, false, [&] { return GST_AUSM_SEGMENT(element)->priv->pairs.release(pad); }))
        GST_WARNING_OBJECT(pad, "has been released already");
}

/// The children are the sink pads.
static guint gst_ausm_segment_children_count(GstChildProxy* proxy) {
    const ObjectLock lock(proxy);
    return GST_ELEMENT(proxy)->numsinkpads;
}

static GObject* gst_ausm_segment_child_by_index(GstChildProxy* proxy, guint index) {
    const ObjectLock lock(proxy);
    gpointer pad = g_list_nth_data(GST_ELEMENT(proxy)->sinkpads, index);
    return pad ? G_OBJECT(gst_object_ref(pad)) : nullptr;
}

static void gst_ausm_segment_child_proxy_init(gpointer iface, gpointer) {
    auto* proxy = static_cast<GstChildProxyInterface*>(iface);
    proxy->get_children_count = gst_ausm_segment_children_count;
    proxy->get_child_by_index = gst_ausm_segment_child_by_index;
}

static void gst_ausm_segment_finalize(GObject* object) {
    delete GST_AUSM_SEGMENT(object)->priv;
    G_OBJECT_CLASS(gst_ausm_segment_parent_class)->finalize(object);
}

static void gst_ausm_segment_install_signals(GType type) {
    /**
     * GstAusmSegment::reset:
     *
     * Forgets everything of the pad `sink` before its next frame.
     */
    signals[SIGNAL_RESET] = make_action_signal("reset", type, G_CALLBACK(gst_ausm_segment_reset));
    /**
     * GstAusmSegment::remove-object:
     * @id: the object's id
     *
     * Ends an object of the pad `sink` before its next frame. FALSE when no object can have that id; the message says
     * whether it lived.
     */
    signals[SIGNAL_REMOVE_OBJECT] =
        make_action_signal("remove-object", type, G_CALLBACK(gst_ausm_segment_remove_object), G_TYPE_INT64);
    /**
     * GstAusmSegment::add-prompt:
     * @prompt: a structure named ausm-prompt, fields as in prompt.schema.json
     *
     * Shows an object on the next frame of the pad `sink`. FALSE when the prompt is malformed; the answer comes as a
     * message.
     */
    signals[SIGNAL_ADD_PROMPT] =
        make_action_signal("add-prompt", type, G_CALLBACK(gst_ausm_segment_add_prompt), GST_TYPE_STRUCTURE);
    /**
     * GstAusmSegment::save-state:
     * @location: a file, which is written as a whole or not at all
     *
     * Saves the state of the pad sink before its next frame, at the latest at its end; the message ausm-state tells how it went. FALSE for
     * an empty name, when 64 of these wait already, and when the pad has been released.
     */
    signals[SIGNAL_SAVE_STATE] =
        make_action_signal("save-state", type, G_CALLBACK(gst_ausm_segment_save_state), G_TYPE_STRING);
    /**
     * GstAusmSegment::load-state:
     * @location: a file that save-state or state-location has written
     *
     * Replaces the state of the pad sink before its next frame; a file that is damaged or belongs to another model is refused, and the
     * state stays. The message ausm-state tells how it went. FALSE as for save-state.
     */
    signals[SIGNAL_LOAD_STATE] =
        make_action_signal("load-state", type, G_CALLBACK(gst_ausm_segment_load_state), G_TYPE_STRING);
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
    element_class->request_new_pad = GST_DEBUG_FUNCPTR(gst_ausm_segment_request_new_pad);
    element_class->release_pad = GST_DEBUG_FUNCPTR(gst_ausm_segment_release_pad);
    segment_settings_install(object_class);
    g_object_class_install_property(
        object_class, PROP_STATS,
        g_param_spec_boxed("stats", "Statistics",
                           "Of the pad sink: frames, fps, latency-p50 and latency-p95 and phases in milliseconds, "
                           "objects, state-bytes, graphs (on a GPU: how the last frame was launched)",
                           GST_TYPE_STRUCTURE, static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
    g_object_class_install_property(
        object_class, PROP_STATE_LOCATION,
        g_param_spec_string(
            "state-location", "State location",
            "Of the pad sink: File from which the stream's state is loaded before the first frame, if it is there, "
            "and "
            "to which it is saved at the end",
            "", static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)));
    gst_ausm_segment_install_signals(G_TYPE_FROM_CLASS(klass));
    gst_element_class_set_static_metadata(element_class, "Video object segmenter", "Filter/Analyzer/Video",
                                          "Segments objects and follows them through the video; masks as metadata",
                                          "AUSM for GStreamer");
    const Owned<GstCaps> caps(gst_ausm_segment_caps());
    const auto add_templates = [&](const char* sink, GstPadPresence sink_presence, const char* src,
                                   GstPadPresence src_presence) {
        gst_element_class_add_pad_template(
            element_class,
            gst_pad_template_new_with_gtype(sink, GST_PAD_SINK, sink_presence, caps.get(), GST_TYPE_AUSM_SEGMENT_PAD));
        gst_element_class_add_pad_template(element_class,
                                           gst_pad_template_new(src, GST_PAD_SRC, src_presence, caps.get()));
    };
    // Links without names try pads that are there, then the first template that fits.
    add_templates("sink_%u", GST_PAD_REQUEST, "src_%u", GST_PAD_SOMETIMES);
    add_templates("sink", GST_PAD_ALWAYS, "src", GST_PAD_ALWAYS);
    gst_type_mark_as_plugin_api(GST_TYPE_AUSM_SEGMENT_PAD, static_cast<GstPluginAPIFlags>(0));
}

static void gst_ausm_segment_init(GstAusmSegment* self) {
    self->priv = new SegmentPrivate(GST_ELEMENT(self));
    self->sink = self->priv->pairs.add_always();
}
