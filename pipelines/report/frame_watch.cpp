// SPDX-License-Identifier: MIT
// Probes of a running pipeline.
#include "pipelines/report/frame_watch.h"

#include <gst/video/video.h>

#include <algorithm>

namespace ausm::report {

namespace {

double seconds_since(GstClockTime& begin, GstBuffer* buffer) {
    const GstClockTime time = GST_BUFFER_PTS(buffer);
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return 0;
    if (!GST_CLOCK_TIME_IS_VALID(begin))
        begin = time;
    return time > begin ? static_cast<double>(time - begin) / GST_SECOND : 0;
}

/// From the video's length and rate, 0 when it does not say.
int expected_frames(GstPad* pad, GstCaps* caps, double limit) {
    gint64 duration = 0;
    GstVideoInfo info;
    if (!caps || !gst_video_info_from_caps(&info, caps) || info.fps_n <= 0 || info.fps_d <= 0 ||
        !gst_pad_query_duration(pad, GST_FORMAT_TIME, &duration) || duration <= 0)
        return 0;
    double seconds = static_cast<double>(duration) / GST_SECOND;
    if (limit > 0)
        seconds = std::min(seconds, limit);
    return static_cast<int>(std::min(seconds * info.fps_n / info.fps_d, 1e9));
}

}  // namespace

void FrameWatch::attach(GstElement* pipeline) {
    const Owned<GstElement> first(gst_bin_get_by_name(GST_BIN(pipeline), "input"));
    const Owned<GstElement> overlay(gst_bin_get_by_name(GST_BIN(pipeline), "overlay"));
    const Owned<GstPad> input(gst_element_get_static_pad(first.get(), "sink"));
    const Owned<GstPad> output(gst_element_get_static_pad(overlay.get(), "src"));
    gst_pad_add_probe(input.get(),
                      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                      on_input, this, nullptr);
    gst_pad_add_probe(output.get(), GST_PAD_PROBE_TYPE_BUFFER, on_output, this, nullptr);
}

FrameWatch::Now FrameWatch::now() const {
    const std::lock_guard lock(mutex_);
    return now_;
}

bool FrameWatch::over(GstBuffer* buffer) {
    const double seconds = seconds_since(begin_, buffer);
    {
        const std::lock_guard lock(mutex_);
        if (now_.first == 0)
            now_.first = g_get_monotonic_time();
    }
    if (stopped_ || (seconds_ > 0 && seconds >= seconds_) || (frames_ > 0 && let_in_ >= frames_))
        return true;
    ++let_in_;
    return false;
}

GstPadProbeReturn FrameWatch::on_input(GstPad* pad, GstPadProbeInfo* info, gpointer data) noexcept {
    auto* self = static_cast<FrameWatch*>(data);
    // A tag that comes behind the end would be refused, and the next buffer would then be an error instead of the end.
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
        return self->ended_ ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
    if (!self->over(GST_PAD_PROBE_INFO_BUFFER(info)))
        return GST_PAD_PROBE_OK;
    self->ended_ = true;
    // Not every source ends when its peer says so; a second end, if it does, is ignored downstream.
    const Owned<GstElement> element(gst_pad_get_parent_element(pad));
    const Owned<GstPad> next(gst_element_get_static_pad(element.get(), "src"));
    gst_pad_push_event(next.get(), gst_event_new_eos());
    GST_PAD_PROBE_INFO_FLOW_RETURN(info) = GST_FLOW_EOS;
    gst_buffer_unref(GST_PAD_PROBE_INFO_BUFFER(info));
    return GST_PAD_PROBE_HANDLED;
}

void FrameWatch::look(GstPad* pad, GstBuffer* buffer) {
    const int frame = now().frames;
    const double seconds = seconds_since(output_begin_, buffer);
    tally_.add(buffer, frame);
    const Owned<GstCaps> caps(gst_pad_get_current_caps(pad));
    if (frame == 0) {
        const int length = expected_frames(pad, caps.get(), seconds_);
        sheet_.expect(length > 0 && frames_ > 0 ? std::min(length, frames_) : std::max(length, frames_));
    }
    std::string problem;
    try {
        sheet_.add(buffer, caps.get(), frame, seconds);
    } catch (const std::exception& failure) {
        problem = failure.what();
    }
    const std::lock_guard lock(mutex_);
    ++now_.frames;
    now_.seconds = seconds;
    now_.objects = tally_.objects().size();
    now_.last = g_get_monotonic_time();
    if (now_.problem.empty())
        now_.problem = problem;
}

GstPadProbeReturn FrameWatch::on_output(GstPad* pad, GstPadProbeInfo* info, gpointer self) noexcept {
    static_cast<FrameWatch*>(self)->look(pad, GST_PAD_PROBE_INFO_BUFFER(info));
    return GST_PAD_PROBE_OK;
}

}  // namespace ausm::report
