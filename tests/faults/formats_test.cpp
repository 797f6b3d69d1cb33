// SPDX-License-Identifier: MIT
// Every format in sizes and layouts that nobody expects, through ausmsegment and maskoverlay.
#include "faults.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

using namespace ausm::test;

namespace {

const auto* const open_engine = testing::AddGlobalTestEnvironment(new OpenEngine);

constexpr guint8 kPadding = 0xab;
constexpr const char* kOverlay = "maskoverlay alpha=1 style=fill labels=false ids=false";

std::string caps_of(const char* format, int width, int height) {
    return std::string("video/x-raw,framerate=25/1,format=") + format + ",width=" + std::to_string(width) +
           ",height=" + std::to_string(height);
}

enum class Layout { kPadded, kUpsideDown };

/// The same picture with longer rows and gaps between the planes, or stored from the last row to the first.
Owned<GstBuffer> laid_out(GstBuffer* plain, const GstVideoInfo& info, Layout layout) {
    gsize offset[GST_VIDEO_MAX_PLANES] = {}, begin[GST_VIDEO_MAX_PLANES] = {}, size = 13;
    gint stride[GST_VIDEO_MAX_PLANES] = {}, rows[GST_VIDEO_MAX_PLANES] = {};
    for (guint plane = 0; plane < GST_VIDEO_INFO_N_PLANES(&info); ++plane) {
        gint components[GST_VIDEO_MAX_COMPONENTS];
        gst_video_format_info_component(info.finfo, plane, components);
        rows[plane] = GST_VIDEO_INFO_COMP_HEIGHT(&info, components[0]);
        stride[plane] = info.stride[plane] + 5;
        begin[plane] = size;
        size += static_cast<gsize>(stride[plane]) * static_cast<gsize>(rows[plane]) + 7;
        offset[plane] = begin[plane];
        if (layout == Layout::kUpsideDown) {
            offset[plane] += static_cast<gsize>(stride[plane]) * static_cast<gsize>(rows[plane] - 1);
            stride[plane] = -stride[plane];
        }
    }
    Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, size, nullptr));
    gst_buffer_memset(buffer.get(), 0, kPadding, size);
    gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&info),
                                   static_cast<guint>(info.width), static_cast<guint>(info.height),
                                   GST_VIDEO_INFO_N_PLANES(&info), offset, stride);
    GstMapInfo map, from;
    EXPECT_TRUE(gst_buffer_map(buffer.get(), &map, GST_MAP_WRITE) && gst_buffer_map(plain, &from, GST_MAP_READ));
    for (guint plane = 0; plane < GST_VIDEO_INFO_N_PLANES(&info); ++plane)
        for (gint row = 0; row < rows[plane]; ++row)
            std::copy_n(from.data + info.offset[plane] + row * info.stride[plane], info.stride[plane],
                        map.data + static_cast<gssize>(offset[plane]) + row * stride[plane]);
    gst_buffer_unmap(plain, &from);
    gst_buffer_unmap(buffer.get(), &map);
    gst_buffer_copy_into(buffer.get(), plain, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
    return buffer;
}

/// How often the byte of the padding occurs; a picture of grey has none of its own.
std::ptrdiff_t padding_of(GstBuffer* buffer) {
    const auto all = bytes(buffer);
    return std::count(all.begin(), all.end(), kPadding);
}

std::vector<guint8> map_of(GstBuffer* buffer) {
    GstAusmMetaView view;
    return gst_ausm_meta_get(buffer, &view) ? bytes(view.map) : std::vector<guint8>{};
}

/// Shows the whole picture as object 1 with the next frame; its mask is drawn as it was given.
void show_all(Segment& segment) {
    ASSERT_TRUE(add_prompt(segment,
                           gst_structure_new(ausm::gst::kPromptName, "op", G_TYPE_STRING, "mask", "mask", G_TYPE_STRING,
                                             "{\"size\":[1,1],\"counts\":[0,1]}", "object", G_TYPE_INT, 1, nullptr)));
}

/// Every visible component byte of a picture that is covered by object 1: its colour, and what was there as alpha.
void expect_painted(const std::vector<guint8>& drawn, const std::vector<guint8>& before, const GstVideoInfo& info) {
    ASSERT_EQ(drawn.size(), before.size());
    const auto pixels = static_cast<std::size_t>(info.width) * static_cast<std::size_t>(info.height);
    const bool rgb = GST_VIDEO_INFO_IS_RGB(&info);
    const auto luma = static_cast<guint8>(
        info.colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_BT601 || GST_VIDEO_INFO_HEIGHT(&info) <= 576 ? 49 : 39);
    const auto first = drawn.begin(), end = first + static_cast<std::ptrdiff_t>(pixels);
    const guint8 value = *first;
    EXPECT_TRUE(std::all_of(first, end, [value](guint8 byte) { return byte == value; })) << "the object has holes";
    if (rgb) {
        EXPECT_EQ(value, 128);
        EXPECT_TRUE(std::all_of(end, end + static_cast<std::ptrdiff_t>(2 * pixels), [](guint8 b) { return b == 0; }));
        EXPECT_TRUE(std::equal(end + static_cast<std::ptrdiff_t>(2 * pixels), drawn.end(),
                               before.begin() + static_cast<std::ptrdiff_t>(3 * pixels)))
            << "alpha was drawn on";
    } else if (info.colorimetry.range != GST_VIDEO_COLOR_RANGE_0_255) {
        EXPECT_EQ(value, luma);
    }
}

class Formats : public testing::TestWithParam<const char*> {
protected:
    Segment segment{"ausmsegment inference-size=64 latency=0 mode=prompted map-size=frame"};
    Harness overlay{kOverlay};
    int frames = 0;

    void start(int width, int height) {
        segment.caps(caps_of(GetParam(), width, height));
        overlay.caps(caps_of(GetParam(), width, height));
    }
    /// The picture through both elements, checked.
    void pass_both(int width, int height) {
        SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height));
        start(width, height);
        show_all(segment);
        const auto before = packed(segment.picture(0).get(), segment.info());
        auto buffer = segment.pass(frames++);
        ASSERT_TRUE(buffer) << text_on(segment, GST_MESSAGE_ERROR);
        EXPECT_TRUE(packed(buffer.get(), segment.info()) == before) << "ausmsegment changed the picture";
        GstAusmMetaView view;
        ASSERT_TRUE(gst_ausm_meta_get(buffer.get(), &view));
        EXPECT_EQ(std::pair(view.width, view.height), std::pair(width, height));
        EXPECT_EQ(std::pair(view.map_width, view.map_height), std::pair(width, height));
        ASSERT_EQ(overlay.push(std::move(buffer)), GST_FLOW_OK);
        const auto drawn = overlay.pull();
        ASSERT_TRUE(drawn);
        expect_painted(packed(drawn.get(), overlay.info()), before, overlay.info());
        EXPECT_EQ(text_on(segment, GST_MESSAGE_WARNING) + text_on(overlay, GST_MESSAGE_WARNING), "");
    }
};

TEST_P(Formats, OddSizesFromOnePixelOnWhileTheCapsChange) {
    for (const auto& [width, height] : {std::pair{1, 1}, {3, 5}, {5, 3}, {2, 2}, {1, 64}, {97, 61}, {8191, 3}})
        pass_both(width, height);
}

TEST_P(Formats, PaddedAndUpsideDownLayoutsGiveTheSameAndKeepTheirPadding) {
    for (const auto& [width, height] : {std::pair{3, 5}, {97, 61}}) {
        SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height));
        start(width, height);
        const auto plain = segment.picture(0);
        const auto before = packed(plain.get(), segment.info());
        std::vector<guint8> map, drawn;
        for (const int layout : {-1, 0, 1}) {
            SCOPED_TRACE(layout < 0 ? "plain" : layout == 0 ? "padded" : "upside down");
            gboolean taken = FALSE;
            g_signal_emit_by_name(segment.element(), "reset", &taken);
            ASSERT_TRUE(add_prompt(segment, box(1)));
            auto buffer = layout < 0 ? Owned<GstBuffer>(gst_buffer_copy_deep(plain.get()))
                                     : laid_out(plain.get(), segment.info(), static_cast<Layout>(layout));
            const auto padding = padding_of(buffer.get());
            ASSERT_EQ(segment.push(std::move(buffer)), GST_FLOW_OK);
            buffer = segment.pull();
            ASSERT_TRUE(buffer);
            EXPECT_TRUE(packed(buffer.get(), segment.info()) == before);
            const auto this_map = map_of(buffer.get());
            ASSERT_EQ(this_map.size(), static_cast<std::size_t>(width * height));
            ASSERT_EQ(overlay.push(std::move(buffer)), GST_FLOW_OK);
            buffer = overlay.pull();
            ASSERT_TRUE(buffer);
            const auto this_drawn = packed(buffer.get(), overlay.info());
            if (layout < 0) {
                map = this_map;
                drawn = this_drawn;
                continue;
            }
            EXPECT_TRUE(this_map == map) << "the model saw another picture";
            EXPECT_TRUE(this_drawn == drawn) << "other pixels were drawn on";
            EXPECT_EQ(padding_of(buffer.get()), padding) << "the padding was drawn on";
        }
    }
    EXPECT_EQ(text_on(segment, GST_MESSAGE_WARNING) + text_on(overlay, GST_MESSAGE_WARNING), "");
}

INSTANTIATE_TEST_SUITE_P(All, Formats,
                         testing::Values("RGB", "BGR", "RGBA", "BGRA", "RGBx", "BGRx", "NV12", "I420", "GRAY8"),
                         [](const auto& test) { return std::string(test.param); });

class Large : public Formats {};

TEST_P(Large, Picture8K) { pass_both(7680, 4320); }

INSTANTIATE_TEST_SUITE_P(Once, Large, testing::Values("I420"));

}  // namespace
