// SPDX-License-Identifier: MIT
// A stream of ausmsegment in a live pipeline: from which frames it knows its latency.
#include "stream.h"

#include <new>
#include <stdexcept>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

namespace ausm::gst {

namespace {

Owned<GstBuffer> blank_picture(const GstVideoInfo& info) {
    Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr));
    if (!buffer)
        throw std::bad_alloc();
    gst_buffer_memset(buffer.get(), 0, 0x80, GST_VIDEO_INFO_SIZE(&info));
    return buffer;
}

}  // namespace

bool SegmentStream::update_latency(const SegmentSettings& settings, bool live) {
    configure(settings, hurried_);
    live_ = live;
    const bool goes_on = follows_ && began_;
    follows_ = live && settings.latency < 0;
    bool changed = false;
    if (!follows_) {
        changed = latency_.fix(settings.latency > 0 ? static_cast<GstClockTime>(settings.latency) * GST_MSECOND : 0);
    } else {
        if (!began_ && !rehearsed_)
            rehearse();
        changed = goes_on ? follow_latency(settings) : latency_.begin(typical_seconds(), extra_latency(settings));
    }
    GST_DEBUG_OBJECT(element_, "%s: latency %" GST_TIME_FORMAT ", upstream is %slive", pad_.c_str(),
                     GST_TIME_ARGS(latency_.value()), live ? "" : "not ");
    return changed;
}

GstClockTime SegmentStream::extra_latency(const SegmentSettings& settings) {
    return static_cast<GstClockTime>(settings.session.batch_timeout) * GST_USECOND;
}

bool SegmentStream::follow_latency(const SegmentSettings& settings) {
    return follows_ && latency_.follow(typical_seconds(), extra_latency(settings));
}

/// Before the stream's first frame its engine may have nothing to do, and then finds out what frames take.
void SegmentStream::rehearse() {
    const Owned<GstBuffer> buffer = blank_picture(info_);
    MappedFrame picture;
    if (!picture.map(buffer.get(), info_, GST_CLOCK_TIME_NONE))
        throw std::runtime_error(picture.error());
    rehearsed_ = session_->rehearse(picture.frame()) == StepStatus::kOk;
}

double SegmentStream::typical_seconds() const {
    Frame shape;
    shape.width = GST_VIDEO_INFO_WIDTH(&info_);
    shape.height = GST_VIDEO_INFO_HEIGHT(&info_);
    if (info_.par_n > 0 && info_.par_d > 0) {
        shape.pixel_aspect_n = info_.par_n;
        shape.pixel_aspect_d = info_.par_d;
    }
    return session_->typical_seconds(shape);
}

}  // namespace ausm::gst
