// SPDX-License-Identifier: MIT
// Between the properties of maskoverlay and the plain values behind them.
#include "elements/maskoverlay/property_ids.h"
#include "elements/maskoverlay/settings.h"

namespace ausm::gst::overlay {
namespace {

std::string text(const GValue* value) {
    const char* string = g_value_get_string(value);
    return string ? string : "";
}

bool set_list(OverlaySettings& settings, std::string& list, const GValue* value) {
    list = text(value);
    settings.filter = ObjectFilter(settings.objects, settings.classes, settings.except);
    return true;
}

bool set_drawing(OverlaySettings& settings, guint id, const GValue* value) {
    switch (id) {
    case PROP_STYLE: settings.style = static_cast<StyleChoice>(g_value_get_enum(value)); return true;
    case PROP_ALPHA: settings.look.alpha = g_value_get_double(value); return true;
    case PROP_PALETTE: settings.look.palette = static_cast<Palette>(g_value_get_enum(value)); return true;
    case PROP_LABELS: settings.look.labels = g_value_get_boolean(value); return true;
    case PROP_IDS: settings.look.ids = g_value_get_boolean(value); return true;
    case PROP_BOXES: settings.look.boxes = g_value_get_boolean(value); return true;
    case PROP_TRAILS: settings.trails = g_value_get_int(value); return true;
    case PROP_SCORES: settings.look.scores = g_value_get_boolean(value); return true;
    default: return false;
    }
}

bool get_drawing(const OverlaySettings& settings, guint id, GValue* value) {
    switch (id) {
    case PROP_STYLE: g_value_set_enum(value, static_cast<gint>(settings.style)); return true;
    case PROP_ALPHA: g_value_set_double(value, settings.look.alpha); return true;
    case PROP_PALETTE: g_value_set_enum(value, static_cast<gint>(settings.look.palette)); return true;
    case PROP_LABELS: g_value_set_boolean(value, settings.look.labels); return true;
    case PROP_IDS: g_value_set_boolean(value, settings.look.ids); return true;
    case PROP_BOXES: g_value_set_boolean(value, settings.look.boxes); return true;
    case PROP_TRAILS: g_value_set_int(value, settings.trails); return true;
    case PROP_SCORES: g_value_set_boolean(value, settings.look.scores); return true;
    default: return false;
    }
}

}  // namespace

bool overlay_settings_set(OverlaySettings& settings, guint id, const GValue* value) {
    switch (id) {
    case PROP_OUTPUT: settings.output = static_cast<Output>(g_value_get_enum(value)); return true;
    case PROP_BACKGROUND_LOCATION: settings.background = text(value); return true;
    case PROP_EFFECT: settings.effect = static_cast<Effect>(g_value_get_enum(value)); return true;
    case PROP_EFFECT_ON: settings.on_background = g_value_get_enum(value) != 0; return true;
    case PROP_EFFECT_STRENGTH: settings.strength = g_value_get_double(value); return true;
    case PROP_EFFECT_COLOR: settings.colour = g_value_get_uint(value); return true;
    case PROP_MISSING: settings.missing = static_cast<Missing>(g_value_get_enum(value)); return true;
    case PROP_DILATE: settings.dilate = g_value_get_double(value); return true;
    case PROP_HOLD: settings.hold = g_value_get_int(value); return true;
    case PROP_EDGE_SMOOTH: settings.edge_smooth = g_value_get_int(value); return true;
    case PROP_TEMPORAL_SMOOTH: settings.temporal_smooth = g_value_get_double(value); return true;
    case PROP_OBJECTS: return set_list(settings, settings.objects, value);
    case PROP_CLASSES: return set_list(settings, settings.classes, value);
    case PROP_EXCEPT: return set_list(settings, settings.except, value);
    default: return set_drawing(settings, id, value);
    }
}

bool overlay_settings_get(const OverlaySettings& settings, guint id, GValue* value) {
    switch (id) {
    case PROP_OUTPUT: g_value_set_enum(value, static_cast<gint>(settings.output)); return true;
    case PROP_BACKGROUND_LOCATION: g_value_set_string(value, settings.background.c_str()); return true;
    case PROP_EFFECT: g_value_set_enum(value, static_cast<gint>(settings.effect)); return true;
    case PROP_EFFECT_ON: g_value_set_enum(value, settings.on_background ? 1 : 0); return true;
    case PROP_EFFECT_STRENGTH: g_value_set_double(value, settings.strength); return true;
    case PROP_EFFECT_COLOR: g_value_set_uint(value, settings.colour); return true;
    case PROP_MISSING: g_value_set_enum(value, static_cast<gint>(settings.missing)); return true;
    case PROP_DILATE: g_value_set_double(value, settings.dilate); return true;
    case PROP_HOLD: g_value_set_int(value, settings.hold); return true;
    case PROP_EDGE_SMOOTH: g_value_set_int(value, settings.edge_smooth); return true;
    case PROP_TEMPORAL_SMOOTH: g_value_set_double(value, settings.temporal_smooth); return true;
    case PROP_OBJECTS: g_value_set_string(value, settings.objects.c_str()); return true;
    case PROP_CLASSES: g_value_set_string(value, settings.classes.c_str()); return true;
    case PROP_EXCEPT: g_value_set_string(value, settings.except.c_str()); return true;
    default: return get_drawing(settings, id, value);
    }
}

}  // namespace ausm::gst::overlay
