// SPDX-License-Identifier: MIT
// ausmprompt: brings prompts into a video stream, in front of the frame they belong to.

/**
 * SECTION:element-ausmprompt
 * @title: ausmprompt
 * @short_description: brings prompts into a video stream
 *
 * Sends serialized events named `ausm-prompt` directly in front of the frames they belong to; the frames pass
 * unchanged. It stands directly before ausmsegment: a leaky queue in between could drop a prompt.
 *
 * The properties box, points and mask-location are standing prompts: they belong to the first frame, and again to the
 * first one after a new stream or a flush; one that is changed while playing belongs to the next frame. The property
 * location names a file with one JSON object a line (prompt.schema.json has the grammar), each with `frame` (counted
 * from 0), with `time` (seconds of stream time: the first frame that ends after it) or with neither (the first frame).
 * After a flush frames are no longer counted: what is left with `frame` is refused, what has a `time` from there on is
 * due again.
 *
 * Lines that break the grammar are skipped with a warning that has line and column; a file with more than 1000 of them,
 * more than 100000 prompts or 1 GiB is an error. ausmsegment takes 1024 prompts for a frame and answers each prompt by
 * an element message `ausm-prompt`; those that are refused here are answered in the same way.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 -m videotestsrc num-buffers=10 ! video/x-raw,width=320,height=240 ! ausmprompt points=0.8,0.3 ! ausmsegment ! fakesink
 * ]| Follows the thing at a point; -m prints what becomes of it.
 * |[
 * gst-launch-1.0 -m videotestsrc num-buffers=10 ! video/x-raw,width=320,height=240 ! ausmprompt unit=pixel box="10,20,100,120;200,20,300,120" object=5 label=bar ! ausmsegment ! fakesink
 * ]| Follows two things with the ids 5 and 6, given in pixels.
 */

#include "gstausmprompt.h"

#include "gstausmpromptschedule.h"
#include "gstausmpromptstanding.h"
#include "gstausmsegmentmessage.h"

#include "gst/guard.h"
#include "gst/raii.h"

#include <utility>

GST_DEBUG_CATEGORY_STATIC(gst_ausm_prompt_debug);
#define GST_CAT_DEFAULT gst_ausm_prompt_debug

using namespace ausm::gst;

namespace {

struct PromptPrivate {
    StandingPrompts standing;  // under the object lock
    std::string location;      // under the object lock
    guint changed = 0;         // standing kinds set since the last frame; under the object lock
    PromptSchedule schedule;   // streaming thread, or stopped
    bool standing_due = true;  // streaming thread, or stopped
    GstClockTime frame_duration = GST_CLOCK_TIME_NONE;  // of the caps; streaming thread
};

}  // namespace

struct _GstAusmPrompt {
    GstBaseTransform parent;
    PromptPrivate* priv;
};

enum { PROP_BOX = 1, PROP_POINTS, PROP_MASK_LOCATION, PROP_OBJECT, PROP_LABEL, PROP_UNIT, PROP_LOCATION };

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw(ANY)"));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw(ANY)"));

G_DEFINE_FINAL_TYPE_WITH_CODE(GstAusmPrompt, gst_ausm_prompt, GST_TYPE_BASE_TRANSFORM,
                              GST_DEBUG_CATEGORY_INIT(gst_ausm_prompt_debug, "ausmprompt", 0,
                                                      "brings prompts into the stream"))
GST_ELEMENT_REGISTER_DEFINE(ausmprompt, "ausmprompt", GST_RANK_NONE, GST_TYPE_AUSM_PROMPT)

static GType gst_ausm_prompt_unit_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(PromptUnit::kNormalised),
         "0 is the left or upper edge of the picture, 1 the right or lower one", "normalised"},
        {static_cast<gint>(PromptUnit::kPixel), "Pixels from the left and the upper edge", "pixel"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstAusmPromptUnit", values);
    return type;
}

static std::string gst_ausm_prompt_text(const GValue* value) {
    const char* text = g_value_get_string(value);
    return text ? text : "";
}

/// Under the object lock. False: no such property.
static bool gst_ausm_prompt_store(PromptPrivate& priv, guint id, const GValue* value) {
    switch (id) {
    case PROP_BOX:
        priv.standing.box = gst_ausm_prompt_text(value);
        priv.changed |= kStandingBox;
        return true;
    case PROP_POINTS:
        priv.standing.points = gst_ausm_prompt_text(value);
        priv.changed |= kStandingPoints;
        return true;
    case PROP_MASK_LOCATION:
        priv.standing.mask_location = gst_ausm_prompt_text(value);
        priv.changed |= kStandingMask;
        return true;
    case PROP_OBJECT: priv.standing.object = g_value_get_int64(value); return true;
    case PROP_LABEL: priv.standing.label = gst_ausm_prompt_text(value); return true;
    case PROP_UNIT: priv.standing.unit = static_cast<PromptUnit>(g_value_get_enum(value)); return true;
    case PROP_LOCATION: priv.location = gst_ausm_prompt_text(value); return true;
    default: return false;
    }
}

static void gst_ausm_prompt_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
    auto* self = GST_AUSM_PROMPT(object);
    const bool known = guard_quietly(self, true, [&] {
        const ObjectLock lock(self);
        return gst_ausm_prompt_store(*self->priv, id, value);
    });
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_ausm_prompt_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
    auto* self = GST_AUSM_PROMPT(object);
    const ObjectLock lock(self);
    const StandingPrompts& standing = self->priv->standing;
    switch (id) {
    case PROP_BOX: g_value_set_string(value, standing.box.c_str()); break;
    case PROP_POINTS: g_value_set_string(value, standing.points.c_str()); break;
    case PROP_MASK_LOCATION: g_value_set_string(value, standing.mask_location.c_str()); break;
    case PROP_OBJECT: g_value_set_int64(value, standing.object); break;
    case PROP_LABEL: g_value_set_string(value, standing.label.c_str()); break;
    case PROP_UNIT: g_value_set_enum(value, static_cast<gint>(standing.unit)); break;
    case PROP_LOCATION: g_value_set_string(value, self->priv->location.c_str()); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec); break;
    }
}

static bool gst_ausm_prompt_load(GstAusmPrompt* self, const std::string& location) {
    BadLines bad;
    std::string error;
    if (!self->priv->schedule.load(location, bad, error)) {
        GST_ELEMENT_ERROR(self, RESOURCE, READ,
                          ("The prompts in '%s' cannot be read: %s.", location.c_str(), error.c_str()),
                          ("Set the property location to a file with one JSON object a line."));
        return false;
    }
    for (const std::string& line : bad.first)
        GST_ELEMENT_WARNING(self, STREAM, DECODE, ("A prompt was skipped: %s, %s", location.c_str(), line.c_str()),
                            (nullptr));
    if (bad.count > bad.first.size())
        GST_ELEMENT_WARNING(
            self, STREAM, DECODE,
            ("%" G_GSIZE_FORMAT " more prompts of %s were skipped.", bad.count - bad.first.size(), location.c_str()),
            (nullptr));
    return true;
}

static gboolean gst_ausm_prompt_start(GstBaseTransform* base) {
    auto* self = GST_AUSM_PROMPT(base);
    return guard(GST_ELEMENT(self), false, [self] {
        StandingPrompts standing;
        std::string location;
        {
            const ObjectLock lock(self);
            standing = self->priv->standing;
            location = self->priv->location;
        }
        const auto lines = standing.lines(kStandingAll);
        if (const auto* wrong = std::get_if<std::string>(&lines)) {
            GST_ELEMENT_ERROR(self, RESOURCE, SETTINGS, ("The prompt cannot be used: %s.", wrong->c_str()), (nullptr));
            return false;
        }
        self->priv->standing_due = true;
        self->priv->frame_duration = GST_CLOCK_TIME_NONE;
        return gst_ausm_prompt_load(self, location);
    });
}

static gboolean gst_ausm_prompt_set_caps(GstBaseTransform* base, GstCaps* caps, GstCaps*) {
    PromptPrivate& priv = *GST_AUSM_PROMPT(base)->priv;
    gint n = 0;
    gint d = 0;
    const bool known =
        gst_structure_get_fraction(gst_caps_get_structure(caps, 0), "framerate", &n, &d) && n > 0 && d > 0;
    priv.frame_duration = known ? gst_util_uint64_scale_int(GST_SECOND, d, n) : GST_CLOCK_TIME_NONE;
    return TRUE;
}

static gboolean gst_ausm_prompt_sink_event(GstBaseTransform* base, GstEvent* event) {
    PromptPrivate& priv = *GST_AUSM_PROMPT(base)->priv;
    if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START)
        priv.schedule.restart();
    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP)
        priv.schedule.flush();
    if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START || GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP)
        priv.standing_due = true;
    return GST_BASE_TRANSFORM_CLASS(gst_ausm_prompt_parent_class)->sink_event(base, event);
}

static void gst_ausm_prompt_send(GstAusmPrompt* self, const PromptLine& line) {
    GST_DEBUG_OBJECT(self, "sending %s for object %" G_GINT64_FORMAT, op_name(line.op), line.object);
    gst_pad_push_event(GST_BASE_TRANSFORM_SRC_PAD(self),
                       gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, prompt_structure(line)));
}

static void gst_ausm_prompt_send_standing(GstAusmPrompt* self) {
    StandingPrompts standing;
    guint kinds = 0;
    {
        const ObjectLock lock(self);
        kinds = std::exchange(self->priv->changed, 0);
        if (self->priv->standing_due)
            kinds = kStandingAll;
        if (kinds != 0)
            standing = self->priv->standing;
    }
    self->priv->standing_due = false;
    if (kinds == 0)
        return;
    for (const guint kind : {kStandingMask, kStandingBox, kStandingPoints}) {
        const auto lines = standing.lines(kinds & kind);  // one that cannot be used does not cost the others
        if (const auto* wrong = std::get_if<std::string>(&lines))
            GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("The prompt cannot be used: %s.", wrong->c_str()),
                                (nullptr));
        else
            for (const PromptLine& line : std::get<std::vector<PromptLine>>(lines))
                gst_ausm_prompt_send(self, line);
    }
}

static void gst_ausm_prompt_send_due(GstAusmPrompt* self, GstBuffer* buffer) {
    const GstSegment* segment = &GST_BASE_TRANSFORM(self)->segment;
    GstClockTime start = GST_CLOCK_TIME_NONE;
    if (segment->format == GST_FORMAT_TIME)
        start = gst_segment_to_stream_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    const GstClockTime duration =
        GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : self->priv->frame_duration;
    const bool has_end = GST_CLOCK_TIME_IS_VALID(start) && GST_CLOCK_TIME_IS_VALID(duration);
    const DuePrompts due = self->priv->schedule.next(start, has_end ? start + duration : GST_CLOCK_TIME_NONE);
    for (const auto& refused : due.refused)
        post_answer(GST_ELEMENT(self), GST_PAD_NAME(GST_BASE_TRANSFORM_SINK_PAD(self)),
                    {false, refused.line.object, refused.line.ref, refused.reason});
    for (const PromptLine& line : due.lines)
        gst_ausm_prompt_send(self, line);
}

static GstFlowReturn gst_ausm_prompt_transform_ip(GstBaseTransform* base, GstBuffer* buffer) {
    auto* self = GST_AUSM_PROMPT(base);
    return guard(GST_ELEMENT(self), GST_FLOW_ERROR, [&] {
        gst_ausm_prompt_send_standing(self);
        gst_ausm_prompt_send_due(self, buffer);
        return GST_FLOW_OK;
    });
}

static void gst_ausm_prompt_finalize(GObject* object) {
    delete GST_AUSM_PROMPT(object)->priv;
    G_OBJECT_CLASS(gst_ausm_prompt_parent_class)->finalize(object);
}

static void gst_ausm_prompt_install_properties(GObjectClass* klass) {
    const auto flags = [](gint mutability) {
        return static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | mutability);
    };
    g_object_class_install_property(
        klass, PROP_BOX,
        g_param_spec_string("box", "Box",
                            "Standing box prompt: x0,y0,x1,y1 or JSON; several, one object each, parted by ;", "",
                            flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_POINTS,
        g_param_spec_string(
            "points", "Points",
            "Standing point prompt of one object: x,y[,label];... or JSON; label 1 inside (default), 0 outside", "",
            flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(klass, PROP_MASK_LOCATION,
                                    g_param_spec_string("mask-location", "Mask location",
                                                        "Standing mask prompt: PNG with a palette or 8-bit greyscale; "
                                                        "values 1 to 254 are objects, only 0 and 255 one object",
                                                        "", flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_OBJECT,
        g_param_spec_int64("object", "Object", "Id of the standing prompts; 0: the next free one", 0, kMaxObject, 0,
                           flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_LABEL,
        g_param_spec_string("label", "Label", "Label of the standing prompts", "", flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_UNIT,
        g_param_spec_enum("unit", "Unit", "Unit of box and points", gst_ausm_prompt_unit_type(),
                          static_cast<gint>(PromptUnit::kNormalised), flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_LOCATION,
        g_param_spec_string("location", "Location", "File of prompts, one JSON object a line, with frame or time", "",
                            flags(GST_PARAM_MUTABLE_READY)));
    gst_type_mark_as_plugin_api(gst_ausm_prompt_unit_type(), static_cast<GstPluginAPIFlags>(0));
}

static void gst_ausm_prompt_class_init(GstAusmPromptClass* klass) {
    auto* object_class = G_OBJECT_CLASS(klass);
    auto* element_class = GST_ELEMENT_CLASS(klass);
    auto* base_class = GST_BASE_TRANSFORM_CLASS(klass);
    object_class->set_property = gst_ausm_prompt_set_property;
    object_class->get_property = gst_ausm_prompt_get_property;
    object_class->finalize = gst_ausm_prompt_finalize;
    base_class->start = GST_DEBUG_FUNCPTR(gst_ausm_prompt_start);
    base_class->set_caps = GST_DEBUG_FUNCPTR(gst_ausm_prompt_set_caps);
    base_class->sink_event = GST_DEBUG_FUNCPTR(gst_ausm_prompt_sink_event);
    base_class->transform_ip = GST_DEBUG_FUNCPTR(gst_ausm_prompt_transform_ip);
    base_class->transform_ip_on_passthrough = TRUE;
    gst_ausm_prompt_install_properties(object_class);
    gst_element_class_set_static_metadata(element_class, "Prompts for the segmenter", "Filter/Metadata/Video",
                                          "Brings prompts into the stream, in front of the frame they belong to",
                                          "AUSM for GStreamer");
    gst_element_class_add_static_pad_template(element_class, &sink_template);
    gst_element_class_add_static_pad_template(element_class, &src_template);
}

static void gst_ausm_prompt_init(GstAusmPrompt* self) {
    self->priv = new PromptPrivate;
    gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
}
