// SPDX-License-Identifier: MIT
// ausm-rtsp as its users have it: mounts, viewers, passwords, figures.
#include "service.h"
#include "fake_camera.h"
#include "scene.h"
#include "viewer.h"

#include <gtest/gtest.h>

#include <memory>

namespace ausm::test {
namespace {

TEST(RtspService, ShowsATestPictureToAViewer) {
    const Folder folder;
    const Service service(folder.write("c.json", one_camera("test:white", R"("show":"untouched")")));
    const Viewer viewer(service.url("/yard"));
    for (int i = 0; i < 10; ++i) {
        const Seen seen = viewer.next();
        ASSERT_TRUE(seen.any) << viewer.error(0);
        EXPECT_EQ(seen.width, 160);
        EXPECT_EQ(seen.height, 120);
        EXPECT_GT(seen.corner, i == 9 ? 200 : -1);
    }
}

TEST(RtspService, HasOneEngineForSeveralCamerasAndSeveralViewersAMount) {
    const Folder folder;
    const FakeCamera camera;
    Service service(folder.write("c.json", R"({"rtsp-port":0,"http-port":0,"segment":{"inference-size":64},"cameras":[
        {"name":"a","uri":")" + camera.url() + R"(","size":[160,120],)" +
                                               kBox + R"(},
        {"name":"b","uri":"test:ball","size":[96,64],"show":"untouched","mount":"/deep/b"}]})"));
    std::vector<std::unique_ptr<Viewer>> viewers;
    for (const char* mount : {"/a", "/a", "/deep/b"})
        viewers.push_back(std::make_unique<Viewer>(service.url(mount)));
    for (const auto& viewer : viewers)
        for (int i = 0; i < 5; ++i)
            ASSERT_TRUE(viewer->next().any) << viewer->error(0);
    EXPECT_EQ(viewers[0]->next().width, 160);
    EXPECT_EQ(viewers[2]->next().width, 96);
    EXPECT_TRUE(service.wait_for_metric(figure("frames_segmented_total", "a"), 10));
    EXPECT_TRUE(service.wait_for_metric(figure("frames_segmented_total", "b"), 10));
    EXPECT_TRUE(service.wait_for("object", {"\"camera\":\"a\"", "appeared"}));
    EXPECT_NE(Viewer(service.url("/nothing")).error(10), "");
    EXPECT_EQ(service.metric(figure("watched", "a")), 1);
    viewers.clear();
    EXPECT_TRUE(eventually([&] { return service.metric(figure("watched", "a")) == 0; }));
    EXPECT_EQ(service.terminate(), 0);
}

/// The square is white; hidden by a colour it is another one, and the black around it stays.
TEST(RtspService, DrawsHidesOrLeavesAlone) {
    const FakeCamera camera;
    const auto middle = [&](const std::string& more) {
        const Folder folder;
        const Service service(folder.write("c.json", one_camera(camera.url(), more)));
        EXPECT_TRUE(service.wait_for_metric(figure("frames_segmented_total"), 3));
        const Viewer viewer(service.url("/yard"));
        Seen seen;
        for (int i = 0; i < 8; ++i)
            seen = viewer.next();
        EXPECT_LT(seen.corner, 60) << more;
        return seen.middle;
    };
    EXPECT_GT(middle(R"("show":"untouched")"), 225);
    EXPECT_LT(middle(R"("show":"masks","overlay":{"alpha":0.8},)" + std::string(kBox)), 200);
    EXPECT_LT(
        middle(R"("show":"hidden","overlay":{"effect":"solid","effect-color":"0xff000000"},)" + std::string(kBox)), 60);
}

TEST(RtspService, WantsThePasswordEverywhereAndNeverLogsIt) {
    const Folder folder;
    const FakeCamera camera({160, 120, 25, "cam", "cam-secret"});
    const Service service(
        folder.write("c.json", one_camera(camera.url(), R"("user":"cam","password":"cam-secret")",
                                          R"("listen":"0.0.0.0","user":"ann","password":"ann-secret")")));
    EXPECT_TRUE(service.wait_for("input-plays"));
    EXPECT_NE(Viewer(service.url("/yard")).error(10), "");
    EXPECT_NE(Viewer(service.url("/yard", "ann:wrong")).error(10), "");
    EXPECT_TRUE(Viewer(service.url("/yard", "ann:ann-secret")).next().any);
    unsigned status = 0;
    (void)service.get("/metrics", status);
    EXPECT_EQ(status, 401U);
    (void)service.get("/health", status, "ann:wrong");
    EXPECT_EQ(status, 401U);
    EXPECT_NE(service.get("/metrics", status, "ann:ann-secret").find("ausm_up"), std::string::npos);
    EXPECT_EQ(status, 200U);
    for (const std::string& line : service.log())
        EXPECT_EQ(line.find("secret"), std::string::npos) << line;
}

TEST(RtspService, KeepsNoDescriptorOfWhoHasAsked) {
    const Folder folder;
    const Service service(
        folder.write("c.json", one_camera("test:ball", "", R"("user":"ann","password":"ann-secret")")));
    const auto open = [&] {
        unsigned status = 0;
        const std::string text = service.get("/metrics", status, "ann:ann-secret"), name = "\nprocess_open_fds ";
        return g_ascii_strtod(text.c_str() + text.find(name) + name.size(), nullptr);
    };
    ASSERT_TRUE(service.wait_for("input-plays"));
    const double before = open();
    for (int i = 0; i < 20; ++i) {
        unsigned status = 0;
        (void)service.get("/health", status);
        EXPECT_EQ(status, 401U);
        (void)service.get("/health", status, "ann:ann-secret");
        EXPECT_EQ(status, 200U);
    }
    EXPECT_LE(open(), before + 3);
}

TEST(RtspService, ReadsTheCameraOnDemand) {
    const Folder folder;
    const FakeCamera camera;
    const Service service(folder.write("c.json", one_camera(camera.url(), R"("on-demand":true)")));
    std::this_thread::sleep_for(std::chrono::seconds(1));
    EXPECT_EQ(service.metric(figure("frames_received_total")), 0);
    {
        const Viewer viewer(service.url("/yard"));
        ASSERT_TRUE(viewer.next().any);
        EXPECT_TRUE(service.wait_for_metric(figure("frames_received_total"), 5));
    }
    EXPECT_TRUE(eventually([&] { return service.metric(figure("up")) == 0; }));
    unsigned status = 0;
    EXPECT_NE(service.get("/health", status).find("\"idle\""), std::string::npos);
    EXPECT_EQ(status, 200U);
}

TEST(RtspService, TellsItsFiguresAndItsHealth) {
    const Folder folder;
    FakeCamera camera;
    const Service service(folder.write("c.json", one_camera(camera.url(), kBox)));
    ASSERT_TRUE(service.wait_for_metric(figure("frames_segmented_total"), 20));
    unsigned status = 0;
    EXPECT_EQ(service.metric(figure("up")), 1);
    EXPECT_EQ(service.metric(figure("objects")), 1);
    EXPECT_EQ(service.objects(), "1");
    const double half = service.metric("ausm_latency_seconds{camera=\"yard\",quantile=\"0.5\"}");
    const double most = service.metric("ausm_latency_seconds{camera=\"yard\",quantile=\"0.99\"}");
    EXPECT_GT(half, 0);
    EXPECT_GE(most, half);
    EXPECT_GT(service.metric("process_resident_memory_bytes"), 1e7);
    EXPECT_GT(service.metric("process_open_fds"), 3);
    EXPECT_GT(service.metric("process_threads"), 3);
    (void)service.get("/health", status);
    EXPECT_EQ(status, 200U);
    (void)service.get("/", status);
    EXPECT_EQ(status, 404U);
    camera.die();
    EXPECT_TRUE(eventually([&] {
        (void)service.get("/health", status);
        return status == 503U;
    }));
    camera.live();
    EXPECT_TRUE(eventually([&] {
        (void)service.get("/health", status);
        return status == 200U;
    }));
}

TEST(RtspService, WritesJsonLinesBesideThePicture) {
    if (const gst::Owned<GstElementFactory> factory{gst_element_factory_find("maskjson")}; !factory)
        GTEST_SKIP() << "there is no element maskjson";
    const Folder folder;
    const FakeCamera camera;
    const Service service(folder.write(
        "c.json",
        one_camera(camera.url(), R"("json":{"file":"seen.jsonl","maskjson":{"masks":"none"}},)" + std::string(kBox))));
    EXPECT_TRUE(eventually([&] {
        gchar* text = nullptr;
        const bool read = g_file_get_contents(folder.file("seen.jsonl").c_str(), &text, nullptr, nullptr);
        const bool found = read && g_strrstr(text, "\"objects\":[{\"id\":1,") != nullptr;
        g_free(text);
        return found;
    }));
}

TEST(RtspService, SaysWhenItsPortIsTaken) {
    const Folder folder;
    const Service first(folder.write("a.json", one_camera("test:ball", "")));
    const std::string url = first.url("");
    const Finished second =
        run_service({"--config", folder.write("b.json", R"({"rtsp-port":)" + url.substr(url.rfind(':') + 1) +
                                                            R"(,"cameras":[{"name":"a","uri":"test:ball"}]})")});
    EXPECT_EQ(second.status, 1);
    EXPECT_NE(second.errors.find("$.rtsp-port"), std::string::npos) << second.errors;
}

}  // namespace
}  // namespace ausm::test
