// SPDX-License-Identifier: MIT
// Cameras fail in every way that they know; the output goes on, and ids survive.
#include "fake_camera.h"
#include "scene.h"
#include "service.h"
#include "viewer.h"

#include <gtest/gtest.h>

namespace ausm::test {
namespace {

/// The service before a camera, with an object that it holds, and a viewer.
class RtspFailures : public testing::Test {
protected:
    void begin(const std::string& camera = kBox, const std::string& service = R"("forget-after":60)",
               bool object = true) {
        service_ = std::make_unique<Service>(folder_.write("c.json", one_camera(camera_.url(), camera, service)));
        ASSERT_TRUE(service_->wait_for_metric(figure("frames_segmented_total"), 10));
        ASSERT_EQ(service_->objects(), object ? "1" : "");
        viewer_ = std::make_unique<Viewer>(service_->url("/yard"));
        ASSERT_TRUE(viewer_->next().any) << viewer_->error(0);
    }
    /// Pictures come for so long without a hole of two seconds, from one connection.
    void expect_output(double seconds, const char* when) {
        const gint64 end = g_get_monotonic_time() + static_cast<gint64>(seconds * G_USEC_PER_SEC);
        while (g_get_monotonic_time() < end)
            ASSERT_TRUE(viewer_->next(2).any) << when << ": " << viewer_->error(0);
    }
    /// The camera is back, and the object has been there without a break.
    void expect_same_object(int reconnects) {
        ASSERT_TRUE(service_->wait_for("input-plays", {}, reconnects + 1));
        EXPECT_EQ(service_->metric(figure("reconnects_total")), reconnects);
        const double now = service_->metric(figure("frames_segmented_total"));
        ASSERT_TRUE(service_->wait_for_metric(figure("frames_segmented_total"), now + 5));
        EXPECT_EQ(service_->objects(), "1");
        EXPECT_EQ(service_->count("object", {"appeared"}), 1);
        EXPECT_EQ(service_->count("object", {"removed"}), 0);
        EXPECT_EQ(service_->count("reset"), 0);
        EXPECT_EQ(service_->metric(figure("memory_forgotten_total")), 0);
    }

    Folder folder_;
    FakeCamera camera_;
    std::unique_ptr<Service> service_;
    std::unique_ptr<Viewer> viewer_;
};

TEST_F(RtspFailures, AConnectionThatIsLost) {
    begin();
    camera_.die();
    ASSERT_TRUE(service_->wait_for("input-failed"));
    expect_output(1.5, "the camera is gone");
    EXPECT_GT(service_->metric(figure("frames_notice_total")), 2);
    camera_.live();
    expect_output(1, "the camera is back");
    expect_same_object(1);
}

TEST_F(RtspFailures, PausesGrowAndAreBounded) {
    begin();
    camera_.die();
    ASSERT_TRUE(service_->wait_for("input-failed", {}, 5));
    for (const char* pause : {"\"pause-ms\":100", "\"pause-ms\":200", "\"pause-ms\":400"})
        EXPECT_GE(service_->count("input-failed", {pause}), 1) << pause;
    EXPECT_EQ(service_->count("input-failed", {"\"pause-ms\":800"}), 0);
    EXPECT_GE(service_->count("input-failed", {"\"pause-ms\":400"}), 3);
}

TEST_F(RtspFailures, AStallWithoutAnError) {
    begin();
    camera_.fall_silent();
    expect_output(1.2, "the camera is silent");
    ASSERT_TRUE(service_->wait_for("input-failed", {"sends no pictures"}));
    expect_output(1, "the camera is read anew");
    expect_same_object(1);  // it sends again to whoever connects anew
}

TEST_F(RtspFailures, ARebootWithAnotherResolution) {
    begin();
    for (const auto& [width, height] : {std::pair{320, 240}, std::pair{128, 96}}) {
        camera_.live({width, height, 25, "", ""});
        expect_output(1, "the camera has another size");
        EXPECT_EQ(viewer_->next().width, 160);
    }
    expect_same_object(2);
}

TEST_F(RtspFailures, APasswordThatIsRefused) {
    begin();
    camera_.live({160, 120, 25, "somebody", "else"});
    ASSERT_TRUE(service_->wait_for("input-failed", {"was refused", "\"pause-ms\":400"}));
    expect_output(1, "the camera refuses");
    camera_.live({160, 120, 25, "", ""});
    expect_same_object(1);
}

TEST_F(RtspFailures, TheLastPictureStaysWhereNothingIsHiddenAndHasANotice) {
    begin(R"("show":"untouched")", R"("forget-after":60)", false);
    Seen seen;
    for (int i = 0; i < 4; ++i)
        seen = viewer_->next();
    EXPECT_GT(seen.middle, 225);
    camera_.die();
    ASSERT_TRUE(service_->wait_for_metric(figure("frames_notice_total"), 5));
    for (int i = 0; i < 8; ++i)
        seen = viewer_->next();
    EXPECT_GT(seen.upper, 225);
    EXPECT_LT(seen.middle, 225);  // the shade of the notice
    camera_.live();
    EXPECT_TRUE(eventually([&] { return viewer_->next().middle > 225; }));
}

/// Hiding fails closed: the last picture is not shown again, though its objects were hidden.
TEST_F(RtspFailures, ThePictureIsBlackWhereSomethingIsHidden) {
    begin(R"("show":"hidden","overlay":{"effect":"solid","effect-on":"background","effect-color":"0xffffffff"},)" +
          std::string(kBox));
    Seen seen;
    for (int i = 0; i < 6; ++i)
        seen = viewer_->next();
    EXPECT_GT(seen.corner, 200);  // the background is hidden by white
    camera_.die();
    ASSERT_TRUE(service_->wait_for_metric(figure("frames_notice_total"), 5));
    for (int i = 0; i < 8; ++i)
        seen = viewer_->next();
    ASSERT_TRUE(seen.any);
    EXPECT_LT(seen.corner, 40);
    camera_.live();
    ASSERT_TRUE(eventually([&] { return viewer_->next().corner > 200; }));
}

TEST_F(RtspFailures, MemoryIsGivenUpAfterALongTime) {
    begin(kBox, R"("forget-after":1)");
    camera_.die();
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    camera_.live();
    ASSERT_TRUE(service_->wait_for("input-plays", {"\"forgotten\":true"}));
    EXPECT_EQ(service_->metric(figure("memory_forgotten_total")), 1);
    ASSERT_TRUE(service_->wait_for("reset"));
    ASSERT_TRUE(service_->wait_for("object", {"appeared"}, 2));  // its prompt is sent again
    EXPECT_TRUE(eventually([&] { return service_->objects() == "1"; }));
}

TEST_F(RtspFailures, AFileBeginsAgainAndAgain) {
    const std::string clip = folder_.file("clip.mp4");
    gst::Owned<GstElement> writer(
        gst_parse_launch(("videotestsrc pattern=white num-buffers=10 ! "
                          "video/x-raw,format=I420,width=80,height=60,framerate=25/1 ! videobox "
                          "left=-40 right=-40 top=-30 bottom=-30 ! x264enc ! mp4mux ! filesink location=" +
                          clip)
                             .c_str(),
                         nullptr));
    gst_object_ref_sink(writer.get());
    gst_element_set_state(writer.get(), GST_STATE_PLAYING);
    const gst::Owned<GstBus> bus(gst_element_get_bus(writer.get()));
    const gst::Owned<GstMessage> end(gst_bus_timed_pop_filtered(
        bus.get(), 20 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    gst_element_set_state(writer.get(), GST_STATE_NULL);
    ASSERT_TRUE(end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS);
    service_ = std::make_unique<Service>(folder_.write("c.json", one_camera("clip.mp4", kBox)));
    EXPECT_TRUE(service_->wait_for_metric(figure("reconnects_total"), 3));
    EXPECT_TRUE(service_->wait_for_metric(figure("frames_segmented_total"), 25));
    EXPECT_EQ(service_->count("input-failed"), 0);
    EXPECT_EQ(service_->count("object", {"appeared"}), 1);
    EXPECT_EQ(service_->objects(), "1");
}

TEST_F(RtspFailures, OneCameraDoesNotStopAnother) {
    service_ = std::make_unique<Service>(folder_.write("c.json", R"({"rtsp-port":0,"http-port":0,
        "segment":{"inference-size":64},"cameras":[
        {"name":"yard","uri":")" + camera_.url() + R"(","size":[160,120],"first-pause":0.1},
        {"name":"gone","uri":"rtsp://127.0.0.1:1/none","size":[160,120],"first-pause":0.1,"longest-pause":0.2},
        {"name":"ball","uri":"test:ball","size":[160,120]}]})"));
    ASSERT_TRUE(service_->wait_for("input-failed", {"gone"}, 3));
    camera_.die();
    ASSERT_TRUE(service_->wait_for("input-failed", {"yard"}));
    const double before = service_->metric(figure("frames_segmented_total", "ball"));
    EXPECT_TRUE(service_->wait_for_metric(figure("frames_segmented_total", "ball"), before + 20));
    viewer_ = std::make_unique<Viewer>(service_->url("/gone"));  // never seen, and yet there is a picture
    EXPECT_TRUE(viewer_->next().any) << viewer_->error(0);
    EXPECT_EQ(service_->terminate(), 0);
}

}  // namespace
}  // namespace ausm::test
