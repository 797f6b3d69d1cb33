// SPDX-License-Identifier: MIT
// The properties of maskjson.
#include "elements/maskjson/settings.h"

namespace ausm::gst {

namespace {

enum : guint { PROP_MASKS = 1, PROP_EVERY, PROP_ONLY_CHANGES, PROP_OBJECTS, PROP_CLASSES };

constexpr auto kFlags =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);

GType masks_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(MaskForm::kNone), "No masks; boxes say where the objects are", "none"},
        {static_cast<gint>(MaskForm::kRunLengths), "COCO run lengths in their text form", "rle"},
        {static_cast<gint>(MaskForm::kPolygons), "Outlines along the borders of the map's pixels, with holes",
         "polygon"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstMaskJsonMasks", values);
    return type;
}

std::string text_of(const GValue* value) {
    const char* text = g_value_get_string(value);
    return text ? text : "";
}

bool set_list(JsonSettings& settings, std::string& list, const GValue* value) {
    list = text_of(value);
    settings.filter = ObjectFilter(settings.objects, settings.classes, "");
    return true;
}

}  // namespace

void json_settings_install(GObjectClass* klass) {
    const auto install = [klass](guint id, GParamSpec* spec) { g_object_class_install_property(klass, id, spec); };
    install(PROP_MASKS, g_param_spec_enum("masks", "Masks", "How the pixels of the objects are written", masks_type(),
                                          static_cast<gint>(MaskForm::kRunLengths), kFlags));
    gst_type_mark_as_plugin_api(masks_type(), static_cast<GstPluginAPIFlags>(0));
    install(PROP_EVERY, g_param_spec_uint("every", "Every", "A line for the first of so many frames, in turn", 1,
                                          G_MAXINT, 1, kFlags));
    install(PROP_ONLY_CHANGES,
            g_param_spec_boolean("only-changes", "Only changes",
                                 "Leave out a line that has the objects of the line before, by ids, labels and whether "
                                 "they are seen, absent or lost; and the same picture size and model",
                                 FALSE, kFlags));
    install(PROP_OBJECTS, g_param_spec_string("objects", "Objects",
                                              "Ids of the objects to write, parted by commas; these and those of "
                                              "'classes', or all when both are empty",
                                              "", kFlags));
    install(PROP_CLASSES, g_param_spec_string("classes", "Classes",
                                              "Labels of the objects to write, parted by commas; these and those of "
                                              "'objects', or all when both are empty",
                                              "", kFlags));
}

bool json_settings_set(JsonSettings& settings, guint id, const GValue* value) {
    switch (id) {
    case PROP_MASKS: settings.masks = static_cast<MaskForm>(g_value_get_enum(value)); return true;
    case PROP_EVERY: settings.every = g_value_get_uint(value); return true;
    case PROP_ONLY_CHANGES: settings.only_changes = g_value_get_boolean(value); return true;
    case PROP_OBJECTS: return set_list(settings, settings.objects, value);
    case PROP_CLASSES: return set_list(settings, settings.classes, value);
    default: return false;
    }
}

bool json_settings_get(const JsonSettings& settings, guint id, GValue* value) {
    switch (id) {
    case PROP_MASKS: g_value_set_enum(value, static_cast<gint>(settings.masks)); return true;
    case PROP_EVERY: g_value_set_uint(value, settings.every); return true;
    case PROP_ONLY_CHANGES: g_value_set_boolean(value, settings.only_changes); return true;
    case PROP_OBJECTS: g_value_set_string(value, settings.objects.c_str()); return true;
    case PROP_CLASSES: g_value_set_string(value, settings.classes.c_str()); return true;
    default: return false;
    }
}

}  // namespace ausm::gst
