// SPDX-License-Identifier: MIT
// Faults in whole pipelines, with sources, threads and sinks of the system.
#include "faults.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <utility>

using namespace ausm::test;

namespace {

std::string source(int frames, bool live = false) {
    return "videotestsrc pattern=ball num-buffers=" + std::to_string(frames) + (live ? " is-live=true" : "") +
           " ! video/x-raw,format=I420,width=96,height=64,framerate=25/1";
}
constexpr const char* kElements =
    " ! ausmprompt box=0.1,0.1,0.9,0.9 object=5 ! ausmsegment name=segment inference-size=64 latency=0 mode=prompted "
    "! maskoverlay ";

/// A pipeline that counts and checks what reaches its sinks.
class Pipeline {
public:
    explicit Pipeline(const std::string& launch) {
        GError* error = nullptr;
        pipeline_.reset(gst_parse_launch_full(launch.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
        const Owned<GError> owned(error);
        if (error)
            throw std::runtime_error(error->message);
        bus_.reset(gst_element_get_bus(pipeline_.get()));
    }
    ~Pipeline() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    [[nodiscard]] GstElement* get() const { return pipeline_.get(); }
    [[nodiscard]] Owned<GstElement> element(const char* name) const {
        return Owned<GstElement>(gst_bin_get_by_name(GST_BIN(pipeline_.get()), name));
    }
    using Look = std::function<void(GstBuffer*)>;
    /// Looks at every buffer that reaches a sink; what it writes to must live longer than the pipeline.
    void watch(const char* sink, Look look) const {
        const Owned<GstPad> pad(gst_element_get_static_pad(element(sink).get(), "sink"));
        gst_pad_add_probe(
            pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
            [](GstPad*, GstPadProbeInfo* info, gpointer data) {
                (*static_cast<Look*>(data))(GST_PAD_PROBE_INFO_BUFFER(info));
                return GST_PAD_PROBE_OK;
            },
            new Look(std::move(look)), [](gpointer data) { delete static_cast<Look*>(data); });
    }
    void play() const { gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING); }
    void stop() const { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    /// The next error or end of stream; nothing after a minute.
    [[nodiscard]] Owned<GstMessage> end() const {
        return Owned<GstMessage>(gst_bus_timed_pop_filtered(
            bus_.get(), 60 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    }
    void expect_end_of_stream() const {
        const auto message = end();
        ASSERT_TRUE(message) << "not at its end after a minute";
        ASSERT_EQ(GST_MESSAGE_TYPE(message.get()), GST_MESSAGE_EOS)
            << report_of(message.get()).message << report_of(message.get()).detail;
    }

private:
    Owned<GstElement> pipeline_;
    Owned<GstBus> bus_;
};

/// False when a count has not risen by three within a minute.
bool flows(const std::atomic<int>& count) {
    const int before = count;
    for (int i = 0; i < 60'000 && count < before + 3; ++i)
        g_usleep(1000);
    return count >= before + 3;
}

class WholePipeline : public testing::Test {
protected:
    void SetUp() override {
        if (std::getenv("AUSM_SANITIZED"))
            GTEST_SKIP() << "the system's elements are not built with the sanitizer";
    }
};

TEST_F(WholePipeline, ATeesOtherBranchSeesNeitherMasksNorPaint) {
    std::map<GstClockTime, std::vector<guint8>> plain, drawn;
    std::map<GstClockTime, std::vector<guint8>> expected;  // from a source that nobody draws on
    int masks = 0;
    const Pipeline pipeline(source(20) + " ! tee name=t ! queue ! fakesink name=plain sync=false t. ! queue" +
                            kElements + "! fakesink name=drawn sync=false");
    const auto see_plain = [&](GstBuffer* buffer) {
        EXPECT_EQ(ids(buffer), (std::set<gint64>{-1}));
        plain[GST_BUFFER_PTS(buffer)] = bytes(buffer);
    };
    const auto see_drawn = [&](GstBuffer* buffer) {
        masks += ids(buffer).contains(5);
        drawn[GST_BUFFER_PTS(buffer)] = bytes(buffer);
    };
    pipeline.watch("plain", see_plain);
    pipeline.watch("drawn", see_drawn);
    pipeline.play();
    pipeline.expect_end_of_stream();
    pipeline.stop();
    ASSERT_EQ(plain.size(), 20U);
    ASSERT_EQ(drawn.size(), 20U);
    EXPECT_EQ(masks, 20);
    const Pipeline alone(source(20) + " ! fakesink name=sink sync=false");
    const auto see = [&](GstBuffer* buffer) { expected[GST_BUFFER_PTS(buffer)] = bytes(buffer); };
    alone.watch("sink", see);
    alone.play();
    alone.expect_end_of_stream();
    alone.stop();
    EXPECT_TRUE(plain == expected) << "the other branch was drawn on";
    EXPECT_FALSE(drawn == expected);
}

TEST_F(WholePipeline, SeeksWhilePlayingForgetAndShowTheStandingPromptAgain) {
    std::atomic<int> frames{0}, without{0};
    const Pipeline pipeline(source(100000) + kElements + "! fakesink name=sink sync=false");
    const auto see = [&](GstBuffer* buffer) {
        ++frames;
        without += ids(buffer).contains(5) ? 0 : 1;
    };
    pipeline.watch("sink", see);
    pipeline.play();
    for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(flows(frames));
        ASSERT_TRUE(gst_element_seek_simple(
            pipeline.get(), GST_FORMAT_TIME,
            static_cast<GstSeekFlags>(int{GST_SEEK_FLAG_FLUSH} | GST_SEEK_FLAG_ACCURATE), i * GST_SECOND));
    }
    ASSERT_TRUE(flows(frames));
    pipeline.stop();
    EXPECT_EQ(without, 0);
}

TEST_F(WholePipeline, CapsChangeWhilePlaying) {
    std::atomic<int> frames{0}, without{0};
    const Pipeline pipeline("videotestsrc num-buffers=100000 ! capsfilter name=caps ! videoconvert" +
                            std::string(kElements) + "! fakesink name=sink sync=false");
    const auto see = [&](GstBuffer* buffer) {
        ++frames;
        without += ids(buffer).contains(5) ? 0 : 1;
    };
    pipeline.watch("sink", see);
    const auto filter = pipeline.element("caps");
    int turn = 0;
    for (const char* size : {"width=96,height=64", "width=33,height=77", "width=320,height=18", "width=96,height=64"})
        for (const char* format : {"I420", "RGB", "NV12"}) {
            gst_util_set_object_arg(G_OBJECT(filter.get()), "caps",
                                    (std::string("video/x-raw,framerate=25/1,format=") + format + "," + size).c_str());
            if (turn++ == 0)
                pipeline.play();
            ASSERT_TRUE(flows(frames));
        }
    const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
    const Owned<GstMessage> error(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
    EXPECT_FALSE(error) << report_of(error.get()).message;
    pipeline.stop();
    EXPECT_EQ(without, 0);
}

TEST_F(WholePipeline, AfterItsEndItStartsAgain) {
    std::atomic<int> frames{0};
    const Pipeline pipeline(source(5) + kElements + "! fakesink name=sink sync=false");
    const auto see = [&](GstBuffer* buffer) { frames += ids(buffer).contains(5) ? 1 : 0; };
    pipeline.watch("sink", see);
    for (const GstState low : {GST_STATE_READY, GST_STATE_NULL, GST_STATE_READY}) {
        frames = 0;
        pipeline.play();
        pipeline.expect_end_of_stream();
        EXPECT_EQ(frames, 5);
        gst_element_set_state(pipeline.get(), low);
    }
}

TEST_F(WholePipeline, ABranchThatCannotStartDoesNotHarmTheOtherPipeline) {
    std::atomic<int> frames{0};
    const Pipeline good(source(30) + kElements + "! fakesink name=sink sync=false");
    const Pipeline bad(source(30) + " ! ausmsegment weights=/nowhere/w.safetensors ! fakesink");
    const auto see = [&](GstBuffer* buffer) { frames += ids(buffer).contains(5) ? 1 : 0; };
    good.watch("sink", see);
    good.play();
    bad.play();
    const auto error = bad.end();
    ASSERT_TRUE(error);
    ASSERT_EQ(GST_MESSAGE_TYPE(error.get()), GST_MESSAGE_ERROR);
    expect_parts(report_of(error.get()).message, {"/nowhere/w.safetensors"});
    good.expect_end_of_stream();
    EXPECT_EQ(frames, 30);
}

TEST_F(WholePipeline, ALateLivePipelineLosesFramesInTheLeakyQueueOnly) {
    std::vector<guint64> serials;
    const Pipeline pipeline(source(40, true) + " ! queue leaky=downstream max-size-buffers=1 name=queue" + kElements +
                            "! identity sleep-time=60000 ! fakesink name=sink sync=true qos=true");
    const auto see = [&](GstBuffer* buffer) {
        GstAusmMetaView view;
        if (gst_ausm_meta_get(buffer, &view))
            serials.push_back(view.serial);
    };
    pipeline.watch("sink", see);
    pipeline.play();
    pipeline.expect_end_of_stream();
    pipeline.stop();
    ASSERT_FALSE(serials.empty());
    EXPECT_LT(serials.size(), 40U) << "the pipeline is not late";
    EXPECT_TRUE(std::is_sorted(serials.begin(), serials.end()));
}

}  // namespace
