// SPDX-License-Identifier: MIT
// The whole way with the model: what is seen goes into a file, and the file shows it again.
#include "../harness.h"

#include "../../gst/temporary_folder.h"
#include "gst/ausm/gstausmmeta.h"

#include <gst/app/gstappsink.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace ausm::test;

namespace {

using Json = nlohmann::json;

constexpr const char* kVideo =
    "videotestsrc pattern=ball num-buffers=6 ! "
    "video/x-raw,format=RGB,width=320,height=240,framerate=25/1 ! ";

Owned<GstElement> parsed(const std::string& launch) {
    GError* raw = nullptr;
    Owned<GstElement> pipeline(gst_parse_launch_full(launch.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &raw));
    const Owned<GError> error(raw);
    EXPECT_FALSE(error) << launch << ": " << error->message;
    return pipeline;
}

/// Until its end; anything but the end fails the test.
void finish(GstElement* pipeline) {
    const Owned<GstBus> bus(gst_element_get_bus(pipeline));
    const Owned<GstMessage> end(gst_bus_timed_pop_filtered(
        bus.get(), 120 * GST_SECOND,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING)));
    ASSERT_TRUE(end) << "not at its end after two minutes";
    EXPECT_EQ(GST_MESSAGE_TYPE(end.get()), GST_MESSAGE_EOS) << report_of(end.get()).message;
}

void run(const std::string& launch) {
    const auto pipeline = parsed(launch);
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    finish(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

std::vector<Json> lines_of(const std::string& file) {
    std::ifstream in(file);
    std::vector<Json> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(Json::parse(line));
    return lines;
}

/// The maps of a stream, and the label of each object that was seen.
struct Seen {
    std::vector<std::vector<guint8>> maps;
    std::map<gint64, std::string> labels;
};

Seen see(const std::string& launch) {
    const auto pipeline = parsed(launch + " ! appsink name=out sync=false");
    const Owned<GstElement> out(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    Seen seen;
    while (GstSample* raw = gst_app_sink_pull_sample(GST_APP_SINK(out.get()))) {
        const Owned<GstSample> sample(raw);
        GstAusmMetaView view;
        if (!gst_ausm_meta_get(gst_sample_get_buffer(raw), &view)) {
            ADD_FAILURE() << "no masks";
            break;
        }
        auto& map = seen.maps.emplace_back(gst_buffer_get_size(view.map));
        gst_buffer_extract(view.map, 0, map.data(), map.size());
        for (guint i = 0; i < view.n_objects; ++i) {
            GstAusmObject object;
            if (gst_ausm_meta_get_object(&view, i, &object))
                seen.labels[object.id] = object.label;
        }
    }
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return seen;
}

struct MaskJsonPipeline : testing::TestWithParam<const char*> {
    TemporaryFolder folder;
};

/// The first frame's masks, shown again, are the first frame's masks: ids, labels and pixels.
TEST_P(MaskJsonPipeline, AFileShowsAgainWhatWasSeen) {
    const std::string file = folder.path("seen.jsonl");
    const std::string seen = std::string(kVideo) +
                             "ausmprompt box=0,0,0.35,0.35 object=41 label=ball ! "
                             "ausmsegment mode=prompted ! ";
    run(seen + "maskjson masks=" + GetParam() + " ! filesink location=" + file);
    const auto lines = lines_of(file);
    ASSERT_EQ(lines.size(), 6U);
    ASSERT_EQ(lines[0]["objects"].size(), 1U);
    ASSERT_EQ(lines[0]["objects"][0]["id"], 41);
    EXPECT_EQ(lines[0]["objects"][0]["origin"], "prompt");
    const Seen before = see(seen + "identity");
    const Seen again = see(std::string(kVideo) + "ausmprompt location=" + file + " ! ausmsegment mode=prompted");
    EXPECT_EQ(again.labels, (std::map<gint64, std::string>{{41, "ball"}}));
    ASSERT_EQ(before.maps.size(), 6U);
    ASSERT_EQ(again.maps.size(), 6U);
    if (std::string(GetParam()) == "none")
        return;  // the box of what was seen is not the box that was shown
    EXPECT_EQ(again.maps[0], before.maps[0]) << "a mask is shown as given";
    std::size_t both = 0, either = 0;
    for (std::size_t i = 0; i < again.maps[5].size(); ++i) {
        both += before.maps[5][i] != 0 && again.maps[5][i] != 0 ? 1 : 0;
        either += before.maps[5][i] != 0 || again.maps[5][i] != 0 ? 1 : 0;
    }
    EXPECT_GT(both * 10, either * 7) << "the object is followed as before";
}

INSTANTIATE_TEST_SUITE_P(Masks, MaskJsonPipeline, testing::Values("rle", "polygon", "none"),
                         [](const auto& test) { return std::string(test.param); });

/// Only metadata is read, so the pictures go on as they are.
TEST(MaskJsonTee, SendsPicturesAndText) {
    const TemporaryFolder folder;
    const std::string file = folder.path("seen.jsonl");
    run(std::string(kVideo) + "ausmsegment ! tee name=t ! queue ! maskjson every=2 ! filesink location=" + file +
        " t. ! queue ! maskoverlay ! fakesink");
    EXPECT_EQ(lines_of(file).size(), 3U);
}

}  // namespace
