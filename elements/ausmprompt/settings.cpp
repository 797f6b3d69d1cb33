// SPDX-License-Identifier: MIT
// The properties of ausmprompt.
#include "settings.h"

namespace ausm::gst {

namespace {

enum : guint {
    PROP_BOX = 1,
    PROP_POINTS,
    PROP_MASK_LOCATION,
    PROP_OBJECT,
    PROP_LABEL,
    PROP_UNIT,
    PROP_LOCATION,
    PROP_WAIT_PROMPTS,
    PROP_DETECTIONS,
    PROP_DETECTION_CLASSES,
    PROP_DETECTION_THRESHOLD
};

GType unit_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(PromptUnit::kNormalised),
         "0 is the left or upper edge of the picture, 1 the right or lower one", "normalised"},
        {static_cast<gint>(PromptUnit::kPixel), "Pixels from the left and the upper edge", "pixel"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstAusmPromptUnit", values);
    return type;
}

std::string text_of(const GValue* value) {
    const char* text = g_value_get_string(value);
    return text ? text : "";
}

GParamFlags flags(gint mutability) {
    return static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | mutability);
}

void install_text(GObjectClass* klass, guint id, const char* name, const char* nick, const char* blurb,
                  gint mutability = GST_PARAM_MUTABLE_PLAYING) {
    g_object_class_install_property(klass, id, g_param_spec_string(name, nick, blurb, "", flags(mutability)));
}

void install_standing(GObjectClass* klass) {
    install_text(klass, PROP_BOX, "box", "Box",
                 "Standing box prompt: x0,y0,x1,y1 or JSON; several, one object each, parted by ;");
    install_text(klass, PROP_POINTS, "points", "Points",
                 "Standing point prompt of one object: x,y[,label];... or JSON; label 1 inside (default), 0 outside");
    install_text(klass, PROP_MASK_LOCATION, "mask-location", "Mask location",
                 "Standing mask prompt: PNG with a palette or 8-bit greyscale; values 1 to 254 are objects; only 0 and "
                 "255, or grey with soft edges, which is cut at half, is one object");
    g_object_class_install_property(
        klass, PROP_OBJECT,
        g_param_spec_int64("object", "Object",
                           "Id of the standing prompts (0: the next free one) and of masks on prompt_sink that show "
                           "one object (0: 1)",
                           0, kMaxObject, 0, flags(GST_PARAM_MUTABLE_PLAYING)));
    install_text(klass, PROP_LABEL, "label", "Label", "Label of the standing prompts and of masks on prompt_sink");
    g_object_class_install_property(
        klass, PROP_UNIT,
        g_param_spec_enum("unit", "Unit", "Unit of box and points; pixels are those of the picture that passes here",
                          unit_type(), static_cast<gint>(PromptUnit::kNormalised), flags(GST_PARAM_MUTABLE_PLAYING)));
    gst_type_mark_as_plugin_api(unit_type(), static_cast<GstPluginAPIFlags>(0));
}

}  // namespace

void prompt_settings_install(GObjectClass* klass) {
    install_standing(klass);
    install_text(
        klass, PROP_LOCATION, "location", "Location",
        "File of prompts, one JSON object a line, with frame or time; or of lines that maskjson has written, whose "
        "objects are shown by the first line that has them",
        GST_PARAM_MUTABLE_READY);
    g_object_class_install_property(
        klass, PROP_WAIT_PROMPTS,
        g_param_spec_boolean("wait-prompts", "Wait for prompts",
                             "Whether frames wait for the mask video on prompt_sink; else a mask that comes late "
                             "belongs to the next frame",
                             TRUE, flags(GST_PARAM_MUTABLE_PLAYING)));
    g_object_class_install_property(
        klass, PROP_DETECTIONS,
        g_param_spec_boolean("detections", "Detections",
                             "Whether what other elements have found on a frame (region-of-interest or analytics "
                             "metadata) becomes prompts",
                             FALSE, flags(GST_PARAM_MUTABLE_PLAYING)));
    install_text(klass, PROP_DETECTION_CLASSES, "detection-classes", "Detection classes",
                 "Classes of detections to take, parted by commas; empty: all, also what has no class");
    g_object_class_install_property(klass, PROP_DETECTION_THRESHOLD,
                                    g_param_spec_double("detection-threshold", "Detection threshold",
                                                        "Least score of a detection; those without a score are taken",
                                                        0, 1, 0.5, flags(GST_PARAM_MUTABLE_PLAYING)));
}

bool prompt_settings_set(PromptSettings& settings, guint id, const GValue* value) {
    switch (id) {
    case PROP_BOX:
        settings.standing.box = text_of(value);
        settings.changed |= kStandingBox;
        return true;
    case PROP_POINTS:
        settings.standing.points = text_of(value);
        settings.changed |= kStandingPoints;
        return true;
    case PROP_MASK_LOCATION:
        settings.standing.mask_location = text_of(value);
        settings.changed |= kStandingMask;
        return true;
    case PROP_OBJECT: settings.standing.object = g_value_get_int64(value); return true;
    case PROP_LABEL: settings.standing.label = text_of(value); return true;
    case PROP_UNIT: settings.standing.unit = static_cast<PromptUnit>(g_value_get_enum(value)); return true;
    case PROP_LOCATION: settings.location = text_of(value); return true;
    case PROP_WAIT_PROMPTS: settings.wait_prompts = g_value_get_boolean(value); return true;
    case PROP_DETECTIONS: settings.detections.enabled = g_value_get_boolean(value); return true;
    case PROP_DETECTION_CLASSES: settings.detections.classes = text_of(value); return true;
    case PROP_DETECTION_THRESHOLD: settings.detections.threshold = g_value_get_double(value); return true;
    default: return false;
    }
}

bool prompt_settings_get(const PromptSettings& settings, guint id, GValue* value) {
    switch (id) {
    case PROP_BOX: g_value_set_string(value, settings.standing.box.c_str()); return true;
    case PROP_POINTS: g_value_set_string(value, settings.standing.points.c_str()); return true;
    case PROP_MASK_LOCATION: g_value_set_string(value, settings.standing.mask_location.c_str()); return true;
    case PROP_OBJECT: g_value_set_int64(value, settings.standing.object); return true;
    case PROP_LABEL: g_value_set_string(value, settings.standing.label.c_str()); return true;
    case PROP_UNIT: g_value_set_enum(value, static_cast<gint>(settings.standing.unit)); return true;
    case PROP_LOCATION: g_value_set_string(value, settings.location.c_str()); return true;
    case PROP_WAIT_PROMPTS: g_value_set_boolean(value, settings.wait_prompts); return true;
    case PROP_DETECTIONS: g_value_set_boolean(value, settings.detections.enabled); return true;
    case PROP_DETECTION_CLASSES: g_value_set_string(value, settings.detections.classes.c_str()); return true;
    case PROP_DETECTION_THRESHOLD: g_value_set_double(value, settings.detections.threshold); return true;
    default: return false;
    }
}

}  // namespace ausm::gst
