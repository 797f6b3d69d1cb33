// SPDX-License-Identifier: MIT
// CUDA memory through ausmsegment: with a GPU the same masks as from system memory; without one, what can be known.
#include "segment.h"

#include "gst/gstausmcuda.h"

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

}  // namespace
