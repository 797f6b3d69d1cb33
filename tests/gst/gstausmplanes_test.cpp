// SPDX-License-Identifier: MIT
// Pictures from one layout to another: decoders' surfaces, equal sizes with other strides, odd sizes, lies.
#include "gst/gstausmplanes.h"

#include "gst/raii.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

using namespace ausm::gst;

namespace {

GstVideoInfo video_info(GstVideoFormat format, guint width, guint height) {
    GstVideoInfo info;
    EXPECT_TRUE(gst_video_info_set_format(&info, format, width, height));
    return info;
}

/// Rows `strides` apart and planes of `heights` rows behind one another.
PlaneLayout layout(std::vector<gint> strides, std::vector<gsize> heights) {
    PlaneLayout result;
    for (std::size_t plane = 0; plane < strides.size(); ++plane) {
        result.offset[plane] = result.size;
        result.stride[plane] = strides[plane];
        result.size += static_cast<gsize>(strides[plane]) * heights[plane];
    }
    return result;
}

/// What a device does with them.
std::vector<guint8> copied(const std::vector<PlaneCopy>& copies, const std::vector<guint8>& from, gsize size) {
    std::vector<guint8> to(size, 0xEE);
    for (const auto& copy : copies)
        for (gsize row = 0; row < copy.rows; ++row)
            std::memcpy(to.data() + copy.to + row * copy.to_stride, from.data() + copy.from + row * copy.from_stride,
                        copy.row_bytes);
    return to;
}

/// The picture's bytes alone, row by row, plane by plane: `bytes` of a row and rows of each plane.
std::vector<guint8> pixels(const std::vector<guint8>& memory, const PlaneLayout& where,
                           const std::vector<std::pair<gsize, gsize>>& planes) {
    std::vector<guint8> result;
    for (std::size_t plane = 0; plane < planes.size(); ++plane)
        for (gsize row = 0; row < planes[plane].second; ++row) {
            const auto* first = memory.data() + where.offset[plane] + row * static_cast<gsize>(where.stride[plane]);
            result.insert(result.end(), first, first + planes[plane].first);
        }
    return result;
}

/// Moves a picture there and back, and holds every byte of it.
void expect_moves(const GstVideoInfo& info, const PlaneLayout& from, const PlaneLayout& to,
                  const std::vector<std::pair<gsize, gsize>>& planes) {
    std::vector<guint8> memory(from.size);
    for (gsize i = 0; i < memory.size(); ++i)
        memory[i] = static_cast<guint8>(i * 7 + i / 251);
    const auto there = copied(plane_copies(info, from, to), memory, to.size);
    EXPECT_EQ(pixels(there, to, planes), pixels(memory, from, planes));
    const auto back = copied(plane_copies(info, to, from), there, from.size);
    EXPECT_EQ(pixels(back, from, planes), pixels(memory, from, planes));
}

// 1080 lines are coded as 1088, and rows lie a power of two apart: the chroma plane begins far behind the picture.
TEST(Planes, ADecodersSurfaceBecomesAPlainPicture) {
    const auto info = video_info(GST_VIDEO_FORMAT_NV12, 1920, 1080);
    const auto surface = layout({2048, 2048}, {1088, 544});
    const auto plain = layout_of(info, info.size);
    EXPECT_NE(surface.size, plain.size);
    expect_moves(info, surface, plain, {{1920, 1080}, {1920, 540}});
    EXPECT_EQ(plane_copies(info, surface, plain)[1], (PlaneCopy{2048 * 1088, 2048, 1920 * 1080, 1920, 1920, 540}));
}

TEST(Planes, EqualSizesWithOtherStridesAreOtherLayouts) {
    const auto info = video_info(GST_VIDEO_FORMAT_I420, 60, 32);
    const auto a = layout({128, 32, 32}, {32, 16, 16}), b = layout({96, 64, 64}, {32, 16, 16});
    ASSERT_EQ(a.size, b.size);
    expect_moves(info, a, b, {{60, 32}, {30, 16}, {30, 16}});
    // One flat copy of as many bytes is another picture.
    std::vector<guint8> memory(a.size);
    std::iota(memory.begin(), memory.end(), guint8{0});
    EXPECT_NE(pixels(memory, b, {{60, 32}}), pixels(memory, a, {{60, 32}}));
}

TEST(Planes, PaddedChromaIsLeftOut) {
    const auto info = video_info(GST_VIDEO_FORMAT_I420, 64, 48);
    expect_moves(info, layout({256, 256, 256}, {64, 32, 32}), layout({64, 32, 32}, {48, 24, 24}),
                 {{64, 48}, {32, 24}, {32, 24}});
}

TEST(Planes, OddSizesRoundTheirChromaUp) {
    expect_moves(video_info(GST_VIDEO_FORMAT_I420, 101, 51), layout({128, 64, 64}, {51, 26, 26}),
                 layout({101, 51, 51}, {51, 26, 26}), {{101, 51}, {51, 26}, {51, 26}});
    expect_moves(video_info(GST_VIDEO_FORMAT_NV12, 101, 51), layout({128, 128}, {51, 26}), layout({102, 102}, {51, 26}),
                 {{101, 51}, {102, 26}});
}

TEST(Planes, PackedPixelsAreOnePlane) {
    expect_moves(video_info(GST_VIDEO_FORMAT_RGB, 33, 7), layout({512}, {8}), layout({100}, {7}), {{99, 7}});
    expect_moves(video_info(GST_VIDEO_FORMAT_BGRx, 33, 7), layout({512}, {8}), layout({132}, {7}), {{132, 7}});
}

TEST(Planes, WhatIsNotInsideItsMemoryIsNotCopied) {
    const auto info = video_info(GST_VIDEO_FORMAT_NV12, 64, 32);
    const auto good = layout_of(info, info.size);
    EXPECT_EQ(plane_copies(info, good, good).size(), 2U);
    const auto refused = [&](const auto& change) {
        auto bad = good;
        change(bad);
        EXPECT_TRUE(plane_copies(info, bad, good).empty());
        EXPECT_TRUE(plane_copies(info, good, bad).empty());
    };
    refused([](PlaneLayout& bad) { --bad.size; });
    refused([](PlaneLayout& bad) { ++bad.offset[1]; });
    refused([](PlaneLayout& bad) { bad.offset[1] = G_MAXSIZE; });
    refused([](PlaneLayout& bad) { bad.stride[0] = 63; });
    refused([](PlaneLayout& bad) { bad.stride[1] = -64; });
    refused([](PlaneLayout& bad) { bad.stride[0] = G_MAXINT; });
    refused([](PlaneLayout& bad) { bad.size = 0; });
}

TEST(Planes, TheBuffersMetadataSaysWhereThePlanesLie) {
    const auto picture = video_info(GST_VIDEO_FORMAT_NV12, 64, 30), coded = video_info(GST_VIDEO_FORMAT_NV12, 64, 32);
    const Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, 128 * 48, nullptr));
    const auto of_info = layout_of(buffer.get(), coded, picture, 128 * 48);
    ASSERT_TRUE(of_info);
    EXPECT_EQ(of_info->offset[1], 64U * 32);
    EXPECT_EQ(of_info->size, 128U * 48);
    gsize offsets[GST_VIDEO_MAX_PLANES]{0, 128 * 32};
    gint strides[GST_VIDEO_MAX_PLANES]{128, 128};
    gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_NV12, 64, 30, 2, offsets,
                                   strides);
    const auto of_meta = layout_of(buffer.get(), coded, picture, 128 * 48);
    ASSERT_TRUE(of_meta);
    EXPECT_EQ(of_meta->offset[1], 128U * 32);
    EXPECT_EQ(of_meta->stride[0], 128);
}

TEST(Planes, AnotherPictureHasNoLayout) {
    const auto picture = video_info(GST_VIDEO_FORMAT_NV12, 64, 32);
    const Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, 64 * 48, nullptr));
    EXPECT_TRUE(layout_of(buffer.get(), picture, picture, 64 * 48));
    EXPECT_FALSE(layout_of(buffer.get(), video_info(GST_VIDEO_FORMAT_NV12, 62, 32), picture, 64 * 48));
    EXPECT_FALSE(layout_of(buffer.get(), video_info(GST_VIDEO_FORMAT_NV12, 64, 30), picture, 64 * 48));
    EXPECT_FALSE(layout_of(buffer.get(), video_info(GST_VIDEO_FORMAT_I420, 64, 32), picture, 64 * 48));
}

}  // namespace
