// SPDX-License-Identifier: MIT
// Decides by what GStreamer says of the two buffers; no pixel is looked at.
#include "gst/gstausmmetatransform.h"

#include "gst/ausm/gstausmmeta.h"
#include "gst/gstausmmeta.h"

#include <gst/video/video.h>

#include <cmath>
#include <cstring>

namespace ausm::gst {
namespace {

/// Whether `to` holds the picture that `from` holds, and not what an encoder made of it: its size says so, or the video
/// metadata that pools give to raw pictures (elements do not copy it: it describes their memory).
bool is_whole_picture(GstBuffer* to, GstBuffer* from) {
    const GstVideoMeta* made = gst_buffer_get_video_meta(to);
    const GstVideoMeta* original = gst_buffer_get_video_meta(from);
    if (made && original)
        return made->width == original->width && made->height == original->height;
    const gsize size = gst_buffer_get_size(to);
    if (made || size == gst_buffer_get_size(from))
        return true;
    GstVideoInfo unpadded;
    return original && gst_video_info_set_format(&unpadded, original->format, original->width, original->height) &&
           size == unpadded.size;
}

/// Whether a scaled picture shows all of the original and nothing beside it, as far as whole pixels allow: the shapes on
/// the screen are the same. Otherwise it got borders or was stretched, and which of the two nobody says.
bool has_same_shape(const GstVideoMetaTransform& scaling) {
    const auto shape = [](const GstVideoInfo& info) {
        return static_cast<double>(info.width) * info.par_n / (static_cast<double>(info.height) * info.par_d);
    };
    const double stretch = shape(*scaling.in_info) / shape(*scaling.out_info);
    return std::abs(stretch - 1) * scaling.out_info->width <= 1 ||
           std::abs(1 / stretch - 1) * scaling.out_info->height <= 1;
}

enum class Place { kElsewhere, kCuda, kGl };

Place place_of(GstBuffer* buffer) {
    GstMemory* memory = gst_buffer_n_memory(buffer) > 0 ? gst_buffer_peek_memory(buffer, 0) : nullptr;
    const char* type = memory && memory->allocator ? memory->allocator->mem_type : nullptr;
    if (type == nullptr)
        return Place::kElsewhere;
    if (std::strcmp(type, "gst.cuda.memory") == 0)
        return Place::kCuda;
    return g_str_has_prefix(type, "GLMemory") || g_str_equal(type, "GLBaseMemory") ? Place::kGl : Place::kElsewhere;
}

bool is_part(gpointer data) { return static_cast<GstMetaTransformCopy*>(data)->region != FALSE; }

/// TRUE also when it is dropped: GStreamer takes FALSE on a copy for a fault and logs it with every buffer.
gboolean transform_meta(GstBuffer* to, GstCustomMeta*, GstBuffer* from, GQuark type, gpointer data, gpointer) {
    if (GST_META_TRANSFORM_IS_COPY(type)) {
        if (!is_part(data) && is_whole_picture(to, from))
            copy_meta(to, from);
        return TRUE;
    }
    if (!GST_VIDEO_META_TRANSFORM_IS_SCALE(type))
        return FALSE;
    if (has_same_shape(*static_cast<GstVideoMetaTransform*>(data)))
        copy_meta(to, from);
    return TRUE;
}

/// Tagless metadata is offered to every new buffer. Elements that turn or cut the picture leave it in its kind of memory;
/// those that move it from one kind to another leave it as it is.
gboolean transform_companion(GstBuffer* to, GstCustomMeta*, GstBuffer* from, GQuark type, gpointer data, gpointer) {
    if (!GST_META_TRANSFORM_IS_COPY(type))
        return FALSE;
    if (!is_part(data) && place_of(to) != place_of(from) && is_whole_picture(to, from))
        copy_meta(to, from);
    return TRUE;
}

}  // namespace

void register_meta() {
    static const gchar* tags[] = {GST_META_TAG_VIDEO_STR, GST_META_TAG_VIDEO_SIZE_STR,
                                  GST_META_TAG_VIDEO_ORIENTATION_STR, nullptr};
    static const gchar* no_tags[] = {nullptr};
    // Registering twice is an error, and the plugin and the tests have each a copy of this: the registry is what they
    // share. The companion comes first: who sees the other one has both.
    GstRegistry* registry = gst_registry_get();
    if (gst_meta_get_info(GST_AUSM_META_NAME))
        return;
    GST_OBJECT_LOCK(registry);
    if (!gst_meta_get_info(GST_AUSM_META_NAME)) {
        gst_meta_register_custom(kMetaCompanion, no_tags, transform_companion, nullptr, nullptr);
        gst_meta_register_custom(GST_AUSM_META_NAME, tags, transform_meta, nullptr, nullptr);
    }
    GST_OBJECT_UNLOCK(registry);
}

}  // namespace ausm::gst
