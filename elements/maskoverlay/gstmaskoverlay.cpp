// SPDX-License-Identifier: MIT
// maskoverlay: draws the masks that a picture's metadata says.

/**
 * SECTION:element-maskoverlay
 * @title: maskoverlay
 * @short_description: draws segmentation masks
 *
 * Draws the objects that #GstAusmMeta names onto the picture: their areas, their contours, and a label with name, id
 * and score. An object keeps its colour for as long as it lives. Works in place and in the picture's own format, YUV
 * included. The masks are scaled to the picture, so the picture may be scaled after the segmentation; pictures without
 * metadata pass unchanged, with a warning when ausmsegment upstream gave them some that were dropped on the way. The
 * alpha channel of RGBA and BGRA is never changed.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! ausmsegment ! maskoverlay alpha=0.4 ! videoconvert ! autovideosink
 * ]|
 */

#include "gstmaskoverlay.h"

#include "elements/maskoverlay/annotation.h"
#include "gst/ausm/gstausmmeta.h"
#include "gst/gstausmframe.h"
#include "gst/gstausmmetasource.h"
#include "gst/raii.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

GST_DEBUG_CATEGORY_STATIC(gst_mask_overlay_debug);
#define GST_CAT_DEFAULT gst_mask_overlay_debug

#include "gst/guard.h"

namespace overlay = ausm::gst::overlay;

namespace {

struct State {
    overlay::Look look;  ///< guarded by the object lock; everything else belongs to the streaming thread
    std::optional<overlay::TextRenderer> text;
    std::vector<overlay::Annotation> objects;  ///< of the last picture, kept for its memory
    bool warned_aspect = false, warned_malformed = false;
    bool warned_layout = false;  ///< about a run of pictures that cannot be drawn on
    bool warned_lost = false;
    bool asked = false;  ///< upstream, where masks should come from, since these caps and the last picture with masks
};

/// A buffer's bytes for as long as this lives; null when they cannot be had.
class ReadableMap {
public:
    explicit ReadableMap(GstBuffer* buffer) : buffer_(buffer), mapped_(gst_buffer_map(buffer, &info_, GST_MAP_READ)) {}
    ~ReadableMap() {
        if (mapped_)
            gst_buffer_unmap(buffer_, &info_);
    }
    ReadableMap(const ReadableMap&) = delete;
    ReadableMap& operator=(const ReadableMap&) = delete;

    const guint8* data() const noexcept { return mapped_ ? info_.data : nullptr; }

private:
    GstBuffer* buffer_;
    GstMapInfo info_{};
    bool mapped_;
};

/// A picture that is drawn on, for as long as this lives.
class WritablePicture {
public:
    WritablePicture(GstBuffer* buffer, const GstVideoInfo& info)
        : error_(ausm::gst::map_frame(frame_, buffer, info, kFlags)) {}
    ~WritablePicture() {
        if (error_.empty())
            gst_video_frame_unmap(&frame_);
    }
    WritablePicture(const WritablePicture&) = delete;
    WritablePicture& operator=(const WritablePicture&) = delete;

    /// Empty when it is mapped.
    const std::string& error() const noexcept { return error_; }
    const GstVideoFrame* frame() const noexcept { return &frame_; }

private:
    // A reference of the frame's own would make the buffer not writable.
    static constexpr auto kFlags = static_cast<GstMapFlags>(int{GST_MAP_READWRITE} | GST_VIDEO_FRAME_MAP_FLAG_NO_REF);

    GstVideoFrame frame_{};
    std::string error_;
};

enum { PROP_STYLE = 1, PROP_ALPHA, PROP_PALETTE, PROP_LABELS, PROP_IDS, PROP_SCORES };

}  // namespace

struct _GstMaskOverlay {
    GstVideoFilter parent;
    State* state;
};

G_DEFINE_TYPE(GstMaskOverlay, gst_mask_overlay, GST_TYPE_VIDEO_FILTER)
GST_ELEMENT_REGISTER_DEFINE(maskoverlay, "maskoverlay", GST_RANK_NONE, GST_TYPE_MASK_OVERLAY)

static GType gst_mask_overlay_style_get_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(overlay::MaskStyle::kFill), "Areas", "fill"},
        {static_cast<gint>(overlay::MaskStyle::kContour), "Contours", "contour"},
        {static_cast<gint>(overlay::MaskStyle::kBoth), "Areas and contours", "both"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstMaskOverlayStyle", values);
    return type;
}

static GType gst_mask_overlay_palette_get_type() {
    static const GEnumValue values[] = {
        {static_cast<gint>(overlay::Palette::kDavis), "Colours of the DAVIS data set", "davis"},
        {static_cast<gint>(overlay::Palette::kVivid), "Bright colours", "vivid"},
        {0, nullptr, nullptr},
    };
    static const GType type = g_enum_register_static("GstMaskOverlayPalette", values);
    return type;
}

static void gst_mask_overlay_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
    const ausm::gst::ObjectLock lock(object);
    overlay::Look& look = GST_MASK_OVERLAY(object)->state->look;
    switch (id) {
    case PROP_STYLE: look.style = static_cast<overlay::MaskStyle>(g_value_get_enum(value)); break;
    case PROP_ALPHA: look.alpha = g_value_get_double(value); break;
    case PROP_PALETTE: look.palette = static_cast<overlay::Palette>(g_value_get_enum(value)); break;
    case PROP_LABELS: look.labels = g_value_get_boolean(value); break;
    case PROP_IDS: look.ids = g_value_get_boolean(value); break;
    case PROP_SCORES: look.scores = g_value_get_boolean(value); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec); break;
    }
}

static void gst_mask_overlay_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
    const ausm::gst::ObjectLock lock(object);
    const overlay::Look& look = GST_MASK_OVERLAY(object)->state->look;
    switch (id) {
    case PROP_STYLE: g_value_set_enum(value, static_cast<gint>(look.style)); break;
    case PROP_ALPHA: g_value_set_double(value, look.alpha); break;
    case PROP_PALETTE: g_value_set_enum(value, static_cast<gint>(look.palette)); break;
    case PROP_LABELS: g_value_set_boolean(value, look.labels); break;
    case PROP_IDS: g_value_set_boolean(value, look.ids); break;
    case PROP_SCORES: g_value_set_boolean(value, look.scores); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec); break;
    }
}

/// The first text costs a search for fonts: it is paid here, not on a picture.
static gboolean gst_mask_overlay_start(GstBaseTransform* transform) {
    State& state = *GST_MASK_OVERLAY(transform)->state;
    return ausm::gst::guard(GST_ELEMENT(transform), FALSE, [&] {
        state.warned_aspect = state.warned_malformed = state.warned_layout = state.warned_lost = state.asked = false;
        if (!state.text)
            static_cast<void>(state.text.emplace().render("#0", overlay::font_size_for(0), G_MAXINT16));
        return TRUE;
    });
}

static gboolean gst_mask_overlay_set_info(GstVideoFilter* filter, GstCaps*, GstVideoInfo*, GstCaps*, GstVideoInfo*) {
    GST_MASK_OVERLAY(filter)->state->asked = false;
    return TRUE;
}

static void gst_mask_overlay_before_transform(GstBaseTransform* transform, GstBuffer* buffer) {
    if (transform->segment.format != GST_FORMAT_TIME)
        return;
    const GstClockTime time = gst_segment_to_stream_time(&transform->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (GST_CLOCK_TIME_IS_VALID(time))
        gst_object_sync_values(GST_OBJECT(transform), time);
}

/// The part of a mapped frame that the caps promise: a decoder's padding is not drawn on.
static overlay::Picture gst_mask_overlay_picture(const GstVideoFrame* frame, const GstVideoInfo* info) {
    overlay::Picture picture;
    picture.width = std::min(GST_VIDEO_FRAME_WIDTH(frame), GST_VIDEO_INFO_WIDTH(info));
    picture.height = std::min(GST_VIDEO_FRAME_HEIGHT(frame), GST_VIDEO_INFO_HEIGHT(info));
    picture.n_planes = static_cast<int>(GST_VIDEO_FRAME_N_PLANES(frame));
    const guint components = std::min(GST_VIDEO_FRAME_N_COMPONENTS(frame), 3U);  // the fourth is alpha
    for (guint component = 0; component < components; ++component) {
        const auto index = static_cast<guint>(GST_VIDEO_FRAME_COMP_PLANE(frame, component));
        overlay::DrawPlane& plane = picture.planes[index];
        plane.data = static_cast<guint8*>(GST_VIDEO_FRAME_PLANE_DATA(frame, index));
        plane.stride = GST_VIDEO_FRAME_PLANE_STRIDE(frame, index);
        plane.step = GST_VIDEO_FRAME_COMP_PSTRIDE(frame, component);
        plane.offsets[component] = GST_VIDEO_FRAME_COMP_POFFSET(frame, component);
        plane.half = GST_VIDEO_FORMAT_INFO_W_SUB(frame->info.finfo, component) != 0;
    }
    return picture;
}

static overlay::ColourCode gst_mask_overlay_colour_code(const GstVideoInfo* info) {
    const bool full = info->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
    return {!GST_VIDEO_INFO_IS_RGB(info), ausm::gst::color_matrix(*info),
            full ? ausm::ColorRange::kFull : ausm::ColorRange::kLimited};
}

/// Width to height as it is shown.
static double gst_mask_overlay_shape(int width, int height, int pixel_aspect_n, int pixel_aspect_d) {
    return static_cast<double>(width) / height * pixel_aspect_n / pixel_aspect_d;
}

static void gst_mask_overlay_check_aspect(GstMaskOverlay* self, const overlay::Picture& picture,
                                          const GstAusmMetaView& view) {
    const GstVideoInfo& info = GST_VIDEO_FILTER(self)->in_info;
    const double ratio =
        gst_mask_overlay_shape(picture.width, picture.height, std::max(info.par_n, 1), std::max(info.par_d, 1)) /
        gst_mask_overlay_shape(view.width, view.height, view.pixel_aspect_n, view.pixel_aspect_d);
    if (self->state->warned_aspect || std::abs(ratio - 1) <= 0.01)
        return;
    self->state->warned_aspect = true;
    GST_ELEMENT_WARNING(self, STREAM, FORMAT,
                        ("The masks do not fit the picture: it has %dx%d pixels and another shape than the %dx%d of "
                         "the picture that was segmented.",
                         picture.width, picture.height, view.width, view.height),
                        ("They are drawn stretched. Put ausmsegment behind crops, borders and flips."));
}

static void gst_mask_overlay_warn_malformed(GstMaskOverlay* self, const char* what) {
    GST_LOG_OBJECT(self, "%s", what);
    if (self->state->warned_malformed)
        return;
    self->state->warned_malformed = true;
    GST_ELEMENT_WARNING(self, STREAM, WRONG_TYPE, ("The segmentation metadata is malformed."),
                        ("%s; see the description of GstAusmMeta. Further ones are only logged.", what));
}

static void gst_mask_overlay_read_objects(GstMaskOverlay* self, const GstAusmMetaView& view) {
    auto& objects = self->state->objects;
    objects.clear();
    for (guint i = 0; i < view.n_objects; ++i) {
        GstAusmObject object;
        if (gst_ausm_meta_get_object(&view, i, &object))
            objects.push_back({object.id, static_cast<guint8>(object.value), object.label, object.score, object.x0,
                               object.y0, object.x0 < object.x1 && object.y0 < object.y1});
        else
            gst_mask_overlay_warn_malformed(self, "An object is incomplete or out of range and is not drawn");
    }
}

static void gst_mask_overlay_warn_layout(GstMaskOverlay* self, const std::string& what) {
    if (std::exchange(self->state->warned_layout, true))
        return;
    GST_ELEMENT_WARNING(self, STREAM, FORMAT,
                        ("A picture was passed on because it cannot be drawn on: %s.", what.c_str()),
                        ("This is said once until the pictures are readable again."));
}

/// A picture without masks is nothing unusual, unless upstream says that it gave it some.
static void gst_mask_overlay_warn_lost(GstMaskOverlay* self) {
    State& state = *self->state;
    if (state.warned_lost || std::exchange(state.asked, true))
        return;
    const auto source = ausm::gst::find_meta_source(GST_BASE_TRANSFORM_SINK_PAD(self));
    if (!source)
        return;
    state.warned_lost = true;
    std::string between;
    for (const std::string& name : source->between)
        between += (between.empty() ? "" : ", ") + name;
    GST_ELEMENT_WARNING(
        self, STREAM, FORMAT,
        ("The masks of %s do not reach this picture: an element between does not carry them along (%s).",
         source->element.c_str(), between.empty() ? "none is known by name" : between.c_str()),
        ("Encoders, crops, borders, flips, mixers and effects that make a new picture drop them. Put "
         "maskoverlay before it, or ausmsegment behind it."));
}

static void gst_mask_overlay_draw(GstMaskOverlay* self, GstBuffer* buffer) {
    GstAusmMetaView view;
    if (!gst_ausm_meta_get(buffer, &view)) {
        if (gst_buffer_get_custom_meta(buffer, GST_AUSM_META_NAME))
            gst_mask_overlay_warn_malformed(self, "It is incomplete, of another version, or its map has a wrong size");
        else
            gst_mask_overlay_warn_lost(self);
        return;
    }
    self->state->asked = false;
    const ReadableMap map(view.map);
    if (!map.data()) {
        gst_mask_overlay_warn_malformed(self, "Its map cannot be read");
        return;
    }
    State& state = *self->state;
    const GstVideoInfo* info = &GST_VIDEO_FILTER(self)->in_info;
    const WritablePicture writable(buffer, *info);
    if (!writable.error().empty()) {
        gst_mask_overlay_warn_layout(self, writable.error());
        return;
    }
    state.warned_layout = false;
    const overlay::Picture picture = gst_mask_overlay_picture(writable.frame(), info);
    gst_mask_overlay_check_aspect(self, picture, view);
    gst_mask_overlay_read_objects(self, view);
    overlay::Look look;
    {
        const ausm::gst::ObjectLock lock(self);
        look = state.look;
    }
    overlay::annotate(picture, gst_mask_overlay_colour_code(info), {map.data(), view.map_width, view.map_height},
                      state.objects, look, *state.text);
}

static GstFlowReturn gst_mask_overlay_transform_ip(GstBaseTransform* transform, GstBuffer* buffer) {
    return ausm::gst::guard(GST_ELEMENT(transform), GST_FLOW_ERROR, [&] {
        gst_mask_overlay_draw(GST_MASK_OVERLAY(transform), buffer);
        return GST_FLOW_OK;
    });
}

static void gst_mask_overlay_finalize(GObject* object) {
    delete GST_MASK_OVERLAY(object)->state;
    G_OBJECT_CLASS(gst_mask_overlay_parent_class)->finalize(object);
}

static void gst_mask_overlay_install_properties(GObjectClass* klass) {
    constexpr auto kFlags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                     GST_PARAM_CONTROLLABLE | GST_PARAM_MUTABLE_PLAYING);
    const overlay::Look look;
    const GType style = gst_mask_overlay_style_get_type(), palette = gst_mask_overlay_palette_get_type();
    gst_type_mark_as_plugin_api(style, static_cast<GstPluginAPIFlags>(0));
    gst_type_mark_as_plugin_api(palette, static_cast<GstPluginAPIFlags>(0));
    const auto install = [klass](guint id, GParamSpec* spec) { g_object_class_install_property(klass, id, spec); };
    install(PROP_STYLE, g_param_spec_enum("style", "Style", "What is drawn of an object", style,
                                          static_cast<gint>(look.style), kFlags));
    install(PROP_ALPHA, g_param_spec_double("alpha", "Alpha", "Opacity of areas; contours are always opaque", 0, 1,
                                            look.alpha, kFlags));
    install(PROP_PALETTE, g_param_spec_enum("palette", "Palette", "Where the colour of an object's id comes from",
                                            palette, static_cast<gint>(look.palette), kFlags));
    install(PROP_LABELS,
            g_param_spec_boolean("labels", "Labels", "Write the names of objects that have one", look.labels, kFlags));
    install(PROP_IDS, g_param_spec_boolean("ids", "Ids", "Write the ids of objects", look.ids, kFlags));
    install(PROP_SCORES, g_param_spec_boolean("scores", "Scores", "Write how sure the model is that an object is there",
                                              look.scores, kFlags));
}

static void gst_mask_overlay_class_init(GstMaskOverlayClass* klass) {
    auto* object_class = G_OBJECT_CLASS(klass);
    auto* element_class = GST_ELEMENT_CLASS(klass);
    GST_DEBUG_CATEGORY_INIT(gst_mask_overlay_debug, "maskoverlay", 0, "drawing of segmentation masks");
    object_class->set_property = gst_mask_overlay_set_property;
    object_class->get_property = gst_mask_overlay_get_property;
    object_class->finalize = gst_mask_overlay_finalize;
    gst_mask_overlay_install_properties(object_class);
    GST_BASE_TRANSFORM_CLASS(klass)->start = gst_mask_overlay_start;
    GST_VIDEO_FILTER_CLASS(klass)->set_info = gst_mask_overlay_set_info;
    GST_BASE_TRANSFORM_CLASS(klass)->before_transform = gst_mask_overlay_before_transform;
    // Not the video filter's own: they believe the buffer's GstVideoMeta.
    GST_BASE_TRANSFORM_CLASS(klass)->transform = nullptr;
    GST_BASE_TRANSFORM_CLASS(klass)->transform_ip = gst_mask_overlay_transform_ip;
    gst_element_class_set_static_metadata(element_class, "Mask overlay", "Filter/Effect/Visualization/Video",
                                          "Draws the objects that ausmsegment found onto the picture",
                                          "AUSM for GStreamer");
    GstCaps* caps = gst_caps_from_string(GST_VIDEO_CAPS_MAKE(GST_AUSM_FORMATS));
    gst_element_class_add_pad_template(element_class, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
    gst_element_class_add_pad_template(element_class, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
    gst_caps_unref(caps);
}

static void gst_mask_overlay_init(GstMaskOverlay* self) { self->state = new State; }
