// SPDX-License-Identifier: MIT
// One stream of ausmsegment: owns the Session and the parts around it, turns frames into metadata.
#include "stream.h"

#include "gst/gstausmmessage.h"
#include "gst/guard.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

namespace ausm::gst {

void SegmentStream::open(std::shared_ptr<Engine> engine, std::shared_ptr<CudaShare> cuda,
                         const SessionOptions& options) {
    auto session = engine->session(options);
    engine_ = std::move(engine);
    const std::lock_guard lock(session_mutex_);
    session_ = std::move(session);
    cuda_ = std::move(cuda);
}

bool SegmentStream::answer_context(GstQuery* query) {
    std::shared_ptr<CudaShare> cuda;
    {
        const std::lock_guard lock(session_mutex_);
        cuda = cuda_;
    }
    return cuda && cuda->answer(element_, query);
}

void SegmentStream::start(const SegmentSettings& settings) {
    session_->configure(settings.session);
    {
        const std::lock_guard lock(session_mutex_);
        interrupted_ = false;
    }
    empty();
    revision_ = settings.revision;
    hurried_ = live_ = began_ = false;
    output_.restart(true);
    output_.count_marked_anew();
    pace_.restart();
    saving_.restart();
    info_ = {};
    latency_.restart();
    warned_ = warned_not_finite_ = false;
    stats_.clear();
}

void SegmentStream::close() {
    std::unique_ptr<Session> old;
    {
        const std::lock_guard lock(session_mutex_);
        old = std::move(session_);
        cuda_.reset();
    }
    old.reset();
    engine_.reset();
}

void SegmentStream::set_info(const GstVideoInfo& info, bool forgets) {
    if (has_info() && !gst_video_info_is_equal(&info_, &info)) {
        clicks_.restart();  // it was pressed on another picture
        if (forgets)
            forget("caps");
    }
    info_ = info;
}

void SegmentStream::interrupt() noexcept {
    const std::lock_guard lock(session_mutex_);
    interrupted_ = true;
    if (session_)
        session_->interrupt();
}

/// Empties the state; a flush that began meanwhile stays in force.
void SegmentStream::empty() {
    session_->reset();
    drop_last();
    prompts_.restart();
    const std::lock_guard lock(session_mutex_);
    if (interrupted_)
        session_->interrupt();
}

/// Nothing is known any more of the frame before.
void SegmentStream::drop_last() {
    previous_.clear();
    result_.objects.clear();
    output_.restart(false);
}

void SegmentStream::forget(const char* reason) {
    const bool lived = session_->info().frames > 0;
    empty();
    if (lived)
        post_reset(element_, pad_, reason);
}

void SegmentStream::restart(const char* reason, bool forgets) {
    prompts_.refuse_collected(std::string("no frame came before the ") + reason);
    {
        const std::lock_guard lock(session_mutex_);
        interrupted_ = false;
        session_->resume();
    }
    pace_.restart();
    clicks_.restart();
    warned_ = warned_not_finite_ = false;
    output_.count_marked_anew();
    if (forgets)
        forget(reason);
}

void SegmentStream::finish() {
    prompts_.refuse_all("the stream ended before the next frame");
    if (!session_)
        return;
    if (saving_.finish(*session_))
        drop_last();
    // Others that share the engine do not reckon with its frames any more.
    const std::lock_guard lock(session_mutex_);
    if (!interrupted_) {
        session_->interrupt();
        session_->resume();
    }
}

void SegmentStream::stop() noexcept {
    guard_quietly(element_, true, [this] {
        if (!session_)
            return true;
        prompts_.refuse_all("the stream stopped before the next frame");
        saving_.finish(*session_);
        return true;
    });
}

bool SegmentStream::click(GstEvent* event) {
    const auto picture = output_.size();
    if (picture.width == 0)
        return false;  // nothing is shown yet
    auto outcome = clicks_.handle(event, picture.width, picture.height,
                                  [this](double x, double y) { return output_.object_at(x, y); });
    if (outcome.prompt)
        prompts_.submit(std::move(*outcome.prompt));
    return outcome.ours;
}

bool SegmentStream::update_latency(const SegmentSettings& settings, bool live) {
    configure(settings, hurried_);
    live_ = live;
    const bool changed = latency_.update(*session_, info_, settings, live, began_);
    GST_DEBUG_OBJECT(element_, "%s: latency %" GST_TIME_FORMAT ", upstream is %slive", pad_.c_str(),
                     GST_TIME_ARGS(latency_.value()), live ? "" : "not ");
    return changed;
}

/// The frame through the model; whatever happens, every prompt of `taken` gets its answer.
StepStatus SegmentStream::step(const Frame& frame, FramePrompts& taken, const std::string& classes) {
    try {
        previous_ = result_.objects;
        const int width = GST_VIDEO_INFO_WIDTH(&info_), height = GST_VIDEO_INFO_HEIGHT(&info_);
        const StepStatus status = session_->step(frame, taken.make({width, height, result_.objects, classes}), result_);
        if (status == StepStatus::kInterrupted)
            taken.refuse("the stream was flushed or stopped");
        return status;
    } catch (...) {
        taken.refuse("the frame failed");
        throw;
    }
}

void SegmentStream::configure(const SegmentSettings& settings, bool late) {
    const bool hurried = late && settings.session.passes > 1;
    if (settings.revision == revision_ && hurried == hurried_)
        return;
    revision_ = settings.revision;
    hurried_ = hurried;
    SessionOptions options = settings.session;
    if (hurried)
        options.passes = 1;
    try {
        session_->configure(options);
    } catch (const std::exception& failure) {
        GST_ELEMENT_WARNING(element_, LIBRARY, SETTINGS,
                            ("The new settings cannot be used, the old ones stay: %s", failure.what()),
                            ("On pad %s.", pad_.c_str()));
    }
}

/// A removed object stands in the list of the frame before; another one may have its id on this frame.
std::string SegmentStream::label_of(const ObjectChange& change) const {
    const auto& objects = change.event == ObjectEvent::kRemoved ? previous_ : result_.objects;
    const auto found = std::ranges::find(objects, change.id, &Object::id);
    return found != objects.end() ? found->label : "";
}

/// `lived`: there was something to forget.
void SegmentStream::report(FramePrompts& taken, bool lived, GstClockTime stream_time) {
    for (std::size_t i = 0; i < result_.answers.size(); ++i) {
        if (taken.is_reset(i)) {
            prompts_.restart();
            if (std::exchange(lived, false))
                post_reset(element_, pad_, "requested");
        }
        taken.answer(i, result_.answers[i]);
    }
    for (const ObjectChange& change : result_.changes)
        post_object(element_, pad_, change, label_of(change), stream_time);
    if (!result_.finite && !std::exchange(warned_not_finite_, true))
        GST_ELEMENT_WARNING(
            element_, LIBRARY, FAILED,
            ("The model's answer to a frame is not finite; what is not is left out, and the stream goes "
             "on with the state of the frame before. If it stays so, try another precision or device."),
            ("On pad %s. This is said once until the answers are finite again.", pad_.c_str()));
    warned_not_finite_ = !result_.finite;
}

/// The frame carries what the last one did, if it may. False: it is to be segmented.
bool SegmentStream::repeat(Owned<GstBuffer>& buffer, const FrameTimes& times, const SegmentSettings& settings,
                           bool late) {
    const bool dropped = late && (settings.qos == Qos::kTrue || (settings.qos == Qos::kAuto && live_));
    const int width = GST_VIDEO_INFO_WIDTH(&info_), height = GST_VIDEO_INFO_HEIGHT(&info_);
    if (!(dropped || pace_.leaves_out(settings.interval)) || !prompts_.empty() || !output_.can_repeat(width, height))
        return false;
    buffer.reset(gst_buffer_make_writable(buffer.release()));
    output_.repeat(buffer.get(), {width, height, times.stream, settings.analytics});
    stats_.add_repeated();
    if (dropped)
        gst_element_post_message(element_,
                                 pace_.dropped(GST_OBJECT(element_), live_, times.running, times.stream, buffer.get()));
    else
        pace_.left_out();
    return true;
}

/// False: it cannot be read, which is said.
bool SegmentStream::map(MappedFrame& picture, GstBuffer* buffer, const FrameTimes& times) {
    if (picture.map(buffer, info_, times.stream, cuda_.get())) {
        warned_ = false;
        return true;
    }
    if (!std::exchange(warned_, true))
        GST_ELEMENT_WARNING(element_, STREAM, FORMAT,
                            ("A frame was passed on without being segmented: %s.", picture.error().c_str()),
                            ("On pad %s. This is said once until the frames are readable again.", pad_.c_str()));
    return false;
}

GstFlowReturn SegmentStream::process(Owned<GstBuffer>& buffer, const FrameTimes& times,
                                     const SegmentSettings& settings) {
    const gint64 begin = g_get_monotonic_time();
    if ((settings.reset_on & kResetOnDiscont) != 0 && GST_BUFFER_IS_DISCONT(buffer.get()))
        forget("discont");
    if (saving_.before_frame(*session_))
        drop_last();
    const bool late = pace_.is_late(times.running);
    if (repeat(buffer, times, settings, late))
        return GST_FLOW_OK;
    MappedFrame picture;
    if (!map(picture, buffer.get(), times)) {
        output_.skip();
        return GST_FLOW_OK;
    }
    configure(settings, late);
    began_ = true;
    FramePrompts taken(prompts_);
    const bool lived = session_->info().frames > 0;
    if (step(picture.frame(), taken, settings.classes) == StepStatus::kInterrupted)
        return GST_FLOW_FLUSHING;
    saving_.after_frame();
    report(taken, lived, times.stream);
    const SegmentOutput::Frame carrier{
        picture.frame().width, picture.frame().height,         times.stream,
        settings.analytics,    picture.frame().pixel_aspect_n, picture.frame().pixel_aspect_d};
    picture.unmap();  // it holds a reference, with which the buffer would not be writable
    buffer.reset(gst_buffer_make_writable(buffer.release()));
    output_.attach(buffer.get(), result_, carrier, engine_->info().name);
    pace_.seen();
    const gint64 end = g_get_monotonic_time();
    stats_.add(static_cast<double>(end - begin) / G_USEC_PER_SEC, session_->info(), result_.objects.size(), end);
    if (latency_.follow(*session_, info_, settings))
        gst_element_post_message(element_, gst_message_new_latency(GST_OBJECT(element_)));
    return GST_FLOW_OK;
}

}  // namespace ausm::gst
