// SPDX-License-Identifier: MIT
// What maskoverlay gives, and which caps go with which.
#include "elements/maskoverlay/output_caps.h"

#include "elements/maskoverlay/convert.h"
#include "gst/raii.h"

#include <cstring>

namespace ausm::gst::overlay {
namespace {

/// A list as a caps string has it.
void set_formats(GstStructure* structure, const char* formats) {
    Value list(GST_TYPE_LIST);
    gst_value_deserialize(list.get(), formats);
    gst_structure_set_value(structure, "format", list.get());
}

bool is_fixed_to(GstCaps* caps, const char* format) {
    Owned<GstCaps> wanted(gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, format, nullptr));
    return gst_caps_can_intersect(caps, wanted.get());
}

/// In the order in which they are wanted.
const char* const* wanted_formats(const GstVideoInfo& info) {
    static const char* const yuv[] = {"AYUV", "RGBA", "BGRA", nullptr};
    static const char* const rgb[] = {"RGBA", "BGRA", "AYUV", nullptr};
    static const char* const bgr[] = {"BGRA", "RGBA", "AYUV", nullptr};
    if (!converts_safely(info, GST_VIDEO_FORMAT_AYUV))
        return rgb;
    if (!GST_VIDEO_INFO_IS_RGB(&info))
        return yuv;
    return GST_VIDEO_INFO_NAME(&info)[0] == 'B' ? bgr : rgb;
}

}  // namespace

GstCaps* other_caps(Output output, GstPadDirection direction, GstCaps* caps) {
    GstCaps* others = gst_caps_copy(caps);
    if (output == Output::kPicture)
        return others;
    for (guint i = 0; i < gst_caps_get_size(others); ++i) {
        GstStructure* structure = gst_caps_get_structure(others, i);
        if (direction == GST_PAD_SRC)
            set_formats(structure, "{ " GST_AUSM_DRAWN_FORMATS " }");
        else if (output == Output::kMask)
            gst_structure_set(structure, "format", G_TYPE_STRING, "GRAY8", nullptr);
        else
            set_formats(structure, GST_AUSM_MATTE_FORMATS);
        gst_structure_remove_fields(structure, "colorimetry", "chroma-site", nullptr);
    }
    return others;
}

GstCaps* fixed_other_caps(Output output, GstPadDirection direction, GstCaps* caps, GstCaps* others) {
    GstVideoInfo info;
    if (output == Output::kMatte && direction == GST_PAD_SINK && gst_video_info_from_caps(&info, caps)) {
        others = gst_caps_make_writable(gst_caps_truncate(others));
        GstStructure* structure = gst_caps_get_structure(others, 0);
        for (const char* const* format = wanted_formats(info); *format; ++format)
            if (is_fixed_to(others, *format)) {
                gst_structure_set(structure, "format", G_TYPE_STRING, *format, nullptr);
                break;
            }
        const char* format = gst_structure_get_string(structure, "format");
        const Owned<char> colours(gst_video_colorimetry_to_string(&info.colorimetry));
        if (colours && format && std::strcmp(format, "AYUV") == 0 && GST_VIDEO_INFO_IS_YUV(&info) &&
            !gst_structure_has_field(structure, "colorimetry"))
            gst_structure_set(structure, "colorimetry", G_TYPE_STRING, colours.get(), nullptr);
    }
    return gst_caps_fixate(others);
}

}  // namespace ausm::gst::overlay
