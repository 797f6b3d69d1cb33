// SPDX-License-Identifier: MIT
// Mouse and touch screen at the sink of a live pipeline, frame by frame beside the same prompts as JSON lines.
#include "../../gst/temporary_folder.h"
#include "../segment.h"

#include <gst/video/navigation.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>

using namespace ausm::test;

namespace {

/// A thing in a video, as shares of its width and height, and a place where it never is.
struct Scene {
    const char* name;
    std::string source;
    double x0, y0, x1, y1;
    double inner_x, inner_y;  // on the thing
    double other_x, other_y;
};

/// What one frame carries.
struct Shown {
    std::vector<guint8> map;
    std::set<gint64> ids;
    bool operator==(const Shown&) const = default;
};

constexpr int kFrames = 12;
constexpr double kWidth = 640, kHeight = 320;  // of the picture at the sink

GstEvent* button(bool press, int which, double x, double y) {
    x *= kWidth;
    y *= kHeight;
    return press ? gst_navigation_event_new_mouse_button_press(which, x, y, GST_NAVIGATION_MODIFIER_NONE)
                 : gst_navigation_event_new_mouse_button_release(which, x, y, GST_NAVIGATION_MODIFIER_NONE);
}

/// Sends the gesture that follows a frame, from the sink, as a sink does.
void send_gesture(const Scene& scene, int frame, GstPad* sink) {
    const auto send = [sink](GstEvent* event) { EXPECT_TRUE(gst_pad_push_event(sink, event)); };
    switch (frame) {
    case 1:
        send(button(true, 1, scene.x0, scene.y0));
        send(button(false, 1, scene.x1, scene.y1));
        break;
    case 3:
        send(button(true, 1, scene.inner_x, scene.inner_y));
        send(button(false, 1, scene.inner_x, scene.inner_y));
        break;
    case 5: {
        const double x = scene.other_x * kWidth, y = scene.other_y * kHeight;
        send(gst_navigation_event_new_touch_down(4, x, y, 1, GST_NAVIGATION_MODIFIER_NONE));
        send(gst_navigation_event_new_touch_up(4, x, y, GST_NAVIGATION_MODIFIER_NONE));
        break;
    }
    case 8:
        send(button(true, 3, scene.inner_x, scene.inner_y));
        send(button(false, 3, scene.inner_x, scene.inner_y));
        break;
    default: break;
    }
}

/// The same for the frame after each.
std::string lines_of(const Scene& scene) {
    const auto number = [](double value) { return std::to_string(value); };
    return R"({"op":"box","frame":2,"box":[)" + number(scene.x0) + "," + number(scene.y0) + "," + number(scene.x1) +
           "," + number(scene.y1) + "]}\n" + R"({"op":"points","frame":4,"object":1,"points":[[)" +
           number(scene.inner_x) + "," + number(scene.inner_y) + "]]}\n" + R"({"op":"points","frame":6,"points":[[)" +
           number(scene.other_x) + "," + number(scene.other_y) + "]]}\n" + R"({"op":"remove","frame":9,"object":1})" +
           "\n";
}

class Gestures : public testing::TestWithParam<Scene> {
protected:
    void SetUp() override {
        if (std::getenv("AUSM_SANITIZED"))
            GTEST_SKIP() << "the system's elements are not built with the sanitizer";
    }

    struct Course {
        const Scene& scene;
        bool clicks;
        std::vector<Shown> frames;
    };
    static void record(GstElement*, GstBuffer* buffer, gpointer data) {
        auto& course = *static_cast<Course*>(data);
        GstAusmMetaView view;
        course.frames.emplace_back();
        if (gst_ausm_meta_get(buffer, &view)) {
            auto& map = course.frames.back().map;
            map.resize(gst_buffer_get_size(view.map));
            gst_buffer_extract(view.map, 0, map.data(), map.size());
            course.frames.back().ids = ids(buffer);
        }
    }
    static void show(GstElement*, GstBuffer*, GstPad* pad, gpointer data) {
        const auto& course = *static_cast<Course*>(data);
        if (course.clicks)
            send_gesture(course.scene, static_cast<int>(course.frames.size()) - 1, pad);
    }

    static std::vector<Shown> run(const Scene& scene, const std::string& prompt, bool clicks) {
        GError* raw = nullptr;
        const std::string launch =
            scene.source + " ! identity eos-after=" + std::to_string(kFrames + 1) +
            " ! ausmprompt name=p ! ausmsegment latency=0 mode=prompted inference-size=128 click-to-prompt=true "
            "! maskoverlay ! identity name=masks signal-handoffs=true ! videoconvert ! videoscale add-borders=false "
            "! video/x-raw,width=640,height=320,pixel-aspect-ratio=1/1 "
            "! fakesink name=out signal-handoffs=true sync=false";
        const Owned<GstElement> pipeline(
            gst_parse_launch_full(launch.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &raw));
        const Owned<GError> error(raw);
        if (error) {
            ADD_FAILURE() << error->message;
            return {};
        }
        Course course{scene, clicks, {}};
        const Owned<GstElement> out(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
        const Owned<GstElement> prompts(gst_bin_get_by_name(GST_BIN(pipeline.get()), "p"));
        if (!clicks)
            g_object_set(prompts.get(), "location", prompt.c_str(), nullptr);
        const Owned<GstElement> masks(gst_bin_get_by_name(GST_BIN(pipeline.get()), "masks"));
        g_signal_connect(masks.get(), "handoff", G_CALLBACK(record), &course);
        g_signal_connect(out.get(), "handoff", G_CALLBACK(show), &course);
        gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
        const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
        const Owned<GstMessage> end(gst_bus_timed_pop_filtered(
            bus.get(), 300 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
        EXPECT_TRUE(end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS)
            << (end ? report_of(end.get()).message : "no end");
        gst_element_set_state(pipeline.get(), GST_STATE_NULL);
        return std::move(course.frames);
    }
};

TEST_P(Gestures, AreTheSameAsPromptsInJson) {
    const Scene& scene = GetParam();
    if (scene.source.empty())
        GTEST_SKIP() << "AUSM_TEST_DATA names no folder with val/davis6";
    TemporaryFolder folder;
    const std::string file = folder.path("prompts.jsonl");
    std::ofstream(file) << lines_of(scene);
    const auto clicked = run(scene, file, true), written = run(scene, file, false);
    ASSERT_EQ(clicked.size(), static_cast<std::size_t>(kFrames));
    ASSERT_EQ(written.size(), clicked.size());
    for (int i = 0; i < kFrames; ++i) {
        const auto index = static_cast<std::size_t>(i);
        EXPECT_EQ(clicked[index].ids, (std::set<gint64>(i < 2   ? std::set<gint64>{}
                                                        : i < 6 ? std::set<gint64>{1}
                                                        : i < 9 ? std::set<gint64>{1, 2}
                                                                : std::set<gint64>{2})))
            << "frame " << i;
        EXPECT_EQ(clicked[index], written[index]) << "frame " << i;
    }
    const auto& map = clicked[2].map;
    EXPECT_GT(std::count(map.begin(), map.end(), 1), 0) << "the thing has a mask on the frame of its box";
}

/// A bright rectangle on black that stands still.
Scene drawn() {
    return {"drawn",
            "videotestsrc is-live=true pattern=white ! video/x-raw,width=120,height=80,framerate=100/1 ! "
            "videobox left=-140 top=-60 right=-60 bottom=-60 border-alpha=1 fill=black ! videoconvert ! "
            "video/x-raw,format=I420,width=320,height=200",
            140 / 320.0,
            0.3,
            260 / 320.0,
            0.7,
            0.625,
            0.5,
            0.1,
            0.1};
}

/// Real video at the pace of a camera, when there is some.
Scene recorded() {
    const char* data = std::getenv("AUSM_TEST_DATA");
    const std::string folder = std::string(data ? data : "") + "/val/davis6/JPEGImages/480p/blackswan";
    if (!data || !g_file_test(folder.c_str(), G_FILE_TEST_IS_DIR))
        return {"recorded", "", 0, 0, 0, 0, 0, 0, 0, 0};
    return {"recorded",
            "multifilesrc location=" + folder +
                "/%05d.jpg caps=image/jpeg,framerate=24/1 ! jpegdec ! videoconvert ! "
                "video/x-raw,format=I420 ! identity sync=true",
            0.2,
            0.13,
            0.64,
            0.8,
            0.45,
            0.63,
            0.1,
            0.1};
}

INSTANTIATE_TEST_SUITE_P(All, Gestures, testing::Values(drawn(), recorded()),
                         [](const auto& scene) { return std::string(scene.param.name); });

}  // namespace
