// SPDX-License-Identifier: MIT
// Masks and text on prompt_sink in whole pipelines, with threads on every side: nothing hangs and no mask is missed.
#include "../trace.h"

#include <gtest/gtest.h>

#include <atomic>

using namespace ausm::test;

namespace {

constexpr auto kFlush = static_cast<GstSeekFlags>(int{GST_SEEK_FLAG_FLUSH} | GST_SEEK_FLAG_ACCURATE);

/// A video and a video of masks of as many frames, and how many frames came behind how many masks.
class Pipeline {
public:
    explicit Pipeline(int length, const std::string& properties = "") {
        const std::string count = std::to_string(length);
        const std::string launch =
            "videotestsrc num-buffers=" + count +
            " ! video/x-raw,format=I420,width=32,height=16,framerate=25/1 ! queue ! ausmprompt name=p " + properties +
            " ! fakesink name=sink sync=false  videotestsrc pattern=white num-buffers=" + count +
            " ! video/x-raw,format=GRAY8,width=9,height=5,framerate=25/1 ! queue max-size-buffers=2 ! p.prompt_sink";
        pipeline_.reset(gst_parse_launch(launch.c_str(), nullptr));
        bus_.reset(gst_element_get_bus(pipeline_.get()));
        const Owned<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "sink"));
        const Owned<GstPad> pad(gst_element_get_static_pad(sink.get(), "sink"));
        gst_pad_add_probe(pad.get(),
                          static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                          record, this, nullptr);
    }
    ~Pipeline() { state(GST_STATE_NULL); }
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    [[nodiscard]] GstElement* get() const { return pipeline_.get(); }
    void state(GstState state) const { gst_element_set_state(pipeline_.get(), state); }
    [[nodiscard]] GstStateChangeReturn reach() const {
        return gst_element_get_state(pipeline_.get(), nullptr, nullptr, 60 * GST_SECOND);
    }
    [[nodiscard]] bool ends() const {
        const Owned<GstMessage> end(gst_bus_timed_pop_filtered(
            bus_.get(), 60 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
        return end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS;
    }
    /// False when no further frames come for a minute.
    [[nodiscard]] bool flows() const {
        const int before = frames;
        for (int i = 0; i < 60'000 && frames < before + 3; ++i)
            g_usleep(1000);
        return frames >= before + 3;
    }

    std::atomic<int> frames{0}, masked{0}, late{0};

private:
    static GstPadProbeReturn record(GstPad*, GstPadProbeInfo* info, gpointer data) {
        auto& self = *static_cast<Pipeline*>(data);
        if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) {
            self.masked += std::exchange(self.mask_, false) ? 1 : 0;
            ++self.frames;
        } else if (gst_event_has_name(GST_PAD_PROBE_INFO_EVENT(info), ausm::gst::kPromptName)) {
            self.mask_ = true;
            self.late +=
                gst_structure_has_field(gst_event_get_structure(GST_PAD_PROBE_INFO_EVENT(info)), "late") ? 1 : 0;
        }
        return GST_PAD_PROBE_OK;
    }

    Owned<GstElement> pipeline_;
    Owned<GstBus> bus_;
    bool mask_ = false;  // streaming thread
};

class MaskPipeline : public testing::Test {
protected:
    void SetUp() override {
        const Owned<GstElementFactory> factory(gst_element_factory_find("videotestsrc"));
        if (!factory)
            GTEST_SKIP() << "videotestsrc is not installed";
        if (std::getenv("AUSM_SANITIZED"))
            GTEST_SKIP() << "the system's elements are not built with the sanitizer";
    }
};

TEST_F(MaskPipeline, EveryFrameHasItsMask) {
    Pipeline pipeline(200);
    pipeline.state(GST_STATE_PLAYING);
    EXPECT_TRUE(pipeline.ends());
    EXPECT_EQ(pipeline.frames, 200);
    EXPECT_EQ(pipeline.masked, 200);
    EXPECT_EQ(pipeline.late, 0);
}

TEST_F(MaskPipeline, SeeksGoToBothSidesWhilePlayingAndPaused) {
    Pipeline pipeline(100000);
    pipeline.state(GST_STATE_PAUSED);
    ASSERT_EQ(pipeline.reach(), GST_STATE_CHANGE_SUCCESS);
    for (int i = 0; i < 30; ++i) {
        pipeline.state(i % 3 == 0 ? GST_STATE_PAUSED : GST_STATE_PLAYING);
        ASSERT_EQ(pipeline.reach(), GST_STATE_CHANGE_SUCCESS);
        ASSERT_TRUE(gst_element_seek_simple(pipeline.get(), GST_FORMAT_TIME, kFlush, i * 7 % 5 * GST_SECOND));
        ASSERT_EQ(pipeline.reach(), GST_STATE_CHANGE_SUCCESS);
    }
    pipeline.state(GST_STATE_PLAYING);
    ASSERT_TRUE(pipeline.flows());
    pipeline.state(GST_STATE_NULL);
    EXPECT_EQ(pipeline.masked, pipeline.frames);
    EXPECT_EQ(pipeline.late, 0);
}

TEST_F(MaskPipeline, ChangesOfStateAtAnyMomentNeverHang) {
    for (int i = 0; i < 40; ++i) {
        Pipeline pipeline(100000);
        pipeline.state(i % 2 == 0 ? GST_STATE_PLAYING : GST_STATE_PAUSED);
        g_usleep(static_cast<gulong>(i * 300));
        pipeline.state(GST_STATE_READY);
        pipeline.state(GST_STATE_PLAYING);
        ASSERT_TRUE(pipeline.flows());
    }
}

/// Another video of masks for a pad that is there again.
void attach_masks(const Pipeline& pipeline, GstElement* prompt) {
    GstElement* masks = gst_parse_bin_from_description(
        "videotestsrc pattern=white ! video/x-raw,format=GRAY8,width=9,height=5,framerate=25/1", TRUE, nullptr);
    gst_bin_add(GST_BIN(pipeline.get()), masks);
    const Owned<GstPad> pad(gst_element_request_pad_simple(prompt, "prompt_sink"));
    ASSERT_TRUE(pad);
    const Owned<GstPad> src(gst_element_get_static_pad(masks, "src"));
    ASSERT_EQ(gst_pad_link(src.get(), pad.get()), GST_PAD_LINK_OK);
    ASSERT_TRUE(gst_element_sync_state_with_parent(masks));
}

TEST_F(MaskPipeline, ThePadMayGoAndComeWhileTheVideoFlows) {
    Pipeline pipeline(1000000);
    pipeline.state(GST_STATE_PLAYING);
    ASSERT_TRUE(pipeline.flows());
    const Owned<GstElement> prompt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "p"));
    for (int i = 0; i < 10; ++i) {
        const Owned<GstPad> pad(gst_element_get_static_pad(prompt.get(), "prompt_sink"));
        gst_element_release_request_pad(prompt.get(), pad.get());
        ASSERT_TRUE(pipeline.flows()) << "without the pad";
        const int before = pipeline.masked;
        attach_masks(pipeline, prompt.get());
        for (int wait = 0; wait < 60'000 && pipeline.masked == before; ++wait)
            g_usleep(1000);
        ASSERT_GT(pipeline.masked, before) << "with the next one";
    }
}

TEST_F(MaskPipeline, FewerMasksThanFramesEndTheWait) {
    const Owned<GstElement> pipeline(gst_parse_launch(
        "videotestsrc num-buffers=50 ! video/x-raw,width=32,height=16,framerate=25/1 ! ausmprompt name=p ! "
        "fakesink sync=false  videotestsrc pattern=white num-buffers=5 ! "
        "video/x-raw,format=GRAY8,width=9,height=5,framerate=25/1 ! p.prompt_sink",
        nullptr));
    const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const Owned<GstMessage> end(gst_bus_timed_pop_filtered(
        bus.get(), 60 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    ASSERT_TRUE(end);
    EXPECT_EQ(GST_MESSAGE_TYPE(end.get()), GST_MESSAGE_EOS);
}

TEST_F(MaskPipeline, MoreMasksThanFramesStopAtTheEndOfTheVideo) {
    const Owned<GstElement> pipeline(gst_parse_launch(
        "videotestsrc num-buffers=5 ! video/x-raw,width=32,height=16,framerate=25/1 ! ausmprompt name=p ! "
        "fakesink sync=false  videotestsrc pattern=white ! "
        "video/x-raw,format=GRAY8,width=9,height=5,framerate=25/1 ! queue ! p.prompt_sink",
        nullptr));
    const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const Owned<GstMessage> end(gst_bus_timed_pop_filtered(
        bus.get(), 60 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    ASSERT_TRUE(end);
    EXPECT_EQ(GST_MESSAGE_TYPE(end.get()), GST_MESSAGE_EOS);
}

}  // namespace
