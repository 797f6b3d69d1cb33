// SPDX-License-Identifier: MIT
// One stream of ausmsegment: owns the Session, collects prompts, turns frames into metadata.
#include "gstausmsegmentstream.h"

#include "gstausmsegmentmessage.h"

#include "gst/gstausmmeta.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

namespace ausm::gst {

void SegmentStream::open(std::shared_ptr<Engine> engine, const SessionOptions& options) {
    auto session = engine->session(options);
    engine_ = std::move(engine);
    const std::lock_guard lock(session_mutex_);
    session_ = std::move(session);
}

void SegmentStream::start(const SegmentSettings& settings) {
    session_->configure(settings.session);
    forget();
    revision_ = settings.revision;
    info_ = {};
    measured_ = {};
    latency_ = 0;
    stream_lines_.clear();
    serial_ = 0;
    warned_ = false;
    stats_.clear();
}

void SegmentStream::close() {
    std::unique_ptr<Session> old;
    {
        const std::lock_guard lock(session_mutex_);
        old = std::move(session_);
    }
    old.reset();
    engine_.reset();
    const std::lock_guard lock(lines_mutex_);
    app_lines_.clear();
}

void SegmentStream::interrupt() noexcept {
    const std::lock_guard lock(session_mutex_);
    interrupted_ = true;
    for (Session* session : {session_.get(), scratch_}) {
        if (session)
            session->interrupt();
    }
}

/// Empties the memory and ends an interruption.
void SegmentStream::forget() {
    session_->reset();
    previous_.clear();
    result_.objects.clear();
    const std::lock_guard lock(session_mutex_);
    interrupted_ = false;
}

/// The same, but a flush that began meanwhile stays in force.
void SegmentStream::forget_on_request() {
    session_->reset();
    const std::lock_guard lock(session_mutex_);
    if (interrupted_)
        session_->interrupt();
}

/// A line that can wait for its frame, its mask read; nothing after a refusal.
std::optional<PromptLine> SegmentStream::accept(PromptParse parsed) {
    auto* line = std::get_if<PromptLine>(&parsed);
    std::string reason;
    if (!line)
        reason = std::get<PromptError>(parsed).message();
    else if (line->time || line->frame)
        reason = "time and frame are read by ausmprompt only: send the prompt right before its frame";
    else
        reason = load_mask(*line).value_or("");
    if (!reason.empty()) {
        post_answer(element_, pad_, {false, line ? line->object : 0, line ? line->ref : "", reason});
        return std::nullopt;
    }
    return std::move(*line);
}

bool SegmentStream::submit(PromptParse parsed) {
    auto line = accept(std::move(parsed));
    if (!line)
        return false;
    const std::lock_guard lock(lines_mutex_);
    app_lines_.push_back(std::move(*line));
    return true;
}

void SegmentStream::collect(PromptParse parsed) {
    if (auto line = accept(std::move(parsed)))
        stream_lines_.push_back(std::move(*line));
}

void SegmentStream::restart(const char* reason) {
    for (const PromptLine& line : std::exchange(stream_lines_, {}))
        refuse(line, std::string("no frame came before the ") + reason);
    const bool lived = session_->info().frames > 0;
    forget();
    warned_ = false;
    if (lived)
        post_reset(element_, pad_, reason);
}

void SegmentStream::finish() {
    for (const PromptLine& line : take_lines())
        refuse(line, "the stream ended before the next frame");
}

void SegmentStream::refuse(const PromptLine& line, const std::string& reason) {
    post_answer(element_, pad_, {false, line.object, line.ref, reason});
}

void SegmentStream::refuse(const std::vector<Prompt>& prompts, const char* reason) {
    for (const Prompt& prompt : prompts)
        post_answer(element_, pad_, {false, prompt.object, prompt.ref, reason});
}

std::vector<PromptLine> SegmentStream::take_lines() {
    std::vector<PromptLine> lines = std::exchange(stream_lines_, {});
    const std::lock_guard lock(lines_mutex_);
    std::move(app_lines_.begin(), app_lines_.end(), std::back_inserter(lines));
    app_lines_.clear();
    return lines;
}

/// Carries out remove and reset, gives the prompts for this frame.
std::vector<Prompt> SegmentStream::apply(std::vector<PromptLine> lines) {
    std::vector<Prompt> prompts;
    for (PromptLine& line : lines) {
        if (line.op == PromptOp::kReset) {
            refuse(std::exchange(prompts, {}), "a reset followed on the same frame");
            forget_on_request();
            post_answer(element_, pad_, {true, 0, line.ref, ""});
            post_reset(element_, pad_, "requested");
        } else if (line.op == PromptOp::kRemove) {
            const bool removed = session_->remove(line.object);
            post_answer(element_, pad_, {removed, line.object, line.ref, removed ? "" : "no such object lives"});
        } else {
            auto made = make_prompts(line, GST_VIDEO_INFO_WIDTH(&info_), GST_VIDEO_INFO_HEIGHT(&info_));
            if (auto* wrong = std::get_if<std::string>(&made))
                refuse(line, *wrong);
            else
                std::ranges::move(std::get<std::vector<Prompt>>(made), std::back_inserter(prompts));
        }
    }
    return prompts;
}

void SegmentStream::configure(const SegmentSettings& settings) {
    if (settings.revision == revision_)
        return;
    revision_ = settings.revision;
    try {
        session_->configure(settings.session);
    } catch (const std::exception& failure) {
        GST_ELEMENT_WARNING(element_, LIBRARY, SETTINGS,
                            ("The new settings cannot be used, the old ones stay: %s", failure.what()), (nullptr));
    }
}

/// A removed object stands in the list of the frame before only.
std::string SegmentStream::label_of(std::int64_t id) const {
    for (const std::vector<Object>* objects : {&result_.objects, &previous_}) {
        const auto found = std::ranges::find(*objects, id, &Object::id);
        if (found != objects->end())
            return found->label;
    }
    return {};
}

void SegmentStream::report(GstClockTime stream_time) {
    for (const PromptAnswer& answer : result_.answers)
        post_answer(element_, pad_, answer);
    for (const ObjectChange& change : result_.changes)
        post_object(element_, pad_, change, label_of(change.id), stream_time);
}

GstFlowReturn SegmentStream::process(Owned<GstBuffer>& buffer, GstClockTime stream_time,
                                     const SegmentSettings& settings) {
    const gint64 begin = g_get_monotonic_time();
    MappedFrame picture;
    if (!picture.map(buffer.get(), info_, stream_time)) {
        if (!std::exchange(warned_, true))
            GST_ELEMENT_WARNING(element_, STREAM, FORMAT,
                                ("A frame was passed on without being segmented: %s.", picture.error().c_str()),
                                ("This is said once until the frames are readable again."));
        return GST_FLOW_OK;
    }
    warned_ = false;
    configure(settings);
    const std::vector<Prompt> prompts = apply(take_lines());
    previous_ = result_.objects;
    if (session_->step(picture.frame(), prompts, result_) == StepStatus::kInterrupted) {
        refuse(prompts, "the stream was flushed or stopped");
        return GST_FLOW_FLUSHING;
    }
    const int width = picture.frame().width;
    const int height = picture.frame().height;
    picture.unmap();  // it holds a reference, with which the buffer would not be writable
    buffer.reset(gst_buffer_make_writable(buffer.release()));
    if (!attach_meta(buffer.get(), result_, {width, height, true, engine_->info().name, serial_++}))
        throw std::logic_error("the model gave a label map of an impossible size");
    report(stream_time);
    const gint64 end = g_get_monotonic_time();
    stats_.add(static_cast<double>(end - begin) / G_USEC_PER_SEC, session_->info(), result_.objects.size(), end);
    return GST_FLOW_OK;
}

}  // namespace ausm::gst
