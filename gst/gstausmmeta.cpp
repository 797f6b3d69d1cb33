// SPDX-License-Identifier: MIT
// Writes GstAusmMeta.
#include "gst/gstausmmeta.h"

#include "gst/ausm/gstausmmeta.h"
#include "gst/gstausmmetatransform.h"
#include "gst/gstausmobjectnames.h"

#include <gst/video/video.h>

#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace ausm::gst {
namespace {

template <typename Enum, std::size_t N>
const char* name_of(Enum value, const std::array<const char*, N>& names) {
    return names[static_cast<std::size_t>(value)];
}

/// Sets a text field, which GStreamer takes as UTF-8 only: what is not is replaced.
void set_text(GstStructure* structure, const char* field, const std::string& text) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, G_TYPE_STRING);
    g_value_take_string(&value, g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
    gst_structure_take_value(structure, field, &value);
}

/// A read-only buffer over the vector's own memory, with the video metadata that says that its rows are not padded.
GstBuffer* wrap_plane(std::vector<std::uint8_t>& plane, int width, int height) {
    auto owner = std::make_unique<std::vector<std::uint8_t>>(std::move(plane));
    plane.clear();
    auto* bytes = owner->data();
    const gsize size = owner->size();
    GstBuffer* buffer =
        gst_buffer_new_wrapped_full(GST_MEMORY_FLAG_READONLY, bytes, size, 0, size, owner.release(),
                                    [](gpointer data) { delete static_cast<std::vector<std::uint8_t>*>(data); });
    gsize offset[GST_VIDEO_MAX_PLANES] = {};
    gint stride[GST_VIDEO_MAX_PLANES] = {width};
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, static_cast<guint>(width),
                                   static_cast<guint>(height), 1, offset, stride);
    return buffer;
}

void take_plane(GstStructure* structure, const char* field, GstBuffer* plane) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_BUFFER);
    gst_value_take_buffer(&value, plane);
    gst_structure_take_value(structure, field, &value);
}

GstStructure* object_structure(const Object& object) {
    GstStructure* structure = gst_structure_new(
        "object", "id", G_TYPE_INT64, static_cast<gint64>(object.id), "value", G_TYPE_INT,
        static_cast<gint>(object.value), "score", G_TYPE_FLOAT, static_cast<gdouble>(object.score), "x0", G_TYPE_DOUBLE,
        object.box[0], "y0", G_TYPE_DOUBLE, object.box[1], "x1", G_TYPE_DOUBLE, object.box[2], "y1", G_TYPE_DOUBLE,
        object.box[3], "area", G_TYPE_DOUBLE, object.area, "state", G_TYPE_STRING, name_of(object.state, kStateNames),
        "origin", G_TYPE_STRING, name_of(object.origin, kOriginNames), nullptr);
    set_text(structure, "label", object.label);
    return structure;
}

void take_objects(GstStructure* structure, const std::vector<Object>& objects) {
    GValue list = G_VALUE_INIT;
    g_value_init(&list, GST_TYPE_ARRAY);
    for (const Object& object : objects) {
        GValue value = G_VALUE_INIT;
        g_value_init(&value, GST_TYPE_STRUCTURE);
        g_value_take_boxed(&value, object_structure(object));
        gst_value_array_append_and_take_value(&list, &value);
    }
    gst_structure_take_value(structure, "objects", &list);
}

bool sizes_fit(const Result& result, const MetaOptions& options) {
    if (options.width <= 0 || options.height <= 0 || result.map_width <= 0 || result.map_height <= 0)
        return false;
    const auto size = static_cast<std::size_t>(result.map_width) * static_cast<std::size_t>(result.map_height);
    return result.map.size() == size && (result.confidence.empty() || result.confidence.size() == size);
}

/// An empty structure in place of the one that the buffer carries.
GstStructure* new_structure(GstBuffer* buffer) {
    register_meta();
    if (GstCustomMeta* old = gst_buffer_get_custom_meta(buffer, GST_AUSM_META_NAME))
        gst_buffer_remove_meta(buffer, &old->meta);
    if (!gst_buffer_get_custom_meta(buffer, kMetaCompanion))
        gst_buffer_add_custom_meta(buffer, kMetaCompanion);
    return gst_custom_meta_get_structure(gst_buffer_add_custom_meta(buffer, GST_AUSM_META_NAME));
}

}  // namespace

void copy_meta(GstBuffer* to, GstBuffer* from) {
    GstCustomMeta* meta = gst_buffer_get_custom_meta(from, GST_AUSM_META_NAME);
    if (meta == nullptr)
        return;
    gst_structure_foreach(
        gst_custom_meta_get_structure(meta),
        [](GQuark field, const GValue* value, gpointer structure) -> gboolean {
            gst_structure_id_set_value(static_cast<GstStructure*>(structure), field, value);
            return TRUE;
        },
        new_structure(to));
}

void mark_repeated(GstBuffer* buffer, guint64 serial) {
    if (GstCustomMeta* meta = gst_buffer_get_custom_meta(buffer, GST_AUSM_META_NAME))
        gst_structure_set(gst_custom_meta_get_structure(meta), "fresh", G_TYPE_BOOLEAN, FALSE, "serial", G_TYPE_UINT64,
                          serial, nullptr);
}

bool attach_meta(GstBuffer* buffer, Result& result, const MetaOptions& options) {
    if (!gst_buffer_is_writable(buffer) || !sizes_fit(result, options))
        return false;
    GstStructure* structure = new_structure(buffer);
    gst_structure_set(structure, "version", G_TYPE_INT, GST_AUSM_META_VERSION, "serial", G_TYPE_UINT64, options.serial,
                      "width", G_TYPE_INT, options.width, "height", G_TYPE_INT, options.height, "fresh", G_TYPE_BOOLEAN,
                      static_cast<gboolean>(options.fresh), "map-width", G_TYPE_INT, result.map_width, "map-height",
                      G_TYPE_INT, result.map_height, nullptr);
    if (options.pixel_aspect_n > 0 && options.pixel_aspect_d > 0)
        gst_structure_set(structure, "pixel-aspect-ratio", GST_TYPE_FRACTION, options.pixel_aspect_n,
                          options.pixel_aspect_d, nullptr);
    set_text(structure, "source", std::string(options.source));
    take_plane(structure, "map", wrap_plane(result.map, result.map_width, result.map_height));
    if (!result.confidence.empty())
        take_plane(structure, "confidence", wrap_plane(result.confidence, result.map_width, result.map_height));
    take_objects(structure, result.objects);
    return true;
}

}  // namespace ausm::gst
