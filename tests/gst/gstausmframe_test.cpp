// SPDX-License-Identifier: MIT
// Buffers as pictures: every format, odd strides, offsets, colour, and metadata that lies.
#include "gst/gstausmframe.h"

#include "gst/raii.h"

#include <gtest/gtest.h>

#include <string>

using namespace ausm::gst;

namespace {

GstVideoInfo video_info(const std::string& caps_text) {
    const Owned<GstCaps> caps(gst_caps_from_string(caps_text.c_str()));
    GstVideoInfo info;
    EXPECT_TRUE(gst_video_info_from_caps(&info, caps.get())) << caps_text;
    return info;
}

std::string caps_of(const char* format, int width, int height, const std::string& more = "") {
    return std::string("video/x-raw,format=") + format + ",width=" + std::to_string(width) +
           ",height=" + std::to_string(height) + more;
}

/// A buffer whose byte i is i * 7 modulo 256.
Owned<GstBuffer> pattern(gsize size) {
    Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, size, nullptr));
    GstMapInfo map;
    gst_buffer_map(buffer.get(), &map, GST_MAP_WRITE);
    for (gsize i = 0; i < size; ++i)
        map.data[i] = static_cast<guint8>(i * 7);
    gst_buffer_unmap(buffer.get(), &map);
    return buffer;
}

struct Format {
    const char* name;
    ausm::PixelFormat format;
    guint planes;
};

class FrameFormats : public testing::TestWithParam<Format> {};

TEST_P(FrameFormats, PlanesAndStridesAreThoseOfTheBuffer) {
    const GstVideoInfo info = video_info(caps_of(GetParam().name, 33, 7, ",pixel-aspect-ratio=4/3"));
    const Owned<GstBuffer> buffer = pattern(info.size);
    MappedFrame mapped;
    ASSERT_TRUE(mapped.map(buffer.get(), info, 5 * GST_SECOND)) << mapped.error();
    const ausm::Frame& frame = mapped.frame();
    EXPECT_EQ(frame.format, GetParam().format);
    EXPECT_EQ(frame.width, 33);
    EXPECT_EQ(frame.height, 7);
    EXPECT_EQ(frame.pixel_aspect_n, 4);
    EXPECT_EQ(frame.pixel_aspect_d, 3);
    EXPECT_EQ(frame.stream_time, 5000000000);
    EXPECT_EQ(frame.memory, ausm::MemoryKind::kHost);
    for (guint plane = 0; plane < 4; ++plane) {
        if (plane >= GetParam().planes) {
            EXPECT_EQ(frame.planes[plane].data, nullptr);
            continue;
        }
        EXPECT_EQ(frame.planes[plane].stride, GST_VIDEO_INFO_PLANE_STRIDE(&info, plane));
        EXPECT_EQ(*static_cast<const guint8*>(frame.planes[plane].data),
                  static_cast<guint8>(GST_VIDEO_INFO_PLANE_OFFSET(&info, plane) * 7));
    }
}

TEST_P(FrameFormats, VideoMetaWithPaddingIsHonoured) {
    const GstVideoInfo info = video_info(caps_of(GetParam().name, 33, 7));
    gsize offset[GST_VIDEO_MAX_PLANES] = {};
    gint stride[GST_VIDEO_MAX_PLANES] = {};
    gsize size = 100;
    for (guint plane = 0; plane < GetParam().planes; ++plane) {
        offset[plane] = size;
        stride[plane] = GST_VIDEO_INFO_PLANE_STRIDE(&info, plane) + 52;
        size += static_cast<gsize>(stride[plane]) * 8;
    }
    const Owned<GstBuffer> buffer = pattern(size);
    gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, info.finfo->format, 33, 7,
                                   GetParam().planes, offset, stride);
    MappedFrame mapped;
    ASSERT_TRUE(mapped.map(buffer.get(), info, GST_CLOCK_TIME_NONE)) << mapped.error();
    EXPECT_EQ(mapped.frame().stream_time, ausm::kUnknownTime);
    for (guint plane = 0; plane < GetParam().planes; ++plane) {
        EXPECT_EQ(mapped.frame().planes[plane].stride, stride[plane]);
        EXPECT_EQ(*static_cast<const guint8*>(mapped.frame().planes[plane].data),
                  static_cast<guint8>(offset[plane] * 7));
    }
}

TEST_P(FrameFormats, ABufferThatIsTooSmallIsRefused) {
    const GstVideoInfo info = video_info(caps_of(GetParam().name, 32, 8));
    const Owned<GstBuffer> buffer = pattern(info.size - 1);
    MappedFrame mapped;
    EXPECT_FALSE(mapped.map(buffer.get(), info, 0));
    EXPECT_NE(mapped.error().find("32x8"), std::string::npos) << mapped.error();
}

INSTANTIATE_TEST_SUITE_P(
    All, FrameFormats,
    testing::Values(Format{"RGB", ausm::PixelFormat::kRgb, 1}, Format{"BGR", ausm::PixelFormat::kBgr, 1},
                    Format{"RGBA", ausm::PixelFormat::kRgba, 1}, Format{"BGRA", ausm::PixelFormat::kBgra, 1},
                    Format{"RGBx", ausm::PixelFormat::kRgbx, 1}, Format{"BGRx", ausm::PixelFormat::kBgrx, 1},
                    Format{"NV12", ausm::PixelFormat::kNv12, 2}, Format{"I420", ausm::PixelFormat::kI420, 3},
                    Format{"GRAY8", ausm::PixelFormat::kGray8, 1}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Frame, FormatsOfTheTemplateAreExactlyThose) {
    Value list;
    g_value_init(list.get(), GST_TYPE_LIST);
    ASSERT_TRUE(gst_value_deserialize(list.get(), GST_AUSM_FORMATS));
    ASSERT_EQ(gst_value_list_get_size(list.get()), 9U);
    for (guint i = 0; i < 9; ++i) {
        const char* name = g_value_get_string(gst_value_list_get_value(list.get(), i));
        EXPECT_TRUE(pixel_format(gst_video_format_from_string(name))) << name;
    }
    EXPECT_FALSE(pixel_format(GST_VIDEO_FORMAT_YUY2));
}

/// GRAY8 metadata over 64 bytes.
bool lies(int width, int height, gsize offset, int stride) {
    const GstVideoInfo info = video_info(caps_of("GRAY8", 8, 8));
    const Owned<GstBuffer> buffer = pattern(64);
    gsize offsets[GST_VIDEO_MAX_PLANES] = {offset};
    gint strides[GST_VIDEO_MAX_PLANES] = {stride};
    gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8,
                                   static_cast<guint>(width), static_cast<guint>(height), 1, offsets, strides);
    MappedFrame mapped;
    return !mapped.map(buffer.get(), info, 0);
}

TEST(Frame, MetadataThatPointsOutsideTheMemoryIsRefused) {
    EXPECT_FALSE(lies(8, 8, 0, 8));
    EXPECT_FALSE(lies(8, 8, 56, -8)) << "a picture that stands on its head is allowed";
    EXPECT_TRUE(lies(8, 8, 1, 8));
    EXPECT_TRUE(lies(8, 8, 0, 9));
    EXPECT_TRUE(lies(8, 8, 55, -8));
    EXPECT_TRUE(lies(8, 8, 0, 1 << 30));
    EXPECT_TRUE(lies(7, 8, 0, 8)) << "smaller than the caps";
    EXPECT_TRUE(lies(8, 7, 0, 8));
}

TEST(Frame, ALargerBufferThanTheCapsSayIsCut) {
    const GstVideoInfo info = video_info(caps_of("GRAY8", 6, 4));
    const Owned<GstBuffer> buffer = pattern(64);
    gsize offsets[GST_VIDEO_MAX_PLANES] = {0};
    gint strides[GST_VIDEO_MAX_PLANES] = {8};
    gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 8, 8, 1, offsets,
                                   strides);
    MappedFrame mapped;
    ASSERT_TRUE(mapped.map(buffer.get(), info, 0)) << mapped.error();
    EXPECT_EQ(mapped.frame().width, 6);
    EXPECT_EQ(mapped.frame().height, 4);
}

TEST(Frame, ColourIsReadFromTheCaps) {
    const auto colour = [](const std::string& more, int height = 480) {
        const GstVideoInfo info = video_info(caps_of("I420", 640, height, more));
        const Owned<GstBuffer> buffer = pattern(info.size);
        MappedFrame mapped;
        EXPECT_TRUE(mapped.map(buffer.get(), info, 0));
        return std::pair(mapped.frame().matrix, mapped.frame().range);
    };
    using ausm::ColorMatrix, ausm::ColorRange;
    EXPECT_EQ(colour(",colorimetry=bt601"), std::pair(ColorMatrix::kBt601, ColorRange::kLimited));
    EXPECT_EQ(colour(",colorimetry=bt709"), std::pair(ColorMatrix::kBt709, ColorRange::kLimited));
    EXPECT_EQ(colour(",colorimetry=1:4:0:0"), std::pair(ColorMatrix::kBt601, ColorRange::kFull));
    EXPECT_EQ(colour(",colorimetry=1:3:0:0"), std::pair(ColorMatrix::kBt709, ColorRange::kFull));
    EXPECT_EQ(colour(",colorimetry=2:0:0:0", 576), std::pair(ColorMatrix::kBt601, ColorRange::kLimited));
    EXPECT_EQ(colour(",colorimetry=2:0:0:0", 720), std::pair(ColorMatrix::kBt709, ColorRange::kLimited));
}

TEST(Frame, TheBufferIsReleasedWithTheFrame) {
    const GstVideoInfo info = video_info(caps_of("RGB", 16, 16));
    const Owned<GstBuffer> buffer = pattern(info.size);
    {
        MappedFrame mapped;
        ASSERT_TRUE(mapped.map(buffer.get(), info, 0));
        ASSERT_TRUE(mapped.map(buffer.get(), info, 1));
    }
    EXPECT_EQ(GST_MINI_OBJECT_REFCOUNT_VALUE(buffer.get()), 1);
    EXPECT_TRUE(gst_buffer_is_writable(buffer.get()));
}

}  // namespace
