// SPDX-License-Identifier: MIT
// maskoverlay: draws the masks that a picture's metadata says, hides by them, or cuts out.

/**
 * SECTION:element-maskoverlay
 * @title: maskoverlay
 * @short_description: draws segmentation masks, or hides what they show
 *
 * Draws the objects that #GstAusmMeta names onto the picture: their areas, their contours, and a label with name, id
 * and score. An object keeps its colour for as long as it lives. Works in place and in the picture's own format, YUV
 * included. The masks are scaled to the picture, so the picture may be scaled after the segmentation; pictures without
 * metadata pass unchanged, with a warning when ausmsegment upstream gave them some that were dropped on the way. The
 * alpha channel of RGBA and BGRA is never changed.
 *
 * ## Hiding
 * With an effect (blur, pixelate, solid, replace) the objects, or all but the objects, are hidden. Whatever their masks say is
 * hidden wholly; #GstMaskOverlay:dilate, #GstMaskOverlay:hold, #GstMaskOverlay:edge-smooth and
 * #GstMaskOverlay:temporal-smooth only add to it. A picture whose masks cannot be relied on is hidden as a whole, and a
 * warning says why: no masks, malformed ones, masks older than #GstMaskOverlay:hold pictures or carried over from
 * before the first picture, masks of a picture of another shape. A picture that cannot be written to is left out.
 * #GstMaskOverlay:missing changes that. What the model does not see is not hidden.
 *
 * Blur and pixelate leave of a hidden area nothing but the means of squares, which are #GstMaskOverlay:effect-strength
 * of the picture's height wide. Blur joins them smoothly. Replace shows another picture, that of
 * #GstMaskOverlay:background-location or those that come on the request pad background_sink. Until the first of these has
 * come, the video waits for two seconds at most; then #GstMaskOverlay:background-location, else
 * #GstMaskOverlay:effect-color, stands for it, and a warning says so. When they stop coming, the last one stays. Pictures
 * in CUDA memory go through cudadownload first.
 *
 * ## Mattes and masks
 * #GstMaskOverlay:output = matte gives the objects cut out, with alpha; where nothing of an object is, no colour is left
 * either. #GstMaskOverlay:output = mask gives the label map, scaled to the picture without mixing its values.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! ausmsegment ! maskoverlay alpha=0.4 ! videoconvert ! autovideosink
 * gst-launch-1.0 videotestsrc num-buffers=30 ! ausmsegment ! maskoverlay effect=blur ids=false labels=false ! videoconvert ! autovideosink
 * gst-launch-1.0 videotestsrc num-buffers=30 ! ausmsegment ! maskoverlay output=matte ! videoconvert ! pngenc ! fakesink
 * gst-launch-1.0 maskoverlay name=m effect=replace effect-on=background ! videoconvert ! autovideosink videotestsrc num-buffers=30 ! ausmsegment ! queue ! m.sink videotestsrc pattern=ball num-buffers=30 ! queue ! m.background_sink
 * ]|
 */

#include "gstmaskoverlay.h"

#include "elements/maskoverlay/background_feed.h"
#include "elements/maskoverlay/background_pad.h"
#include "elements/maskoverlay/stream.h"
#include "gst/gstausmmeta.h"
#include "gst/raii.h"

#include <optional>
#include <string>

GST_DEBUG_CATEGORY(gst_mask_overlay_debug);
#define GST_CAT_DEFAULT gst_mask_overlay_debug

#include "gst/guard.h"

using ausm::gst::guard;
using ausm::gst::guard_quietly;
using ausm::gst::ObjectLock;
using ausm::gst::overlay::BackgroundFeed;
using ausm::gst::overlay::Output;
using ausm::gst::overlay::OverlaySettings;
using ausm::gst::overlay::OverlayStream;

namespace {

struct State {
    explicit State(GstBaseTransform* element) : stream(element) {}

    OverlaySettings settings;      ///< guarded by the object lock
    std::optional<Output> output;  ///< what was chosen when the element was started; guarded by the object lock
    BackgroundFeed feed;
    OverlayStream stream;  ///< belongs to the streaming thread
};

}  // namespace

struct _GstMaskOverlay {
    GstVideoFilter parent;
    State* state;
};

G_DEFINE_TYPE(GstMaskOverlay, gst_mask_overlay, GST_TYPE_VIDEO_FILTER)
GST_ELEMENT_REGISTER_DEFINE(maskoverlay, "maskoverlay", GST_RANK_NONE, GST_TYPE_MASK_OVERLAY)

static void gst_mask_overlay_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
    const bool known = guard_quietly(object, true, [&] {
        const ObjectLock lock(object);
        return overlay_settings_set(GST_MASK_OVERLAY(object)->state->settings, id, value);
    });
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_mask_overlay_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
    const bool known = guard_quietly(object, true, [&] {
        const ObjectLock lock(object);
        return overlay_settings_get(GST_MASK_OVERLAY(object)->state->settings, id, value);
    });
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

/// The output is that of the start, whatever was set meanwhile.
static OverlaySettings gst_mask_overlay_settings(gpointer self) {
    const ObjectLock lock(self);
    const State& state = *GST_MASK_OVERLAY(self)->state;
    OverlaySettings settings = state.settings;
    settings.output = state.output.value_or(settings.output);
    settings.has_background_pad = state.feed.is_linked();
    return settings;
}

/// False, with an error on the bus, when the settings contradict each other.
static bool gst_mask_overlay_check(GstMaskOverlay* self, const OverlaySettings& settings) {
    const std::string wrong = contradiction(settings);
    if (!wrong.empty())
        GST_ELEMENT_ERROR(self, LIBRARY, SETTINGS, ("%s.", wrong.c_str()),
                          ("See the properties output, effect and background-location."));
    return wrong.empty();
}

static gboolean gst_mask_overlay_start(GstBaseTransform* transform) {
    auto* self = GST_MASK_OVERLAY(transform);
    return guard(GST_ELEMENT(transform), gboolean{FALSE}, [&]() -> gboolean {
        const OverlaySettings settings = gst_mask_overlay_settings(self);
        if (!settings.filter.error().empty()) {
            GST_ELEMENT_ERROR(self, LIBRARY, SETTINGS, ("%s.", settings.filter.error().c_str()),
                              ("%s", ausm::gst::kObjectListHint));
            return FALSE;
        }
        if (!gst_mask_overlay_check(self, settings))
            return FALSE;
        const std::string wrong = self->state->stream.start(settings);
        if (!wrong.empty()) {
            GST_ELEMENT_ERROR(self, RESOURCE, NOT_FOUND, ("%s.", wrong.c_str()),
                              ("Set background-location to a PNG or JPEG that can be read."));
            return FALSE;
        }
        {
            const ObjectLock lock(self);
            self->state->output = settings.output;
        }
        return TRUE;
    });
}

static gboolean gst_mask_overlay_stop(GstBaseTransform* transform) {
    const ObjectLock lock(transform);
    GST_MASK_OVERLAY(transform)->state->output.reset();
    return TRUE;
}

static gboolean gst_mask_overlay_set_info(GstVideoFilter* filter, GstCaps*, GstVideoInfo* in, GstCaps*,
                                          GstVideoInfo* out) {
    return guard(GST_ELEMENT(filter), FALSE, [&] {
        GST_MASK_OVERLAY(filter)->state->stream.set_info(gst_mask_overlay_settings(filter).output, *in, *out);
        return TRUE;
    });
}

/// The video filter takes every filter without its own kind of transform for one that works in place.
static gboolean gst_mask_overlay_set_caps(GstBaseTransform* transform, GstCaps* in, GstCaps* out) {
    const gboolean done = GST_BASE_TRANSFORM_CLASS(gst_mask_overlay_parent_class)->set_caps(transform, in, out);
    gst_base_transform_set_in_place(transform, gst_mask_overlay_settings(transform).output == Output::kPicture);
    return done;
}

static GstCaps* gst_mask_overlay_transform_caps(GstBaseTransform* transform, GstPadDirection direction, GstCaps* caps,
                                                GstCaps* filter) {
    const ausm::gst::Owned<GstCaps> others(
        ausm::gst::overlay::other_caps(gst_mask_overlay_settings(transform).output, direction, caps));
    return filter ? gst_caps_intersect_full(filter, others.get(), GST_CAPS_INTERSECT_FIRST)
                  : gst_caps_ref(others.get());
}

static GstCaps* gst_mask_overlay_fixate_caps(GstBaseTransform* transform, GstPadDirection direction, GstCaps* caps,
                                             GstCaps* others) {
    return ausm::gst::overlay::fixed_other_caps(gst_mask_overlay_settings(transform).output, direction, caps, others);
}

/// Of buffers that are allocated; those that come may be padded, which the video filter's own does not allow for.
static gboolean gst_mask_overlay_transform_size(GstBaseTransform*, GstPadDirection, GstCaps*, gsize, GstCaps* others,
                                                gsize* size) {
    GstVideoInfo info;
    if (!gst_video_info_from_caps(&info, others))
        return FALSE;
    *size = info.size;
    return TRUE;
}

static gboolean gst_mask_overlay_sink_event(GstBaseTransform* transform, GstEvent* event) {
    State& state = *GST_MASK_OVERLAY(transform)->state;
    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START)
        state.feed.start_video_flush();
    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP)
        state.feed.stop_video_flush();
    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP || GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START)
        state.stream.restart();
    return GST_BASE_TRANSFORM_CLASS(gst_mask_overlay_parent_class)->sink_event(transform, event);
}

static void gst_mask_overlay_before_transform(GstBaseTransform* transform, GstBuffer* buffer) {
    if (transform->segment.format != GST_FORMAT_TIME)
        return;
    const GstClockTime time = gst_segment_to_stream_time(&transform->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (GST_CLOCK_TIME_IS_VALID(time))
        gst_object_sync_values(GST_OBJECT(transform), time);
}

/// False: the video is being flushed. What waited is woken before the flush is downstream, and must not get ahead of it.
static bool gst_mask_overlay_take_background(GstMaskOverlay* self, GstBuffer* buffer) {
    const GstSegment& segment = GST_BASE_TRANSFORM(self)->segment;
    const GstClockTime time = segment.format == GST_FORMAT_TIME
                                  ? gst_segment_to_running_time(&segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer))
                                  : GST_CLOCK_TIME_NONE;
    const auto behind = self->state->feed.picture_at(time);
    if (!behind.flushed)
        self->state->stream.show_background(behind);
    return !behind.flushed;
}

static GstFlowReturn gst_mask_overlay_transform_ip(GstBaseTransform* transform, GstBuffer* buffer) {
    auto* self = GST_MASK_OVERLAY(transform);
    return guard(GST_ELEMENT(transform), GST_FLOW_ERROR, [&] {
        const OverlaySettings settings = gst_mask_overlay_settings(self);
        if (settings.has_background_pad && !gst_mask_overlay_take_background(self, buffer))
            return GST_FLOW_FLUSHING;
        return self->state->stream.draw(buffer, settings);
    });
}

static GstFlowReturn gst_mask_overlay_transform(GstBaseTransform* transform, GstBuffer* in, GstBuffer* out) {
    auto* self = GST_MASK_OVERLAY(transform);
    return guard(GST_ELEMENT(transform), GST_FLOW_ERROR, [&] {
        const OverlaySettings settings = gst_mask_overlay_settings(self);
        if (!gst_mask_overlay_check(self, settings))
            return GST_FLOW_ERROR;
        ausm::gst::copy_meta(out, in);
        return settings.output == Output::kMatte ? self->state->stream.make_matte(in, out, settings)
                                                 : self->state->stream.make_mask(in, out, settings);
    });
}

static GstPad* gst_mask_overlay_request_new_pad(GstElement* element, GstPadTemplate* pad_template, const gchar*,
                                                const GstCaps*) {
    State& state = *GST_MASK_OVERLAY(element)->state;
    if (state.feed.is_linked()) {
        GST_WARNING_OBJECT(element, "there is one pad background_sink only");
        return nullptr;
    }
    GstPad* pad = guard(element, static_cast<GstPad*>(nullptr),
                        [&] { return ausm::gst::overlay::background_pad_new(pad_template, state.feed); });
    if (!pad)
        return nullptr;
    state.feed.link();
    gst_pad_set_active(pad, TRUE);
    gst_element_add_pad(element, pad);
    return pad;
}

static void gst_mask_overlay_release_pad(GstElement* element, GstPad* pad) {
    GST_MASK_OVERLAY(element)->state->feed.unlink();  // wakes who waits for it or in it
    gst_pad_set_active(pad, FALSE);
    gst_element_remove_pad(element, pad);
}

static GstStateChangeReturn gst_mask_overlay_change_state(GstElement* element, GstStateChange transition) {
    BackgroundFeed& feed = GST_MASK_OVERLAY(element)->state->feed;
    if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
        feed.start();
    if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
        feed.stop();  // who waits would hold up the pads' deactivation
    return GST_ELEMENT_CLASS(gst_mask_overlay_parent_class)->change_state(element, transition);
}

static void gst_mask_overlay_finalize(GObject* object) {
    delete GST_MASK_OVERLAY(object)->state;
    G_OBJECT_CLASS(gst_mask_overlay_parent_class)->finalize(object);
}

static void gst_mask_overlay_class_init(GstMaskOverlayClass* klass) {
    auto* object_class = G_OBJECT_CLASS(klass);
    auto* element_class = GST_ELEMENT_CLASS(klass);
    auto* transform_class = GST_BASE_TRANSFORM_CLASS(klass);
    GST_DEBUG_CATEGORY_INIT(gst_mask_overlay_debug, "maskoverlay", 0, "drawing of segmentation masks");
    object_class->set_property = gst_mask_overlay_set_property;
    object_class->get_property = gst_mask_overlay_get_property;
    object_class->finalize = gst_mask_overlay_finalize;
    ausm::gst::overlay::overlay_settings_install(object_class);
    element_class->request_new_pad = gst_mask_overlay_request_new_pad;
    element_class->release_pad = gst_mask_overlay_release_pad;
    element_class->change_state = gst_mask_overlay_change_state;
    transform_class->start = gst_mask_overlay_start;
    transform_class->sink_event = gst_mask_overlay_sink_event;
    transform_class->before_transform = gst_mask_overlay_before_transform;
    transform_class->stop = gst_mask_overlay_stop;
    transform_class->set_caps = gst_mask_overlay_set_caps;
    transform_class->transform_caps = gst_mask_overlay_transform_caps;
    transform_class->fixate_caps = gst_mask_overlay_fixate_caps;
    transform_class->transform_size = gst_mask_overlay_transform_size;
    // Not the video filter's own: they believe the buffer's GstVideoMeta.
    transform_class->transform = gst_mask_overlay_transform;
    transform_class->transform_ip = gst_mask_overlay_transform_ip;
    GST_VIDEO_FILTER_CLASS(klass)->set_info = gst_mask_overlay_set_info;
    gst_element_class_set_static_metadata(element_class, "Mask overlay", "Filter/Effect/Visualization/Video",
                                          "Draws the objects that ausmsegment found onto the picture, or hides them",
                                          "AUSM for GStreamer");
    const auto add_pad = [&](const char* name, GstPadDirection direction, GstPadPresence presence, const char* text) {
        const ausm::gst::Owned<GstCaps> caps(gst_caps_from_string(text));
        gst_element_class_add_pad_template(element_class, gst_pad_template_new(name, direction, presence, caps.get()));
    };
    add_pad("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_VIDEO_CAPS_MAKE("{ " GST_AUSM_DRAWN_FORMATS " }"));
    add_pad("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_VIDEO_CAPS_MAKE(GST_AUSM_OVERLAY_FORMATS));
    add_pad("background_sink", GST_PAD_SINK, GST_PAD_REQUEST, GST_VIDEO_CAPS_MAKE("{ " GST_AUSM_DRAWN_FORMATS " }"));
}

static void gst_mask_overlay_init(GstMaskOverlay* self) {
    self->state = new State(GST_BASE_TRANSFORM(self));
    gst_base_transform_set_in_place(GST_BASE_TRANSFORM(self), TRUE);
}
