// SPDX-License-Identifier: MIT
// ausmsegment where applications put it: in playbin, in bins, behind tees and decoders, before a compositor.
#include "../../gst/temporary_folder.h"
#include "../segment.h"

#include <gst/video/navigation.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>

using namespace ausm::test;

namespace {

constexpr const char* kSource =
    "videotestsrc num-buffers=6 ! video/x-raw,format=I420,width=96,height=64,framerate=25/1";
constexpr const char* kSegment = " ausmsegment name=s inference-size=64 latency=0 ";

class Pipelines : public testing::Test {
protected:
    void SetUp() override {
        if (std::getenv("AUSM_SANITIZED"))
            GTEST_SKIP() << "the system's elements are not built with the sanitizer";
    }
    ~Pipelines() override { stop(); }

    void stop() {
        if (pipeline)
            gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    }
    /// False, and the test is skipped, when one of them is not installed.
    static bool have(const std::vector<const char*>& elements) {
        for (const char* name : elements)
            if (!Owned<GstElementFactory>(gst_element_factory_find(name))) {
                [name] { GTEST_SKIP() << name << " is not installed"; }();
                return false;
            }
        return true;
    }
    void build(const std::string& launch) {
        GError* raw = nullptr;
        pipeline.reset(gst_parse_launch_full(launch.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &raw));
        const Owned<GError> error(raw);
        ASSERT_FALSE(error) << launch << ": " << error->message;
    }
    [[nodiscard]] Owned<GstElement> element(const char* name) const {
        return Owned<GstElement>(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
    }
    /// Counts the frames with a label map that come to a sink.
    void count(GstElement* sink, std::atomic<int>& frames) {
        const Owned<GstPad> pad(gst_element_get_static_pad(sink, "sink"));
        const auto look = [](GstPad*, GstPadProbeInfo* info, gpointer data) {
            GstAusmMetaView view;
            if (gst_ausm_meta_get(GST_PAD_PROBE_INFO_BUFFER(info), &view))
                ++*static_cast<std::atomic<int>*>(data);
            return GST_PAD_PROBE_OK;
        };
        gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, +look, &frames, nullptr);
    }
    void count(const char* sink, std::atomic<int>& frames) { count(element(sink).get(), frames); }
    void run() {
        const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
        gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
        const Owned<GstMessage> end(gst_bus_timed_pop_filtered(
            bus.get(), 60 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
        ASSERT_TRUE(end) << "not at its end after a minute";
        ASSERT_EQ(GST_MESSAGE_TYPE(end.get()), GST_MESSAGE_EOS)
            << report_of(end.get()).message << report_of(end.get()).detail;
    }
    /// A film of six frames.
    void write_film(const std::string& path) {
        build(std::string(kSource) + " ! jpegenc ! matroskamux ! filesink location=" + path);
        run();
        stop();
    }

    TemporaryFolder folder;
    std::atomic<int> one{0}, two{0};  // before the pipeline: its threads count
    Owned<GstElement> pipeline;
};

TEST_F(Pipelines, PadsAreRequestedByTheLaunchLine) {
    if (!have({"videotestsrc"}))
        return;
    const std::string source(kSource);
    build(source + " ! s.sink_0 " + source + " ! s.sink_1" + kSegment +
          "s.src_0 ! fakesink name=a s.src_1 ! fakesink name=b");
    count("a", one);
    count("b", two);
    run();
    EXPECT_EQ(one, 6);
    EXPECT_EQ(two, 6);
}

TEST_F(Pipelines, LinksWithoutNamesFindTheAlwaysPadsFirst) {
    if (!have({"videotestsrc"}))
        return;
    const std::string source(kSource);
    build(source + " ! s. " + source + " ! s." + kSegment + "s. ! fakesink name=a s. ! fakesink name=b");
    count("a", one);
    count("b", two);
    run();
    EXPECT_EQ(one, 6);
    EXPECT_EQ(two, 6);
    EXPECT_TRUE(Owned<GstPad>(gst_element_get_static_pad(element("s").get(), "sink_0")));
}

TEST_F(Pipelines, BothBranchesOfATee) {
    if (!have({"videotestsrc", "tee", "queue"}))
        return;
    build(std::string(kSource) + " ! tee name=t t. ! queue ! s.sink t. ! queue ! s.sink_0" + kSegment +
          "s.src ! fakesink name=a s.src_0 ! fakesink name=b");
    count("a", one);
    count("b", two);
    run();
    EXPECT_EQ(one, 6);
    EXPECT_EQ(two, 6);
}

TEST_F(Pipelines, ACompositorBehindTwoPads) {
    if (!have({"videotestsrc", "compositor", "queue"}))
        return;
    const std::string source(kSource);
    build(source + " ! s.sink_0 " + source + " ! s.sink_1" + kSegment +
          "s.src_0 ! maskoverlay ! queue ! c.sink_0 s.src_1 ! maskoverlay ! queue ! c.sink_1 "
          "compositor name=c sink_1::xpos=96 ! fakesink name=end");
    std::atomic<int> wide{0};
    const Owned<GstPad> pad(gst_element_get_static_pad(element("end").get(), "sink"));
    const auto look = [](GstPad* end, GstPadProbeInfo*, gpointer data) {
        const Owned<GstCaps> caps(gst_pad_get_current_caps(end));
        int width = 0;
        gst_structure_get_int(gst_caps_get_structure(caps.get(), 0), "width", &width);
        *static_cast<std::atomic<int>*>(data) += width == 192;
        return GST_PAD_PROBE_OK;
    };
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, +look, &wide, nullptr);
    run();
    stop();
    EXPECT_GE(wide, 6);
}

TEST_F(Pipelines, AGhostedBin) {
    if (!have({"videotestsrc"}))
        return;
    build(std::string(kSource) + " ! ( " + kSegment + "! maskoverlay ) ! fakesink name=a");
    count("a", one);
    run();
    EXPECT_EQ(one, 6);
    EXPECT_EQ(element("s")->numpads, 2);
}

TEST_F(Pipelines, BehindDecodebin) {
    if (!have({"videotestsrc", "jpegenc", "jpegdec", "matroskamux", "matroskademux", "decodebin"}))
        return;
    const std::string film = folder.path("film.mkv");
    write_film(film);
    build("filesrc location=" + film + " ! decodebin ! s.sink_0" + kSegment + "s.src_0 ! fakesink name=a");
    count("a", one);
    run();
    EXPECT_EQ(one, 6);
}

TEST_F(Pipelines, PlaybinsVideoFilter) {
    if (!have({"videotestsrc", "jpegenc", "jpegdec", "matroskamux", "matroskademux", "playbin"}))
        return;
    const std::string film = folder.path("film.mkv");
    write_film(film);
    pipeline.reset(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("playbin", nullptr))));
    const Owned<char> uri(gst_filename_to_uri(film.c_str(), nullptr));
    auto* filter = gst_element_factory_make("ausmsegment", nullptr);
    g_object_set(filter, "inference-size", 64, "latency", 0, nullptr);
    auto* sink = gst_element_factory_make("fakesink", nullptr);
    count(sink, one);
    g_object_set(pipeline.get(), "uri", uri.get(), "video-filter", filter, "video-sink", sink, nullptr);
    run();
    EXPECT_EQ(one, 6);
}

TEST_F(Pipelines, ALiveStreamBesideOneThatIsNot) {
    if (!have({"videotestsrc"}))
        return;
    build(
        "videotestsrc is-live=true num-buffers=6 ! video/x-raw,format=I420,width=96,height=64,framerate=25/1 ! "
        "s.sink_0 " +
        std::string(kSource) + " ! s.sink_1 ausmsegment name=s inference-size=64 " +
        "s.src_0 ! fakesink name=a s.src_1 ! fakesink name=b");
    count("a", one);
    count("b", two);
    run();
    EXPECT_EQ(one, 6);
    EXPECT_EQ(two, 6);
    const auto segment = element("s");
    const auto latency = [&](const char* name) {
        const Owned<GstPad> pad(gst_element_get_static_pad(segment.get(), name));
        const Owned<GstQuery> query(gst_query_new_latency());
        gboolean live = FALSE;
        GstClockTime least = 0;
        const bool asked = GST_PAD_IS_SRC(pad.get()) ? gst_pad_query(pad.get(), query.get())
                                                     : gst_pad_peer_query(pad.get(), query.get());
        EXPECT_TRUE(asked) << name;
        gst_query_parse_latency(query.get(), &live, &least, nullptr);
        return std::pair<bool, GstClockTime>{live, least};
    };
    EXPECT_TRUE(latency("src_0").first);
    EXPECT_GT(latency("src_0").second, latency("sink_0").second);
    EXPECT_FALSE(latency("src_1").first);
    EXPECT_EQ(latency("src_1").second, latency("sink_1").second) << "as if ausmsegment were not there";
}

TEST_F(Pipelines, AStreamIsAddedAndTakenAwayWhilePlaying) {
    if (!have({"videotestsrc"}))
        return;
    const std::string source = "videotestsrc ! video/x-raw,format=I420,width=96,height=64,framerate=25/1";
    build(source + " ! s.sink" + kSegment + "s.src ! fakesink name=a");
    count("a", one);
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const auto flows = [](const std::atomic<int>& frames) {
        const int before = frames;
        for (int i = 0; i < 60'000 && frames < before + 3; ++i)
            g_usleep(1000);
        return frames >= before + 3;
    };
    const auto segment = element("s");
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(flows(one));
        two = 0;
        auto* more = gst_parse_bin_from_description(source.c_str(), TRUE, nullptr);
        auto* sink = gst_element_factory_make("fakesink", nullptr);
        count(sink, two);
        gst_bin_add_many(GST_BIN(pipeline.get()), more, sink, nullptr);
        const Owned<GstPad> pad(gst_element_request_pad_simple(segment.get(), "sink_%u"));
        const std::string src = "src" + std::string(GST_PAD_NAME(pad.get())).substr(4);
        ASSERT_TRUE(gst_element_link_pads(segment.get(), src.c_str(), sink, "sink"));
        ASSERT_TRUE(gst_element_link_pads(more, "src", segment.get(), GST_PAD_NAME(pad.get())));
        gst_element_sync_state_with_parent(sink);
        gst_element_sync_state_with_parent(more);
        ASSERT_TRUE(flows(two));
        gst_element_set_state(more, GST_STATE_NULL);
        gst_element_release_request_pad(segment.get(), pad.get());
        gst_element_set_state(sink, GST_STATE_NULL);
        gst_bin_remove_many(GST_BIN(pipeline.get()), more, sink, nullptr);
    }
    EXPECT_TRUE(flows(one));
    const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
    const Owned<GstMessage> error(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
    EXPECT_FALSE(error) << report_of(error.get()).message;
}

TEST_F(Pipelines, AStreamIsTakenAwayWhileItsSinkHoldsTheFirstFrame) {
    if (!have({"videotestsrc"}))
        return;
    const std::string source(kSource);
    build(source + " ! s.sink " + source + " ! s.sink_0" + kSegment +
          "s.src ! fakesink name=a s.src_0 ! fakesink name=b");
    gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);
    ASSERT_EQ(gst_element_get_state(pipeline.get(), nullptr, nullptr, 60 * GST_SECOND), GST_STATE_CHANGE_SUCCESS);
    const auto segment = element("s");
    const Owned<GstPad> pad(gst_element_get_static_pad(segment.get(), "sink_0"));
    gst_element_release_request_pad(segment.get(), pad.get());
    EXPECT_EQ(segment->numpads, 2);
    stop();
}

/// The real way of a click: from the sink through a scaler that has doubled the picture.
TEST_F(Pipelines, AClickComesThroughAScaler) {
    if (!have({"appsrc", "videoscale", "appsink"}))
        return;
    build("appsrc name=in format=time caps=video/x-raw,format=I420,width=96,height=64,framerate=25/1 !" +
          std::string(kSegment) +
          "mode=prompted click-to-prompt=true ! videoscale ! video/x-raw,width=192,height=128 ! appsink name=out "
          "sync=false");
    ASSERT_NE(gst_element_set_state(pipeline.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
    Harness painter("identity");
    painter.caps("video/x-raw,format=I420,width=96,height=64,framerate=25/1");
    const auto pass = [&](int index) {
        GstFlowReturn flow = GST_FLOW_ERROR;
        const auto picture = painter.picture(index);
        g_signal_emit_by_name(element("in").get(), "push-buffer", picture.get(), &flow);
        GstSample* sample = nullptr;
        g_signal_emit_by_name(element("out").get(), "pull-sample", &sample);
        return Owned<GstSample>(sample);
    };
    ASSERT_TRUE(pass(0));
    const Owned<GstPad> sink(gst_element_get_static_pad(element("out").get(), "sink"));
    for (GstEvent* event : {gst_navigation_event_new_mouse_button_press(1, 96, 32, GST_NAVIGATION_MODIFIER_NONE),
                            gst_navigation_event_new_mouse_button_release(1, 168, 96, GST_NAVIGATION_MODIFIER_NONE)})
        EXPECT_TRUE(gst_pad_push_event(sink.get(), event));
    const auto sample = pass(1);
    ASSERT_TRUE(sample);
    GstAusmMetaView view;
    GstAusmObject object;
    ASSERT_TRUE(gst_ausm_meta_get(gst_sample_get_buffer(sample.get()), &view));
    ASSERT_EQ(view.n_objects, 1U);
    ASSERT_TRUE(gst_ausm_meta_get_object(&view, 0, &object));
    EXPECT_NEAR(object.x0, 0.5, 0.1) << "the square; with these numbers in the small picture it would be its border";
    EXPECT_NEAR(object.x1, 0.875, 0.1);
}

}  // namespace
