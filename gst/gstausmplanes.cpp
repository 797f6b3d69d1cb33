// SPDX-License-Identifier: MIT
// Decoders hand out surfaces with rows and planes farther apart than the picture needs.
#include "gstausmplanes.h"

#include <algorithm>

namespace ausm::gst {
namespace {

/// Any component of the plane: those of one plane have the same width, height and step.
gint component_of(const GstVideoInfo& info, guint plane) {
    guint component = 0;
    while (GST_VIDEO_INFO_COMP_PLANE(&info, component) != plane)
        ++component;
    return static_cast<gint>(component);
}

bool is_inside(const PlaneLayout& layout, guint plane, gsize row_bytes, gsize rows) noexcept {
    const gsize offset = layout.offset[plane];
    if (layout.stride[plane] < 0 || static_cast<gsize>(layout.stride[plane]) < row_bytes || offset > layout.size)
        return false;
    const gsize behind_first = (rows - 1) * static_cast<gsize>(layout.stride[plane]);
    return behind_first <= layout.size - offset && row_bytes <= layout.size - offset - behind_first;
}

}  // namespace

PlaneLayout layout_of(const GstVideoInfo& info, gsize size) noexcept {
    PlaneLayout layout;
    std::copy_n(info.offset, GST_VIDEO_MAX_PLANES, layout.offset.begin());
    std::copy_n(info.stride, GST_VIDEO_MAX_PLANES, layout.stride.begin());
    layout.size = size;
    return layout;
}

std::optional<PlaneLayout> layout_of(GstBuffer* buffer, const GstVideoInfo& info, const GstVideoInfo& picture,
                                     gsize size) noexcept {
    const GstVideoMeta* meta = gst_buffer_get_video_meta(buffer);
    const auto format = meta ? meta->format : GST_VIDEO_INFO_FORMAT(&info);
    const guint width = meta ? meta->width : static_cast<guint>(info.width);
    const guint height = meta ? meta->height : static_cast<guint>(info.height);
    if (format != GST_VIDEO_INFO_FORMAT(&picture) || width < static_cast<guint>(picture.width) ||
        height < static_cast<guint>(picture.height))
        return std::nullopt;
    PlaneLayout layout = layout_of(info, size);
    if (meta) {
        std::copy_n(meta->offset, GST_VIDEO_MAX_PLANES, layout.offset.begin());
        std::copy_n(meta->stride, GST_VIDEO_MAX_PLANES, layout.stride.begin());
    }
    return layout;
}

std::vector<PlaneCopy> plane_copies(const GstVideoInfo& info, const PlaneLayout& from, const PlaneLayout& to) {
    std::vector<PlaneCopy> copies;
    for (guint plane = 0; plane < GST_VIDEO_INFO_N_PLANES(&info); ++plane) {
        const gint component = component_of(info, plane);
        const auto row_bytes = static_cast<gsize>(GST_VIDEO_INFO_COMP_WIDTH(&info, component)) *
                               static_cast<gsize>(GST_VIDEO_INFO_COMP_PSTRIDE(&info, component));
        const auto rows = static_cast<gsize>(GST_VIDEO_INFO_COMP_HEIGHT(&info, component));
        if (!is_inside(from, plane, row_bytes, rows) || !is_inside(to, plane, row_bytes, rows))
            return {};
        copies.push_back({from.offset[plane], static_cast<gsize>(from.stride[plane]), to.offset[plane],
                          static_cast<gsize>(to.stride[plane]), row_bytes, rows});
    }
    return copies;
}

}  // namespace ausm::gst
