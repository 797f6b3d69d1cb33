// SPDX-License-Identifier: MIT
// What the tests of faults share: the engine stays open between them, pictures in every layout, changed files.
#pragma once

#include "../elements/segment.h"

#include <gst/video/video.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace ausm::test {

/// Engines are shared and end with their last user: this one makes the starts of the others quick.
class OpenEngine : public testing::Environment {
    void SetUp() override {
        element_.reset(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("ausmsegment", nullptr))));
        ASSERT_EQ(gst_element_set_state(element_.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    }
    void TearDown() override {
        gst_element_set_state(element_.get(), GST_STATE_NULL);
        element_.reset();
    }
    Owned<GstElement> element_;
};

/// A whole file.
inline std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Text of the first error or warning on a bus, "" when there is none.
inline std::string text_on(Harness& harness, GstMessageType type) {
    const auto message = harness.message(type);
    return message ? report_of(message.get()).message : "";
}

/// Expects that `text` has every part.
inline void expect_parts(const std::string& text, const std::vector<std::string>& parts) {
    for (const std::string& part : parts)
        EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is missing in: " << text;
}

/// Every visible byte, row by row and component by component, whatever the layout.
inline std::vector<guint8> packed(GstBuffer* buffer, const GstVideoInfo& info) {
    GstVideoFrame frame;
    if (!gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ))
        return {};
    std::vector<guint8> all(static_cast<std::size_t>(info.width) * static_cast<std::size_t>(info.height) * 4);
    guint8* to = all.data();
    for (guint component = 0; component < GST_VIDEO_FRAME_N_COMPONENTS(&frame); ++component) {
        const int step = GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, component);
        const int width = GST_VIDEO_INFO_COMP_WIDTH(&info, component);
        for (int y = 0; y < GST_VIDEO_INFO_COMP_HEIGHT(&info, component); ++y) {
            const guint8* from =
                GST_VIDEO_FRAME_COMP_DATA(&frame, component) + y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, component);
            if (step == 1)
                to = std::copy_n(from, width, to);
            else
                for (int x = 0; x < width; ++x)
                    *to++ = from[x * step];
        }
    }
    gst_video_frame_unmap(&frame);
    all.resize(static_cast<std::size_t>(to - all.data()));
    return all;
}

}  // namespace ausm::test
