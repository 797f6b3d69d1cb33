// SPDX-License-Identifier: MIT
// The declaration of maskoverlay's properties.
#include "elements/maskoverlay/property_ids.h"
#include "elements/maskoverlay/settings.h"

namespace ausm::gst::overlay {
namespace {

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
    install(PROP_BOXES,
            g_param_spec_boolean("boxes", "Boxes", "Draw the boxes of objects", defaults.look.boxes, kControllable));
    install(PROP_TRAILS,
            g_param_spec_int("trails", "Trails",
                             "In how many of the last pictures the middles of objects are joined by a line", 0, 10000,
                             defaults.trails, kControllable));
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
        g_param_spec_string("background-location", "Background location",
                            "PNG or JPEG that takes the place of what effect=replace hides where no video comes on "
                            "background_sink; it fills the picture, what is "
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
            g_param_spec_uint("effect-color", "Effect colour",
                              "Colour of effect=solid, and of effect=replace while there is no picture, 0xAARRGGBB; AA "
                              "is ignored",
                              0, G_MAXUINT32, defaults.colour, kControllable));
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
    install(
        PROP_EDGE_SMOOTH,
        g_param_spec_int(
            "edge-smooth", "Edge smoothness",
            "Pixels over which hidden areas fade out, outside of what is hidden, and mattes, replaced "
            "backgrounds and areas that are drawn on both sides, where they, and contours, follow the "
            "borders of the picture, too; 0: borders as the map has them; -1: one for each 360 rows of the picture, at "
            "least one, and 0 for what is drawn",
            -1, kMaxSoftness, defaults.edge_smooth, kControllable));
    install(PROP_TEMPORAL_SMOOTH,
            g_param_spec_double("temporal-smooth", "Temporal smoothness",
                                "How much of a hidden area is left a picture later where it is not hidden any more; of "
                                "mattes and replaced backgrounds how much of a change is put off where the picture "
                                "stands still; -1: 0.5 for these if edge-smooth is not 0, else 0",
                                -1, 1, defaults.temporal_smooth, kControllable));
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

}  // namespace

void overlay_settings_install(GObjectClass* klass) {
    install_output(klass);
    install_drawing(klass);
    install_effect(klass);
    install_hiding(klass);
    install_filters(klass);
}

}  // namespace ausm::gst::overlay
