// SPDX-License-Identifier: MIT
// The latency that a stream of ausmsegment declares to a live pipeline, and when the model is asked for it.
#include "latency.h"

#include "gst/gstausmframe.h"
#include "gst/raii.h"

#include <new>
#include <stdexcept>

namespace ausm::gst {

namespace {

GstClockTime rounded_up(double seconds) {
    const auto time = static_cast<GstClockTime>(seconds * GST_SECOND);
    return (time + DeclaredLatency::kStep - 1) / DeclaredLatency::kStep * DeclaredLatency::kStep;
}

GstClockTime extra_latency(const SegmentSettings& settings) {
    return static_cast<GstClockTime>(settings.session.batch_timeout) * GST_USECOND;
}

Owned<GstBuffer> blank_picture(const GstVideoInfo& info) {
    Owned<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr));
    if (!buffer)
        throw std::bad_alloc();
    gst_buffer_memset(buffer.get(), 0, 0x80, GST_VIDEO_INFO_SIZE(&info));
    return buffer;
}

/// Before the stream's first frame its engine may have nothing to do, and then finds out what frames take.
bool rehearse(Session& session, const GstVideoInfo& info) {
    const Owned<GstBuffer> buffer = blank_picture(info);
    MappedFrame picture;
    if (!picture.map(buffer.get(), info, GST_CLOCK_TIME_NONE))
        throw std::runtime_error(picture.error());
    return session.rehearse(picture.frame()) == StepStatus::kOk;
}

double typical_seconds(const Session& session, const GstVideoInfo& info) {
    Frame shape;
    shape.width = GST_VIDEO_INFO_WIDTH(&info);
    shape.height = GST_VIDEO_INFO_HEIGHT(&info);
    if (info.par_n > 0 && info.par_d > 0) {
        shape.pixel_aspect_n = info.par_n;
        shape.pixel_aspect_d = info.par_d;
    }
    return session.typical_seconds(shape);
}

}  // namespace

bool DeclaredLatency::set(GstClockTime frames, GstClockTime extra) noexcept {
    frames_ = frames;
    shorter_ = 0;
    return value_.exchange(frames + extra) != frames + extra;
}

bool DeclaredLatency::fix(GstClockTime time) noexcept { return set(0, time); }

bool DeclaredLatency::begin(double seconds, GstClockTime extra) noexcept { return set(rounded_up(seconds), extra); }

bool DeclaredLatency::follow(double seconds, GstClockTime extra) noexcept {
    const double declared = static_cast<double>(frames_) / GST_SECOND;
    if (seconds > declared)
        return set(rounded_up(seconds * kRoom), extra);
    const bool shorter = seconds > 0 && seconds < declared * kShare;
    shorter_ = shorter ? shorter_ + 1 : 0;
    if (shorter_ >= kPatience)
        return set(rounded_up(seconds * kRoom), extra);
    return value_.exchange(frames_ + extra) != frames_ + extra;
}

void LatencyProbe::restart() noexcept {
    declared_.fix(0);
    follows_ = rehearsed_ = false;
}

bool LatencyProbe::update(Session& session, const GstVideoInfo& info, const SegmentSettings& settings, bool live,
                          bool began) {
    const bool goes_on = follows_ && began;
    follows_ = live && settings.latency < 0;
    if (!follows_)
        return declared_.fix(settings.latency > 0 ? static_cast<GstClockTime>(settings.latency) * GST_MSECOND : 0);
    if (!began && !rehearsed_)
        rehearsed_ = rehearse(session, info);
    return goes_on ? follow(session, info, settings)
                   : declared_.begin(typical_seconds(session, info), extra_latency(settings));
}

bool LatencyProbe::follow(const Session& session, const GstVideoInfo& info, const SegmentSettings& settings) {
    return follows_ && declared_.follow(typical_seconds(session, info), extra_latency(settings));
}

}  // namespace ausm::gst
