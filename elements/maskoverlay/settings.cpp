// SPDX-License-Identifier: MIT
// The properties of maskoverlay: their declaration, and the plain values behind them.
#include "elements/maskoverlay/settings.h"

#include <algorithm>
#include <cmath>

namespace ausm::gst::overlay {
namespace {

constexpr double kObjectDilate = 0.01;  // of the height: what masks are off by at most, for the most part
constexpr int kRowsPerSoftPixel = 360;

enum : guint {
    PROP_STYLE = 1,
    PROP_ALPHA,
    PROP_PALETTE,
    PROP_LABELS,
    PROP_IDS,
    PROP_SCORES,
    PROP_EFFECT,
    PROP_EFFECT_ON,
    PROP_EFFECT_STRENGTH,
    PROP_EFFECT_COLOR,
    PROP_MISSING,
    PROP_DILATE,
    PROP_HOLD,
    PROP_EDGE_SMOOTH,
    PROP_TEMPORAL_SMOOTH,
    PROP_OBJECTS,
    PROP_CLASSES,
    PROP_EXCEPT,
    PROP_OUTPUT,
    PROP_BACKGROUND_LOCATION,
};

GType style_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(StyleChoice::kFill), "Areas", "fill"},
        {static_cast<gint>(StyleChoice::kContour), "Contours", "contour"},
        {static_cast<gint>(StyleChoice::kBoth), "Areas and contours", "both"},
        {static_cast<gint>(StyleChoice::kNone), "Neither", "none"},
        {static_cast<gint>(StyleChoice::kAuto), "Both with effect=overlay, neither with another effect", "auto"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstMaskOverlayStyle", values);
    return type;
}

GType palette_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(Palette::kDavis), "Colours of the DAVIS data set", "davis"},
        {static_cast<gint>(Palette::kVivid), "Bright colours", "vivid"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstMaskOverlayPalette", values);
    return type;
}

GType effect_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(Effect::kOverlay), "Nothing is hidden; the masks are drawn", "overlay"},
        {static_cast<gint>(Effect::kBlur), "Smooth, without detail", "blur"},
        {static_cast<gint>(Effect::kPixelate), "Large squares", "pixelate"},
        {static_cast<gint>(Effect::kSolid), "One colour", "solid"},
        {static_cast<gint>(Effect::kReplace), "Another picture", "replace"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstMaskOverlayEffect", values);
    return type;
}

GType output_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(Output::kPicture), "The picture, drawn on", "picture"},
        {static_cast<gint>(Output::kMatte), "The objects cut out: a picture with alpha", "matte"},
        {static_cast<gint>(Output::kMask), "The label map as a grey picture, values as in the metadata", "mask"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstMaskOverlayOutput", values);
    return type;
}

GType effect_on_type() {
    static const GEnumValue values[] = {
        {0, "The objects", "objects"},
        {1, "Everything but the objects", "background"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstMaskOverlayEffectOn", values);
    return type;
}

GType missing_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(Missing::kAuto),
         "Pass with effect=overlay and for a mask, hide with another effect and for a matte", "auto"},
        {static_cast<gint>(Missing::kHide), "All of the picture is hidden; a matte is empty, a mask 255", "hide"},
        {static_cast<gint>(Missing::kPass), "The picture is shown as it is; a matte is opaque, a mask 0", "pass"},
        {static_cast<gint>(Missing::kDrop), "The picture is left out", "drop"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstMaskOverlayMissing", values);
    return type;
}

constexpr auto kFlags =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
constexpr auto kReadyFlags =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
constexpr auto kControllable = static_cast<GParamFlags>(kFlags | GST_PARAM_CONTROLLABLE);

void install_enum(GObjectClass* klass, guint id, const char* name, const char* nick, const char* blurb, GType type,
                  int initial) {
    gst_type_mark_as_plugin_api(type, static_cast<GstPluginAPIFlags>(0));
    g_object_class_install_property(klass, id, g_param_spec_enum(name, nick, blurb, type, initial, kControllable));
}

void install_drawing(GObjectClass* klass) {
    const OverlaySettings defaults;
    const auto install = [klass](guint id, GParamSpec* spec) { g_object_class_install_property(klass, id, spec); };
    install_enum(klass, PROP_STYLE, "style", "Style", "What is drawn of an object", style_type(),
                 static_cast<gint>(defaults.style));
    install(PROP_ALPHA, g_param_spec_double("alpha", "Alpha", "Opacity of areas; contours are always opaque", 0, 1,
                                            defaults.look.alpha, kControllable));
    install_enum(klass, PROP_PALETTE, "palette", "Palette", "Where the colour of an object's id comes from",
                 palette_type(), static_cast<gint>(defaults.look.palette));
    install(PROP_LABELS, g_param_spec_boolean("labels", "Labels", "Write the names of objects that have one",
                                              defaults.look.labels, kControllable));
    install(PROP_IDS, g_param_spec_boolean("ids", "Ids", "Write the ids of objects", defaults.look.ids, kControllable));
    install(PROP_SCORES, g_param_spec_boolean("scores", "Scores", "Write how sure the model is that an object is there",
                                              defaults.look.scores, kControllable));
}

void install_output(GObjectClass* klass) {
    const OverlaySettings defaults;
    gst_type_mark_as_plugin_api(output_type(), static_cast<GstPluginAPIFlags>(0));
    g_object_class_install_property(
        klass, PROP_OUTPUT,
        g_param_spec_enum("output", "Output", "What leaves the element; with a matte or a mask nothing is drawn",
                          output_type(), static_cast<gint>(defaults.output), kReadyFlags));
    g_object_class_install_property(
        klass, PROP_BACKGROUND_LOCATION,
        g_param_spec_string(
            "background-location", "Background location",
            "PNG or JPEG that takes the place of what effect=replace hides; it fills the picture, what is "
            "too much of it is cut off",
            nullptr, kReadyFlags));
}

void install_effect(GObjectClass* klass) {
    const OverlaySettings defaults;
    const auto install = [klass](guint id, GParamSpec* spec) { g_object_class_install_property(klass, id, spec); };
    install_enum(klass, PROP_EFFECT, "effect", "Effect", "What becomes of the objects, or of the background",
                 effect_type(), static_cast<gint>(defaults.effect));
    install_enum(klass, PROP_EFFECT_ON, "effect-on", "Effect on", "What the effect hides", effect_on_type(),
                 defaults.on_background ? 1 : 0);
    install(
        PROP_EFFECT_STRENGTH,
        g_param_spec_double("effect-strength", "Effect strength",
                            "Side of the squares of which blur and pixelate leave nothing but their mean, as a share "
                            "of the picture's height",
                            kLeastStrength, 1, defaults.strength, kControllable));
    install(PROP_EFFECT_COLOR,
            g_param_spec_uint("effect-color", "Effect colour", "Colour of effect=solid, 0xAARRGGBB; AA is ignored", 0,
                              G_MAXUINT32, defaults.colour, kControllable));
}

void install_hiding(GObjectClass* klass) {
    const OverlaySettings defaults;
    const auto install = [klass](guint id, GParamSpec* spec) { g_object_class_install_property(klass, id, spec); };
    install_enum(klass, PROP_MISSING, "missing", "Missing",
                 "What becomes of pictures without masks that can be relied on: none, malformed ones, ones older than "
                 "`hold` pictures, or of a picture of another shape",
                 missing_type(), static_cast<gint>(defaults.missing));
    install(PROP_DILATE, g_param_spec_double(
                             "dilate", "Dilate",
                             "How much wider than its mask the hidden area, or what a matte shows, is, as a share of "
                             "the picture's height, and for what is hidden as much again for each picture by which "
                             "the masks are old; -1: 0.01 for hidden objects, else 0",
                             -1, 1, defaults.dilate, kControllable));
    install(PROP_HOLD,
            g_param_spec_int("hold", "Hold",
                             "For how many pictures the last place of a lost object stays hidden, and for how many "
                             "pictures masks are relied on that were carried over from an earlier one",
                             0, 1000, defaults.hold, kControllable));
    install(PROP_EDGE_SMOOTH,
            g_param_spec_int("edge-smooth", "Edge smoothness",
                             "Pixels over which hidden areas fade out, outside of what is hidden, and mattes on both "
                             "sides; -1: one for each 360 rows of the picture",
                             -1, kMaxSoftness, defaults.edge_smooth, kControllable));
    install(PROP_TEMPORAL_SMOOTH,
            g_param_spec_double("temporal-smooth", "Temporal smoothness",
                                "How much of a hidden area is left a picture later where it is not hidden any more", 0,
                                1, defaults.temporal_smooth, kControllable));
}

void install_filters(GObjectClass* klass) {
    const auto install = [klass](guint id, const char* name, const char* nick, const char* blurb) {
        g_object_class_install_property(klass, id, g_param_spec_string(name, nick, blurb, nullptr, kFlags));
    };
    install(PROP_OBJECTS, "objects", "Objects",
            "Ids of the objects that are drawn or hidden, parted by commas; unset, with `classes`: all objects");
    install(PROP_CLASSES, "classes", "Classes", "Labels of objects that are drawn or hidden, besides `objects`");
    install(PROP_EXCEPT, "except", "Except", "Ids and labels of objects that are neither drawn nor hidden");
}

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
    case PROP_SCORES: g_value_set_boolean(value, settings.look.scores); return true;
    default: return false;
    }
}

int pixels(double share, int height) noexcept { return static_cast<int>(std::ceil(std::min(share, 1.0) * height)); }

}  // namespace

MaskStyle style_of(const OverlaySettings& settings) noexcept {
    switch (settings.style) {
    case StyleChoice::kFill: return MaskStyle::kFill;
    case StyleChoice::kContour: return MaskStyle::kContour;
    case StyleChoice::kBoth: return MaskStyle::kBoth;
    case StyleChoice::kNone: return MaskStyle::kNone;
    case StyleChoice::kAuto: break;
    }
    return hides(settings.effect) ? MaskStyle::kNone : MaskStyle::kBoth;
}

Missing missing_of(const OverlaySettings& settings) noexcept {
    if (settings.missing != Missing::kAuto)
        return settings.missing;
    return hides(settings.effect) || settings.output == Output::kMatte ? Missing::kHide : Missing::kPass;
}

std::string contradiction(const OverlaySettings& settings) {
    if (settings.output != Output::kPicture && hides(settings.effect))
        return "Effects are for output=picture: a matte or a mask has none";
    if (settings.effect == Effect::kReplace && settings.background.empty())
        return "effect=replace needs background-location";
    return {};
}

bool is_cut_out(const OverlaySettings& settings) noexcept {
    return settings.effect == Effect::kReplace && settings.on_background;
}

int dilate_of(const OverlaySettings& settings, int height) noexcept {
    if (settings.dilate >= 0)
        return pixels(settings.dilate, height);
    return hides(settings.effect) && !settings.on_background ? pixels(kObjectDilate, height) : 0;
}

int softness_of(const OverlaySettings& settings, int height) noexcept {
    const int softness = settings.edge_smooth >= 0 ? settings.edge_smooth : height / kRowsPerSoftPixel;
    return std::min(softness, kMaxSoftness);
}

Rgb colour_of(const OverlaySettings& settings) noexcept {
    const auto byte = [&](int shift) { return static_cast<std::uint8_t>(settings.colour >> shift); };
    return {byte(16), byte(8), byte(0)};
}

void overlay_settings_install(GObjectClass* klass) {
    install_output(klass);
    install_drawing(klass);
    install_effect(klass);
    install_hiding(klass);
    install_filters(klass);
}

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
