// SPDX-License-Identifier: MIT
// CUDA memory through ausmsegment: with a GPU the same masks as from system memory; without one, what can be known.
#include "../segment.h"

#include "gst/gstausmcuda.h"

#ifdef AUSM_GST_CUDA
#include <gst/cuda/gstcudacontext.h>
#include <gst/cuda/gstcudaloader.h>
#include <gst/cuda/gstcudamemory.h>
#endif
#include <gtest/gtest.h>

using namespace ausm::test;

namespace {

TEST(AusmSegmentCuda, AClosedShareReadsNothingAndAnswersNothing) {
    const Owned<GstElement> element(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("ausmsegment", nullptr))));
    ausm::gst::CudaShare share;
    share.open(element.get(), nullptr, -1);  // an engine on the CPU
    EXPECT_FALSE(share.is_open());
    const Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, 64, nullptr));
    EXPECT_FALSE(share.can_read(buffer.get()));
    const Owned<GstQuery> query(gst_query_new_context("gst.cuda.context"));
    EXPECT_FALSE(share.answer(element.get(), query.get()));
}

TEST(AusmSegmentCuda, AModelOnTheCpuOffersNoCudaContext) {
    Segment segment("ausmsegment device=cpu inference-size=64 latency=0");
    ASSERT_TRUE(segment.pass(0));
    const Owned<GstQuery> query(gst_query_new_context("gst.cuda.context"));
    EXPECT_FALSE(gst_pad_peer_query(segment.get()->srcpad, query.get()));
    EXPECT_FALSE(segment.message(GST_MESSAGE_HAVE_CONTEXT));
}

/// Objects and map of the last of five frames.
std::vector<guint8> map_through(const std::string& upload) {
    const std::string line =
        "videotestsrc num-buffers=5 pattern=ball ! "
        "video/x-raw,format=NV12,width=320,height=192,framerate=25/1" +
        upload +
        " ! ausmsegment name=segment device=cuda latency=0 threshold=0 ! fakesink name=sink "
        "enable-last-sample=true sync=false";
    const Owned<GstElement> pipeline(GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(line.c_str(), nullptr))));
    const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const Owned<GstMessage> end(gst_bus_timed_pop_filtered(
        bus.get(), 120 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    EXPECT_TRUE(end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS) << line;
    const Owned<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "sink"));
    GstSample* last = nullptr;
    g_object_get(sink.get(), "last-sample", &last, nullptr);
    const Owned<GstSample> sample(last);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    GstAusmMetaView view;
    if (!sample || !gst_ausm_meta_get(gst_sample_get_buffer(sample.get()), &view))
        return {};
    return bytes(view.map);
}

// gst-launch-1.0 videotestsrc ! video/x-raw,format=NV12 ! cudaupload ! ausmsegment device=cuda ! fakesink
TEST(AusmSegmentCuda, FramesInCudaMemoryGiveTheMasksOfFramesInSystemMemory) {
    const Owned<GstElement> upload(gst_element_factory_make("cudaupload", nullptr));
    if (!upload)
        GTEST_SKIP() << "no element cudaupload: no NVIDIA driver, or GStreamer's plugin nvcodec is missing";
    if (*ausm::gst::cuda_caps_text() == 0)
        GTEST_SKIP() << "built without GStreamer's CUDA library";
    const auto host = map_through("");
    ASSERT_FALSE(host.empty());
    EXPECT_EQ(map_through(" ! cudaupload"), host);
    EXPECT_EQ(map_through(" ! cudaupload ! cudaconvert ! video/x-raw(memory:CUDAMemory),format=NV12"), host);
}

#ifdef AUSM_GST_CUDA
/// A picture in memory that is laid out for a larger one, as decoders' surfaces are.
Owned<GstBuffer> surface_of(GstCudaContext* context, const GstVideoInfo& picture, const GstVideoInfo& coded) {
#if GST_CHECK_VERSION(1, 24, 0)
    GstMemory* memory = gst_cuda_allocator_alloc(nullptr, context, nullptr, &coded);
#else
    GstMemory* memory = gst_cuda_allocator_alloc(nullptr, context, &coded);
#endif
    if (!memory)
        return nullptr;
    Owned<GstBuffer> buffer(gst_buffer_new());
    gst_buffer_append_memory(buffer.get(), memory);
    GstVideoInfo laid_out = GST_CUDA_MEMORY_CAST(memory)->info;
    gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&picture),
                                   GST_VIDEO_INFO_WIDTH(&picture), GST_VIDEO_INFO_HEIGHT(&picture),
                                   GST_VIDEO_INFO_N_PLANES(&picture), laid_out.offset, laid_out.stride);
    return buffer;
}

/// Calls `work` with every byte of the picture, and with its number.
template <class Work>
void each_byte(GstBuffer* buffer, GstVideoInfo& picture, GstMapFlags flags, const Work& work) {
    GstVideoFrame frame;
    ASSERT_TRUE(gst_video_frame_map(&frame, &picture, buffer, flags));
    std::size_t number = 0;
    for (guint plane = 0; plane < 2; ++plane)
        for (gint row = 0; row < picture.height >> plane; ++row) {
            auto* bytes = static_cast<guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, plane)) +
                          static_cast<std::ptrdiff_t>(row) * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, plane);
            for (gint x = 0; x < picture.width; ++x)
                work(bytes[x], number++);
        }
    gst_video_frame_unmap(&frame);
}

guint8 wanted(std::size_t number) { return static_cast<guint8>(number * 7 + number / 251); }

// What a hardware decoder hands out: its own context, rows a pitch apart, 1080 lines coded as 1088.
TEST(AusmSegmentCuda, AFrameOfAnotherContextIsCopiedPlaneByPlane) {
    if (!gst_cuda_load_library())
        GTEST_SKIP() << "no NVIDIA driver";
    const Owned<GstObject> shared(GST_OBJECT_CAST(gst_cuda_context_new(0)));
    const Owned<GstObject> foreign(GST_OBJECT_CAST(gst_cuda_context_new(0)));
    if (!shared || !foreign)
        GTEST_SKIP() << "no GPU";
    gst_cuda_memory_init_once();
    const Owned<GstElement> element(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("ausmsegment", nullptr))));
    ausm::gst::CudaShare share;
    share.open(element.get(), gst_cuda_context_get_handle(GST_CUDA_CONTEXT_CAST(shared.get())), 0);
    ASSERT_TRUE(share.is_open());

    GstVideoInfo picture, coded;
    gst_video_info_set_format(&picture, GST_VIDEO_FORMAT_NV12, 1920, 1080);
    gst_video_info_set_format(&coded, GST_VIDEO_FORMAT_NV12, 1920, 1088);
    const auto buffer = surface_of(GST_CUDA_CONTEXT_CAST(foreign.get()), picture, coded);
    ASSERT_TRUE(buffer);
    each_byte(buffer.get(), picture, GST_MAP_WRITE, [](guint8& byte, std::size_t number) { byte = wanted(number); });

    ASSERT_TRUE(share.can_read(buffer.get()));
    const auto copy = share.in_shared_context(buffer.get(), picture);
    ASSERT_TRUE(copy);
    ASSERT_NE(copy.get(), buffer.get());
    std::size_t wrong = 0, bytes = 0;
    each_byte(copy.get(), picture, GST_MAP_READ, [&](guint8 byte, std::size_t number) {
        wrong += byte == wanted(number) ? 0 : 1;
        ++bytes;
    });
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(bytes, 1920U * 1080 * 3 / 2);
    EXPECT_EQ(share.in_shared_context(copy.get(), picture).get(), copy.get()) << "it is there already";
}
#endif

}  // namespace
