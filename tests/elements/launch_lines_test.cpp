// SPDX-License-Identifier: MIT
// Runs every launch line that stands in the head block of an element.
#include "gst/raii.h"
#include "harness.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace ausm::test;

namespace {

struct Line {
    std::string file;
    std::string launch;
};

/// What follows gst-launch-1.0 and its options in lines like " * gst-launch-1.0 -m a ! b" of the head blocks.
std::vector<Line> launch_lines() {
    const std::string mark = " * gst-launch-1.0 ";
    std::vector<Line> lines;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(AUSM_ELEMENTS)) {
        if (entry.path().extension() != ".cpp")
            continue;
        std::ifstream file(entry.path());
        for (std::string text; std::getline(file, text);) {
            if (!text.starts_with(mark))
                continue;
            std::size_t begin = mark.size();
            while (text[begin] == '-')
                begin = text.find(' ', begin) + 1;
            lines.push_back({entry.path().stem(), text.substr(begin)});
        }
    }
    return lines;
}

/// There is no display in a test; everything else stays as it is written.
std::string without_display(std::string launch) {
    const std::string sink = "autovideosink";
    if (const std::size_t at = launch.find(sink); at != std::string::npos)
        launch.replace(at, sink.size(), "fakesink");
    return launch;
}

class LaunchLines : public testing::TestWithParam<Line> {};

TEST_P(LaunchLines, Runs) {
    const std::string launch = without_display(GetParam().launch);
    GError* raw = nullptr;
    const Owned<GstElement> pipeline(gst_parse_launch_full(launch.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &raw));
    const Owned<GError> error(raw);
    ASSERT_FALSE(error) << launch << ": " << error->message;
    const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const Owned<GstMessage> end(gst_bus_timed_pop_filtered(
        bus.get(), 120 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    ASSERT_TRUE(end) << launch << ": not at its end after two minutes";
    EXPECT_EQ(GST_MESSAGE_TYPE(end.get()), GST_MESSAGE_EOS)
        << launch << ": " << report_of(end.get()).message << report_of(end.get()).detail;
    while (GstMessage* message = gst_bus_pop_filtered(bus.get(), GST_MESSAGE_WARNING)) {
        const Owned<GstMessage> warning(message);
        ADD_FAILURE() << launch << ": " << report_of(message).message;
    }
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

INSTANTIATE_TEST_SUITE_P(Elements, LaunchLines, testing::ValuesIn(launch_lines()),
                         [](const auto& test) { return test.param.file + "_" + std::to_string(test.index); });

TEST(LaunchLines, EveryElementHasOne) {
    std::vector<std::string> files;
    for (const Line& line : launch_lines())
        files.push_back(line.file);
    for (const char* file : {"gstausmsegment", "gstausmprompt", "gstmaskjson", "gstmaskoverlay"})
        EXPECT_NE(std::find(files.begin(), files.end(), file), files.end()) << file;
}

}  // namespace
