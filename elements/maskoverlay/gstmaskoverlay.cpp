// SPDX-License-Identifier: MIT
// maskoverlay: draws the masks that a picture's metadata says, or hides by them.

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
 * With an effect (blur, pixelate, solid) the objects, or all but the objects, are hidden. Whatever their masks say is
 * hidden wholly; #GstMaskOverlay:dilate, #GstMaskOverlay:hold, #GstMaskOverlay:edge-smooth and
 * #GstMaskOverlay:temporal-smooth only add to it. A picture whose masks cannot be relied on is hidden as a whole, and a
 * warning says why: no masks, malformed ones, masks older than #GstMaskOverlay:hold pictures or carried over from
 * before the first picture, masks of a picture of another shape. A picture that cannot be written to is left out.
 * #GstMaskOverlay:missing changes that. What the model does not see is not hidden.
 *
 * Blur and pixelate leave of a hidden area nothing but the means of squares, which are #GstMaskOverlay:effect-strength
 * of the picture's height wide. Blur joins them smoothly. Pictures in CUDA memory go through cudadownload first.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! ausmsegment ! maskoverlay alpha=0.4 ! videoconvert ! autovideosink
 * gst-launch-1.0 videotestsrc num-buffers=30 ! ausmsegment ! maskoverlay effect=blur ids=false labels=false ! videoconvert ! autovideosink
 * ]|
 */

#include "gstmaskoverlay.h"

#include "elements/maskoverlay/stream.h"
#include "gst/gstausmframe.h"
#include "gst/raii.h"

GST_DEBUG_CATEGORY(gst_mask_overlay_debug);
#define GST_CAT_DEFAULT gst_mask_overlay_debug

#include "gst/guard.h"

using ausm::gst::guard;
using ausm::gst::guard_quietly;
using ausm::gst::ObjectLock;
using ausm::gst::overlay::OverlaySettings;
using ausm::gst::overlay::OverlayStream;

namespace {

struct State {
    explicit State(GstBaseTransform* element) : stream(element) {}

    OverlaySettings settings;  ///< guarded by the object lock
    OverlayStream stream;      ///< belongs to the streaming thread
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

static OverlaySettings gst_mask_overlay_settings(GstMaskOverlay* self) {
    const ObjectLock lock(self);
    return self->state->settings;
}

static gboolean gst_mask_overlay_start(GstBaseTransform* transform) {
    auto* self = GST_MASK_OVERLAY(transform);
    return guard(GST_ELEMENT(transform), gboolean{FALSE}, [&]() -> gboolean {
        const OverlaySettings settings = gst_mask_overlay_settings(self);
        if (!settings.filter.error().empty()) {
            GST_ELEMENT_ERROR(self, RESOURCE, SETTINGS, ("%s.", settings.filter.error().c_str()),
                              ("Ids are whole numbers from 1, parted by commas; labels belong into 'classes'."));
            return FALSE;
        }
        self->state->stream.start();
        return TRUE;
    });
}

static gboolean gst_mask_overlay_set_info(GstVideoFilter* filter, GstCaps*, GstVideoInfo* info, GstCaps*,
                                          GstVideoInfo*) {
    return guard(GST_ELEMENT(filter), FALSE, [&] {
        GST_MASK_OVERLAY(filter)->state->stream.set_info(*info);
        return TRUE;
    });
}

static gboolean gst_mask_overlay_sink_event(GstBaseTransform* transform, GstEvent* event) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP || GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START)
        GST_MASK_OVERLAY(transform)->state->stream.restart();
    return GST_BASE_TRANSFORM_CLASS(gst_mask_overlay_parent_class)->sink_event(transform, event);
}

static void gst_mask_overlay_before_transform(GstBaseTransform* transform, GstBuffer* buffer) {
    if (transform->segment.format != GST_FORMAT_TIME)
        return;
    const GstClockTime time = gst_segment_to_stream_time(&transform->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (GST_CLOCK_TIME_IS_VALID(time))
        gst_object_sync_values(GST_OBJECT(transform), time);
}

static GstFlowReturn gst_mask_overlay_transform_ip(GstBaseTransform* transform, GstBuffer* buffer) {
    auto* self = GST_MASK_OVERLAY(transform);
    return guard(GST_ELEMENT(transform), GST_FLOW_ERROR,
                 [&] { return self->state->stream.draw(buffer, gst_mask_overlay_settings(self)); });
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
    transform_class->start = gst_mask_overlay_start;
    transform_class->sink_event = gst_mask_overlay_sink_event;
    transform_class->before_transform = gst_mask_overlay_before_transform;
    // Not the video filter's own: they believe the buffer's GstVideoMeta.
    transform_class->transform = nullptr;
    transform_class->transform_ip = gst_mask_overlay_transform_ip;
    GST_VIDEO_FILTER_CLASS(klass)->set_info = gst_mask_overlay_set_info;
    gst_element_class_set_static_metadata(element_class, "Mask overlay", "Filter/Effect/Visualization/Video",
                                          "Draws the objects that ausmsegment found onto the picture, or hides them",
                                          "AUSM for GStreamer");
    GstCaps* caps = gst_caps_from_string(GST_VIDEO_CAPS_MAKE(GST_AUSM_FORMATS));
    gst_element_class_add_pad_template(element_class, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
    gst_element_class_add_pad_template(element_class, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
    gst_caps_unref(caps);
}

static void gst_mask_overlay_init(GstMaskOverlay* self) { self->state = new State(GST_BASE_TRANSFORM(self)); }
