// SPDX-License-Identifier: MIT
// Runs every element of the table in elements/metadata.md: the metadata are kept or dropped as it says for this version of
// GStreamer, and where a picture keeps them they lie on the right things.
#include "harness.h"

#include "gst/ausm/gstausmmeta.h"
#include "gst/gstausmmeta.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

using namespace ausm::test;

namespace {

constexpr int kWidth = 320, kHeight = 240, kMapWidth = 64, kMapHeight = 48, kPictures = 12;
constexpr const char* kCaps = "video/x-raw,format=I420,width=320,height=240,framerate=30/1,colorimetry=bt601";

/// One element, or several in a row, and what becomes of the metadata behind it.
struct Case {
    std::string launch, expected;
};
void PrintTo(const Case& item, std::ostream* out) { *out << item.launch << ": " << item.expected; }

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream stream(line.substr(1));
    for (std::string cell; std::getline(stream, cell, '|');) {
        const auto begin = cell.find_first_not_of(' '), end = cell.find_last_not_of(' ');
        cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
    }
    return cells;
}

/// Of GStreamer 1.
guint minor_version() {
    guint major = 0, minor = 0, micro = 0, nano = 0;
    gst_version(&major, &minor, &micro, &nano);
    return minor;
}

/// The rows below the heading "| element | 1.22 | ..."; without a column for this version nothing is expected of them.
std::vector<Case> table() {
    std::ifstream file(AUSM_ELEMENTS "/metadata.md");
    std::vector<Case> cases;
    std::optional<std::size_t> column;
    bool inside = false;
    const std::regex code("`([^`]+)`");
    for (std::string line; std::getline(file, line);) {
        const auto cells = line.starts_with("|") ? cells_of(line) : std::vector<std::string>{};
        if (cells.empty() || cells[0] == "element") {
            inside = !cells.empty();
            const auto found = std::ranges::find(cells, "1." + std::to_string(minor_version()));
            column = found == cells.end() ? std::nullopt : std::optional(found - cells.begin());
        } else if (inside) {
            for (std::sregex_iterator match(cells[0].begin(), cells[0].end(), code), end; match != end; ++match)
                cases.push_back({(*match)[1], column ? cells.at(*column) : ""});
        }
    }
    return cases;
}

/// Where the white thing is: no turn and no mirror brings it to the same place.
bool is_inside(int x, int y) { return x >= 5 && x < 24 && y >= 6 && y < 30; }
bool is_edge(int x, int y) {
    for (int row = y - 2; row <= y + 2; ++row)
        for (int column = x - 2; column <= x + 2; ++column)
            if (is_inside(column, row) != is_inside(x, y))
                return true;
    return false;
}

Owned<GstBuffer> segmented_picture(int index) {
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, kWidth, kHeight);
    Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
    gst_buffer_memset(buffer.get(), 0, 128, info.size);
    GstMapInfo bytes;
    gst_buffer_map(buffer.get(), &bytes, GST_MAP_WRITE);
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x)
            bytes.data[y * info.stride[0] + x] = is_inside(x * kMapWidth / kWidth, y * kMapHeight / kHeight) ? 200 : 16;
    gst_buffer_unmap(buffer.get(), &bytes);
    ausm::Result result;
    result.map_width = kMapWidth;
    result.map_height = kMapHeight;
    for (int y = 0; y < kMapHeight; ++y)
        for (int x = 0; x < kMapWidth; ++x)
            result.map.push_back(is_inside(x, y) ? 1 : 0);
    EXPECT_TRUE(ausm::gst::attach_meta(buffer.get(), result, {kWidth, kHeight, true, "test", 0}));
    GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(index) * GST_SECOND / 30;
    GST_BUFFER_DURATION(buffer.get()) = GST_SECOND / 30;
    return buffer;
}

/// The picture of a sample, [height, width]: its luma, or its green; empty when it is no raw picture of 8 bits.
std::vector<guint8> brightness(GstSample* sample, GstVideoInfo& info) {
    GstCaps* caps = gst_sample_get_caps(sample);
    GstVideoFrame frame;
    if (!gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw") ||
        !gst_video_info_from_caps(&info, caps) || GST_VIDEO_INFO_COMP_DEPTH(&info, 0) != 8 ||
        !gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ))
        return {};
    const int component = GST_VIDEO_INFO_IS_RGB(&info) ? 1 : 0;
    std::vector<guint8> pixels;
    for (int y = 0; y < info.height; ++y)
        for (int x = 0; x < info.width; ++x)
            pixels.push_back(
                GST_VIDEO_FRAME_COMP_DATA(&frame, component)[y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, component) +
                                                             x * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, component)]);
    gst_video_frame_unmap(&frame);
    return pixels;
}

/// Share of the map's pixels, away from edges, where it says something else than the picture shows; 1 when it has none.
double wrong_share(GstSample* sample) {
    GstVideoInfo info;
    GstAusmMetaView view;
    const auto pixels = brightness(sample, info);
    if (pixels.empty() || !gst_ausm_meta_get(gst_sample_get_buffer(sample), &view))
        return 1;
    std::vector<guint8> map(gst_buffer_get_size(view.map));
    gst_buffer_extract(view.map, 0, map.data(), map.size());
    int wrong = 0, inside = 0;
    for (int y = 0; y < view.map_height; ++y) {
        for (int x = 0; x < view.map_width; ++x) {
            if (is_edge(x, y))
                continue;
            const int column = (2 * x + 1) * info.width / (2 * view.map_width);
            const int row = (2 * y + 1) * info.height / (2 * view.map_height);
            const bool bright = pixels[static_cast<std::size_t>(row * info.width + column)] > 120;
            const bool marked = map[static_cast<std::size_t>(y * view.map_width + x)] != 0;
            inside += marked;
            wrong += bright != marked;
        }
    }
    return static_cast<double>(wrong) / inside;
}

struct Outcome {
    int pictures = 0, kept = 0;
    double wrong = 0;      ///< the worst of those that were kept
    std::string failure;   ///< why there is nothing of this
    bool missing = false;  ///< an element is not installed
};

/// Pushes segmented pictures through `launch` and looks at what comes out.
Outcome run(const std::string& launch) {
    Outcome outcome;
    GError* raw = nullptr;
    const Owned<GstElement> pipeline(gst_parse_launch_full(
        ("appsrc name=in format=time caps=" + std::string(kCaps) + " ! " + launch + " ! appsink name=out sync=false")
            .c_str(),
        nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &raw));
    if (const Owned<GError> error(raw); error) {
        outcome.missing = g_error_matches(error.get(), GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT);
        outcome.failure = error->message;
        return outcome;
    }
    const Owned<GstElement> in(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
    const Owned<GstElement> out(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    for (int i = 0; i < kPictures; ++i)
        gst_app_src_push_buffer(GST_APP_SRC(in.get()), segmented_picture(i).release());
    gst_app_src_end_of_stream(GST_APP_SRC(in.get()));
    while (const Owned<GstSample> sample{gst_app_sink_try_pull_sample(GST_APP_SINK(out.get()), 20 * GST_SECOND)}) {
        GstBuffer* buffer = gst_sample_get_buffer(sample.get());
        ++outcome.pictures;
        if (!gst_buffer_get_custom_meta(buffer, GST_AUSM_META_NAME))
            continue;
        ++outcome.kept;
        outcome.wrong = std::max(outcome.wrong, wrong_share(sample.get()));
    }
    const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
    if (const Owned<GstMessage> error{gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR)})
        outcome.failure = report_of(error.get()).message + report_of(error.get()).detail;
    else if (!gst_app_sink_is_eos(GST_APP_SINK(out.get())))
        outcome.failure = "not at its end after 20 seconds";
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return outcome;
}

class StockElements : public testing::TestWithParam<Case> {
protected:
    /// OpenGL without a display, where there is none.
    static void SetUpTestSuite() {
        if (std::getenv("DISPLAY") || std::getenv("WAYLAND_DISPLAY"))
            return;
        g_setenv("GST_GL_PLATFORM", "egl", FALSE);
        g_setenv("GST_GL_WINDOW", minor_version() < 24 ? "egl-device" : "surfaceless", FALSE);
    }
};

TEST_P(StockElements, DoWhatTheTableSays) {
    const auto& [launch, expected] = GetParam();
    Outcome outcome = run(launch);
    if (!outcome.failure.empty() && !outcome.missing)
        outcome = run("videoconvert ! " + launch);  // its format is another one
    if (outcome.missing)
        GTEST_SKIP() << outcome.failure;
    if (outcome.failure.find("/gl/gstgl") != std::string::npos)
        GTEST_SKIP() << "no OpenGL here: " << outcome.failure;
    ASSERT_EQ(outcome.failure, "");
    ASSERT_GT(outcome.pictures, 0);
    EXPECT_LE(outcome.wrong, 0.1) << "the masks lie beside the things";
    if (expected == "kept")
        EXPECT_EQ(outcome.kept, outcome.pictures);
    else if (expected == "dropped")
        EXPECT_EQ(outcome.kept, 0) << "of " << outcome.pictures;
    else
        EXPECT_EQ(expected, "") << "the table says neither kept nor dropped";
}

INSTANTIATE_TEST_SUITE_P(Table, StockElements, testing::ValuesIn(table()), [](const auto& test) {
    std::string name = std::to_string(test.index) + "_" + test.param.launch;
    std::ranges::replace_if(
        name, [](unsigned char letter) { return !std::isalnum(letter); }, '_');
    return name;
});

TEST(StockElementsTable, IsRead) { EXPECT_GT(table().size(), 80u); }

}  // namespace
