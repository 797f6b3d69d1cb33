// SPDX-License-Identifier: MIT
// Somebody who watches a mount of the service, with rtspsrc and a decoder.
#pragma once

#include "common/gst_owned.h"

#include <gst/app/app.h>
#include <gst/video/video.h>

#include <string>

namespace ausm::test {

/// A picture of the viewer: its size, and the brightness of its middle, of a place above it (inside the square of
/// FakeCamera, but beside a notice) and of its corner, 0 to 255.
struct Seen {
    bool any = false;
    int width = 0, height = 0;
    double middle = 0, upper = 0, corner = 0;
};

class Viewer {
public:
    explicit Viewer(const std::string& url) {
        pipeline_.reset(gst_parse_launch(("rtspsrc latency=100 protocols=tcp location=" + url +
                                          " ! rtph264depay ! avdec_h264 ! videoconvert ! video/x-raw,format=GRAY8 ! "
                                          "appsink name=out sync=false max-buffers=1 drop=true")
                                             .c_str(),
                                         nullptr));
        gst_object_ref_sink(pipeline_.get());
        sink_.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "out"));
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    }
    ~Viewer() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    Viewer(const Viewer&) = delete;
    Viewer& operator=(const Viewer&) = delete;

    /// The next picture; none within `seconds`, or the connection has ended.
    [[nodiscard]] Seen next(double seconds = 20) const {
        const auto wait = static_cast<GstClockTime>(seconds * GST_SECOND);
        const gst::Owned<GstSample> sample(gst_app_sink_try_pull_sample(GST_APP_SINK(sink_.get()), wait));
        Seen seen;
        GstVideoInfo info;
        GstVideoFrame frame;
        if (!sample || !gst_video_info_from_caps(&info, gst_sample_get_caps(sample.get())) ||
            !gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample.get()), GST_MAP_READ))
            return seen;
        seen = {true,
                info.width,
                info.height,
                mean(frame, info.width / 2, info.height / 2),
                mean(frame, info.width / 2, info.height * 3 / 10),
                mean(frame, 4, 4)};
        gst_video_frame_unmap(&frame);
        return seen;
    }
    /// Text of the error that has ended it; "" while it plays.
    [[nodiscard]] std::string error(double seconds) const {
        const gst::Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
        const gst::Owned<GstMessage> message(
            gst_bus_timed_pop_filtered(bus.get(), static_cast<GstClockTime>(seconds * GST_SECOND), GST_MESSAGE_ERROR));
        if (!message)
            return "";
        GError* error = nullptr;
        gst_message_parse_error(message.get(), &error, nullptr);
        const gst::Owned<GError> owned(error);
        return error->message;
    }

private:
    static double mean(GstVideoFrame& frame, int x, int y) {
        double sum = 0;
        const auto* data = static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0));
        const int stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0);
        for (int row = y - 4; row < y + 4; ++row)
            for (int column = x - 4; column < x + 4; ++column)
                sum += data[row * stride + column];
        return sum / 64;
    }

    gst::Owned<GstElement> pipeline_, sink_;
};

}  // namespace ausm::test
