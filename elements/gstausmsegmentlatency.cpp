// SPDX-License-Identifier: MIT
// The latency that a stream of ausmsegment declares to a live pipeline.
#include "gstausmsegmentstream.h"

#include <new>
#include <stdexcept>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

namespace ausm::gst {

namespace {

constexpr int kDiscarded = 2;  // they pack weights and fill caches
constexpr int kMeasured = 10;
constexpr GstClockTime kStep = 5 * GST_MSECOND;

Owned<GstBuffer> blank_picture(const GstVideoInfo& info) {
    Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr));
    if (!buffer)
        throw std::bad_alloc();
    gst_buffer_memset(buffer.get(), 0, 0x80, GST_VIDEO_INFO_SIZE(&info));
    return buffer;
}

}  // namespace

/// Lets interrupt() reach a second session; null withdraws it.
void SegmentStream::publish(Session* scratch) {
    const std::lock_guard lock(session_mutex_);
    scratch_ = scratch;
    if (scratch && interrupted_)
        scratch->interrupt();
}

bool SegmentStream::update_latency(const SegmentSettings& settings, bool live) {
    GstClockTime own = 0;
    if (settings.latency >= 0)
        own = static_cast<GstClockTime>(settings.latency) * GST_MSECOND;
    else if (live)
        own = measure(settings.session) + static_cast<GstClockTime>(settings.session.batch_timeout) * GST_USECOND;
    GST_DEBUG_OBJECT(element_, "%s: latency %" GST_TIME_FORMAT ", upstream is %slive", pad_.c_str(), GST_TIME_ARGS(own),
                     live ? "" : "not ");
    return latency_.exchange(own) != own;
}

/// p95 of a short run on a grey picture of the negotiated size, in a session of its own, rounded up to 5 ms.
GstClockTime SegmentStream::measure(const SessionOptions& options) {
    const int width = GST_VIDEO_INFO_WIDTH(&info_);
    const int height = GST_VIDEO_INFO_HEIGHT(&info_);
    if (measured_.width == width && measured_.height == height && measured_.inference_size == options.inference_size)
        return measured_.time;
    const Owned<GstBuffer> buffer = blank_picture(info_);
    MappedFrame picture;
    if (!picture.map(buffer.get(), info_, GST_CLOCK_TIME_NONE))
        throw std::runtime_error(picture.error());
    SessionOptions alone = options;
    alone.batch_timeout = 0;  // it is added to what is measured
    const std::unique_ptr<Session> session = engine_->session(alone);
    const struct Published {
        SegmentStream& stream;
        ~Published() { stream.publish(nullptr); }
    } published{*this};
    publish(session.get());
    Result result;
    std::vector<double> seconds;
    for (int i = 0; i < kDiscarded + kMeasured; ++i) {
        const gint64 begin = g_get_monotonic_time();
        if (session->step(picture.frame(), {}, result) == StepStatus::kInterrupted)
            return measured_.time;
        if (i >= kDiscarded)
            seconds.push_back(static_cast<double>(g_get_monotonic_time() - begin) / G_USEC_PER_SEC);
    }
    const auto time = static_cast<GstClockTime>(percentile(seconds, 0.95) * GST_SECOND);
    measured_ = {width, height, options.inference_size, (time + kStep - 1) / kStep * kStep};
    return measured_.time;
}

}  // namespace ausm::gst
