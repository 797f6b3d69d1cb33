// SPDX-License-Identifier: MIT
// Buffers that are not what the caps promise, or that belong to others: both elements pass them on unharmed.
#include "faults.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>

using namespace ausm::test;

namespace {

const auto* const open_engine = testing::AddGlobalTestEnvironment(new OpenEngine);

constexpr const char* kOverlay = "maskoverlay alpha=1 style=fill labels=false ids=false";

/// One element after the other, with an object that covers the square.
struct Pair {
    Segment segment;
    Harness overlay{kOverlay};
    int frames = 1;

    explicit Pair(const std::string& caps = kCaps) {
        segment.caps(caps);
        overlay.caps(caps);
        segment.show(5, 0);
    }
    /// What comes out at the end, nothing when one of them failed.
    Owned<GstBuffer> pass(Owned<GstBuffer> buffer) {
        if (segment.push(std::move(buffer)) != GST_FLOW_OK)
            return nullptr;
        auto segmented = segment.pull();
        if (!segmented || overlay.push(std::move(segmented)) != GST_FLOW_OK)
            return nullptr;
        return overlay.pull();
    }
    void expect_next_frame_to_be_followed() {
        auto buffer = segment.pass(frames++);
        ASSERT_TRUE(buffer);
        EXPECT_EQ(ids(buffer.get()), (std::set<gint64>{5}));
        const auto before = bytes(buffer.get());
        ASSERT_EQ(overlay.push(std::move(buffer)), GST_FLOW_OK);
        buffer = overlay.pull();
        ASSERT_TRUE(buffer);
        EXPECT_NE(bytes(buffer.get()), before) << "nothing is drawn any more";
    }
};

struct Lie {
    const char* name;
    std::function<void(GstVideoMeta*)> tell;
};

class LyingMetadata : public testing::TestWithParam<Lie> {};

/// The pixels lie in the middle of a larger block, so that a byte written beside them is seen.
TEST_P(LyingMetadata, NothingOutsideThePictureIsTouched) {
    constexpr gsize kAround = 1 << 16;
    Pair pair("video/x-raw,format=RGB,width=96,height=64,framerate=25/1");
    const gsize size = pair.segment.info().size;
    std::vector<guint8> block(kAround + size + kAround, 0x55);
    const auto wrapped = [&] {
        Owned<GstBuffer> buffer(gst_buffer_new_wrapped_full(static_cast<GstMemoryFlags>(0), block.data() + kAround,
                                                            size, 0, size, nullptr, nullptr));
        GST_BUFFER_PTS(buffer.get()) = 0;
        return buffer;
    };
    const auto before = block;
    auto buffer = wrapped();
    GetParam().tell(gst_buffer_add_video_meta(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGB, 96, 64));
    ASSERT_EQ(pair.segment.push(std::move(buffer)), GST_FLOW_OK);
    EXPECT_EQ(ids(pair.segment.pull().get()), (std::set<gint64>{-1}));
    expect_parts(text_on(pair.segment, GST_MESSAGE_WARNING), {"passed on without being segmented", "video metadata"});
    // The overlay gets it with masks, as after an element in between that has changed the layout.
    buffer = wrapped();
    GetParam().tell(gst_buffer_add_video_meta(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGB, 96, 64));
    const auto masked = pair.segment.pass(pair.frames++);
    ASSERT_TRUE(masked);
    ASSERT_TRUE(gst_buffer_copy_into(buffer.get(), masked.get(), GST_BUFFER_COPY_META, 0, -1));
    ASSERT_EQ(pair.overlay.push(std::move(buffer)), GST_FLOW_OK);
    EXPECT_TRUE(pair.overlay.pull());
    EXPECT_TRUE(block == before) << "maskoverlay wrote where the metadata pointed to";
    expect_parts(text_on(pair.overlay, GST_MESSAGE_WARNING), {"cannot be drawn on", "video metadata"});
    EXPECT_EQ(text_on(pair.overlay, GST_MESSAGE_WARNING), "");
    pair.expect_next_frame_to_be_followed();
}

INSTANTIATE_TEST_SUITE_P(
    All, LyingMetadata,
    testing::Values(Lie{"stride_too_large", [](GstVideoMeta* meta) { meta->stride[0] = 96 * 3 + 300; }},
                    Lie{"stride_backwards", [](GstVideoMeta* meta) { meta->stride[0] = -96 * 3; }},
                    Lie{"offset_too_large", [](GstVideoMeta* meta) { meta->offset[0] = 96 * 3 * 32; }},
                    Lie{"offset_behind_the_end", [](GstVideoMeta* meta) { meta->offset[0] = 96 * 3 * 64; }},
                    Lie{"smaller_picture", [](GstVideoMeta* meta) { meta->width = 8; }},
                    Lie{"another_format", [](GstVideoMeta* meta) { meta->format = GST_VIDEO_FORMAT_BGR; }},
                    Lie{"no_planes", [](GstVideoMeta* meta) { meta->n_planes = 0; }}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Buffers, OfWrongSizePassBothElementsAndTheStreamGoesOn) {
    Pair pair;
    for (const gsize size : {gsize{0}, gsize{1}, pair.segment.info().size - 1}) {
        auto buffer =
            pair.pass(Owned<GstBuffer>(size == 0 ? gst_buffer_new() : gst_buffer_new_allocate(nullptr, size, nullptr)));
        ASSERT_TRUE(buffer) << size;
        EXPECT_EQ(gst_buffer_get_size(buffer.get()), size);
    }
    expect_parts(text_on(pair.segment, GST_MESSAGE_WARNING), {"0 bytes", "96x64"});
    EXPECT_EQ(text_on(pair.segment, GST_MESSAGE_WARNING), "") << "once for a run of them";
    EXPECT_EQ(text_on(pair.overlay, GST_MESSAGE_WARNING), "") << "without masks nothing was to be drawn";
    pair.expect_next_frame_to_be_followed();
    // Larger than needed is what decoders give.
    auto larger = pair.segment.picture(pair.frames);
    gst_buffer_append_memory(larger.get(), gst_allocator_alloc(nullptr, 4096, nullptr));
    larger = pair.pass(std::move(larger));
    ASSERT_TRUE(larger);
}

TEST(Buffers, ReadOnlyPixelsAreSegmentedAndDrawnOnAsACopy) {
    Pair pair;
    auto pixels = bytes(pair.segment.picture(pair.frames++).get());
    const auto before = pixels;
    Owned<GstBuffer> buffer(gst_buffer_new_wrapped_full(GST_MEMORY_FLAG_READONLY, pixels.data(), pixels.size(), 0,
                                                        pixels.size(), nullptr, nullptr));
    ASSERT_EQ(pair.segment.push(std::move(buffer)), GST_FLOW_OK);
    buffer = pair.segment.pull();
    ASSERT_TRUE(buffer);
    EXPECT_EQ(ids(buffer.get()), (std::set<gint64>{5}));
    ASSERT_EQ(pair.overlay.push(std::move(buffer)), GST_FLOW_OK);
    buffer = pair.overlay.pull();
    ASSERT_TRUE(buffer);
    EXPECT_EQ(pixels, before) << "read-only memory was written to";
    EXPECT_NE(bytes(buffer.get()), before);
    pair.expect_next_frame_to_be_followed();
}

TEST(Buffers, WhatOthersHoldIsNeitherDrawnOnNorGivenMetadata) {
    Pair pair;
    const auto shared = pair.segment.picture(pair.frames++);
    const auto before = bytes(shared.get());
    const auto drawn = pair.pass(Owned<GstBuffer>(gst_buffer_ref(shared.get())));
    ASSERT_TRUE(drawn);
    EXPECT_EQ(bytes(shared.get()), before);
    EXPECT_EQ(ids(shared.get()), (std::set<gint64>{-1}));
    EXPECT_NE(bytes(drawn.get()), before);
    // The same pixels in two buffers, as after a tee and a copy of the buffer's head.
    const auto head = Owned<GstBuffer>(gst_buffer_copy(shared.get()));
    ASSERT_TRUE(pair.pass(Owned<GstBuffer>(gst_buffer_copy(head.get()))));
    EXPECT_EQ(bytes(shared.get()), before);
}

TEST(Buffers, PlanesInMemoriesOfTheirOwnAreOnePicture) {
    Pair pair;
    const GstVideoInfo& info = pair.segment.info();
    const auto whole = pair.segment.picture(1);
    const auto pixels = bytes(whole.get());
    Owned<GstBuffer> buffer(gst_buffer_new());
    gsize offset[GST_VIDEO_MAX_PLANES] = {info.offset[0], info.offset[1], info.offset[2]};
    for (guint plane = 0; plane < 3; ++plane) {
        const gsize end = plane == 2 ? info.size : info.offset[plane + 1];
        GstMemory* memory = gst_allocator_alloc(nullptr, end - info.offset[plane], nullptr);
        GstMapInfo map;
        ASSERT_TRUE(gst_memory_map(memory, &map, GST_MAP_WRITE));
        std::memcpy(map.data, pixels.data() + info.offset[plane], map.size);
        gst_memory_unmap(memory, &map);
        gst_buffer_append_memory(buffer.get(), memory);
    }
    gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 96, 64, 3, offset,
                                   const_cast<gint*>(info.stride));
    const auto drawn = pair.pass(std::move(buffer));
    ASSERT_TRUE(drawn);
    EXPECT_EQ(gst_buffer_n_memory(drawn.get()), 3U);
    EXPECT_EQ(text_on(pair.segment, GST_MESSAGE_WARNING) + text_on(pair.overlay, GST_MESSAGE_WARNING), "");
    EXPECT_NE(bytes(drawn.get()), pixels);
    pair.expect_next_frame_to_be_followed();
}

TEST(Buffers, FlagsOfDamageAndGapsStayAndTheFrameCounts) {
    Pair pair;
    auto buffer = pair.segment.picture(1);
    GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_CORRUPTED | GST_BUFFER_FLAG_GAP | GST_BUFFER_FLAG_DISCONT);
    ASSERT_EQ(pair.segment.push(std::move(buffer)), GST_FLOW_OK);
    buffer = pair.segment.pull();
    ASSERT_TRUE(buffer);
    EXPECT_TRUE(GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_CORRUPTED));
    EXPECT_TRUE(GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT));
    EXPECT_EQ(ids(buffer.get()), (std::set<gint64>{5}));
}

}  // namespace
