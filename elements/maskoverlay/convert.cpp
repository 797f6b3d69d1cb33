// SPDX-License-Identifier: MIT
// Pictures from one format and size to another, by GStreamer's converter.
#include "elements/maskoverlay/convert.h"

#include <stdexcept>
#include <string>

namespace ausm::gst::overlay {

bool converts_safely(const GstVideoInfo& from, GstVideoFormat to) noexcept {
    return GST_VIDEO_INFO_FORMAT(&from) != GST_VIDEO_FORMAT_UYVY || GST_VIDEO_INFO_WIDTH(&from) % 2 == 0 ||
           to != GST_VIDEO_FORMAT_AYUV;
}

Converter::Converter(const GstVideoInfo& from, const GstVideoInfo& to)
    : Converter(from, {0, 0, GST_VIDEO_INFO_WIDTH(&from), GST_VIDEO_INFO_HEIGHT(&from)}, to) {}

Converter::Converter(const GstVideoInfo& from, const Part& part, const GstVideoInfo& to) {
    if (!converts_safely(from, GST_VIDEO_INFO_FORMAT(&to)))
        throw std::runtime_error("GStreamer cannot convert UYVY with an odd width to AYUV; ask for RGBA");
    GstStructure* options =
        gst_structure_new("options", GST_VIDEO_CONVERTER_OPT_SRC_X, G_TYPE_INT, part.x, GST_VIDEO_CONVERTER_OPT_SRC_Y,
                          G_TYPE_INT, part.y, GST_VIDEO_CONVERTER_OPT_SRC_WIDTH, G_TYPE_INT, part.width,
                          GST_VIDEO_CONVERTER_OPT_SRC_HEIGHT, G_TYPE_INT, part.height, nullptr);
    converter_.reset(gst_video_converter_new(&from, &to, options));
    if (!converter_)
        throw std::runtime_error(std::string("GStreamer cannot convert ") + GST_VIDEO_INFO_NAME(&from) + " to " +
                                 GST_VIDEO_INFO_NAME(&to));
}

}  // namespace ausm::gst::overlay
