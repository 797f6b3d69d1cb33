// SPDX-License-Identifier: MIT
// A buffer's picture, to be drawn on.
#include "elements/maskoverlay/frame_picture.h"

#include "gst/gstausmframe.h"

#include <algorithm>

namespace ausm::gst::overlay {
namespace {

Picture picture_of(const GstVideoFrame& frame, const GstVideoInfo& info) noexcept {
    Picture picture;
    picture.width = std::min(GST_VIDEO_FRAME_WIDTH(&frame), GST_VIDEO_INFO_WIDTH(&info));
    picture.height = std::min(GST_VIDEO_FRAME_HEIGHT(&frame), GST_VIDEO_INFO_HEIGHT(&info));
    picture.n_planes = static_cast<int>(GST_VIDEO_FRAME_N_PLANES(&frame));
    const guint components = std::min(GST_VIDEO_FRAME_N_COMPONENTS(&frame), 3U);  // the fourth is alpha
    for (guint component = 0; component < components; ++component) {
        const auto index = static_cast<guint>(GST_VIDEO_FRAME_COMP_PLANE(&frame, component));
        DrawPlane& plane = picture.planes[index];
        plane.data = static_cast<guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, index));
        plane.stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, index);
        plane.step = GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, component);
        plane.offsets[component] = GST_VIDEO_FRAME_COMP_POFFSET(&frame, component);
        plane.half = GST_VIDEO_FORMAT_INFO_W_SUB(frame.info.finfo, component) != 0;
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
