// SPDX-License-Identifier: MIT
// A buffer's picture, to be drawn on.
#include "elements/maskoverlay/frame_picture.h"

#include "gst/gstausmframe.h"

#include <algorithm>

namespace ausm::gst::overlay {
namespace {

/// Whether the component lies in the plane as the others there do. Packed 4:2:2 has twice as many Y as U and V in its
/// pixels, so that its one plane in memory is two to draw on.
bool belongs(const GstVideoFrame& frame, guint component, const DrawPlane& plane, const DrawPlane& own) noexcept {
    return plane.data == GST_VIDEO_FRAME_PLANE_DATA(&frame, GST_VIDEO_FRAME_COMP_PLANE(&frame, component)) &&
           plane.step == own.step && plane.across == own.across;
}

Picture picture_of(const GstVideoFrame& frame, const GstVideoInfo& info) noexcept {
    Picture picture;
    picture.width = std::min(GST_VIDEO_FRAME_WIDTH(&frame), GST_VIDEO_INFO_WIDTH(&info));
    picture.height = std::min(GST_VIDEO_FRAME_HEIGHT(&frame), GST_VIDEO_INFO_HEIGHT(&info));
    picture.interlaced = GST_VIDEO_INFO_IS_INTERLACED(&info);
    const guint components = std::min(GST_VIDEO_FRAME_N_COMPONENTS(&frame), 3U);  // the fourth is alpha
    for (guint component = 0; component < components; ++component) {
        const auto index = static_cast<guint>(GST_VIDEO_FRAME_COMP_PLANE(&frame, component));
        DrawPlane plane;
        plane.data = static_cast<guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, index));
        plane.stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, index);
        plane.depth = static_cast<int>(GST_VIDEO_FRAME_COMP_DEPTH(&frame, component));
        plane.shift = static_cast<int>(GST_VIDEO_FORMAT_INFO_SHIFT(frame.info.finfo, component));
        plane.across = 1 << GST_VIDEO_FORMAT_INFO_W_SUB(frame.info.finfo, component);
        plane.down = 1 << GST_VIDEO_FORMAT_INFO_H_SUB(frame.info.finfo, component);
        const int bytes = plane.depth > 8 ? 2 : 1;
        plane.step = GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, component) / bytes;
        const auto used = picture.planes.begin() + picture.n_planes;
        auto place = std::find_if(picture.planes.begin(), used,
                                  [&](const DrawPlane& other) { return belongs(frame, component, other, plane); });
        if (place == used) {
            *place = plane;
            ++picture.n_planes;
        }
        // Of P010 GStreamer 1.22 says that V lies one byte behind U; it is one word.
        const bool others = std::any_of(place->offsets.begin(), place->offsets.end(), [](int i) { return i >= 0; });
        place->offsets[component] =
            bytes > 1 ? static_cast<int>(others) : GST_VIDEO_FRAME_COMP_POFFSET(&frame, component);
    }
    return picture;
}

}  // namespace

FramePicture::FramePicture(GstBuffer* buffer, const GstVideoInfo& info, GstMapFlags access)
    // A reference of the frame's own would make the buffer not writable.
    : error_(map_frame(frame_, buffer, info, static_cast<GstMapFlags>(int{access} | GST_VIDEO_FRAME_MAP_FLAG_NO_REF))) {
    if (error_.empty())
        picture_ = picture_of(frame_, info);
}

FramePicture::~FramePicture() {
    if (error_.empty())
        gst_video_frame_unmap(&frame_);
}

ColourCode colour_code(const GstVideoInfo& info) noexcept {
    const bool full = info.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
    return {!GST_VIDEO_INFO_IS_RGB(&info), color_matrix(info), full ? ColorRange::kFull : ColorRange::kLimited};
}

}  // namespace ausm::gst::overlay
