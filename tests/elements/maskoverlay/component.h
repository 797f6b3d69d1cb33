// SPDX-License-Identifier: MIT
// What a pipeline has made, for the benchmarks that look at pixels.
#pragma once

#include <gst/video/video.h>

#include <vector>

namespace ausm::test {

/// Bytes of one component of a picture.
inline std::vector<guint8> component(GstSample* sample, guint index) {
    GstVideoInfo info;
    gst_video_info_from_caps(&info, gst_sample_get_caps(sample));
    GstVideoFrame frame;
    gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ);
    std::vector<guint8> bytes;
    for (int y = 0; y < info.height; ++y)
        for (int x = 0; x < info.width; ++x)
            bytes.push_back(GST_VIDEO_FRAME_COMP_DATA(&frame, index)[y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, index) +
                                                                     x * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, index)]);
    gst_video_frame_unmap(&frame);
    return bytes;
}

}  // namespace ausm::test
