// SPDX-License-Identifier: MIT
// One stream of ausmsegment: owns the Session, collects prompts, turns frames into metadata.
#include "gstausmsegmentstream.h"

#include "gstausmsegmentmessage.h"
#include "gstausmsegmenttracked.h"

#include "gst/gstausmmeta.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

namespace ausm::gst {

namespace {

constexpr std::size_t kMaxWaiting = 1024;  // of each side: prompts for one frame
constexpr const char* kTooMany = "1024 prompts wait for the next frame already";

}  // namespace

/// What was asked for on one frame and has no answer yet.
struct SegmentStream::FramePrompts {
    std::vector<PromptLine> lines;
    std::size_t applied = 0;  // lines before this one are answered or stand in prompts
    std::vector<Prompt> prompts;
    std::vector<std::size_t> line_of;  // of each prompt

    [[nodiscard]] const PromptLine& line(std::size_t prompt) const { return lines[line_of[prompt]]; }
};

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
        cuda_.reset();
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
    {
        const std::lock_guard lock(lines_mutex_);
        if (app_lines_.size() < kMaxWaiting) {
            app_lines_.push_back(std::move(*line));
            return true;
        }
    }
    refuse(*line, kTooMany);
    return false;
}

void SegmentStream::collect(PromptParse parsed) {
    auto line = accept(std::move(parsed));
    if (line && stream_lines_.size() < kMaxWaiting)
        stream_lines_.push_back(std::move(*line));
    else if (line)
        refuse(*line, kTooMany);
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

/// Detections come with every frame: of refusals in a row only the first is told.
void SegmentStream::answer(const PromptLine& line, const PromptAnswer& answer) {
    if (line.unless_tracked && refusing_.exchange(!answer.accepted) && !answer.accepted)
        GST_DEBUG_OBJECT(element_, "refused again: %s", answer.reason.c_str());
    else
        post_answer(element_, pad_, answer, line.late);
}

void SegmentStream::refuse(const PromptLine& line, const std::string& reason) {
    answer(line, {false, line.object, line.ref, reason});
}

void SegmentStream::refuse(const FramePrompts& taken, const char* reason) {
    for (std::size_t i = 0; i < taken.prompts.size(); ++i)
        answer(taken.line(i), {false, taken.prompts[i].object, taken.prompts[i].ref, reason});
    for (std::size_t i = taken.applied; i < taken.lines.size(); ++i)
        refuse(taken.lines[i], reason);
}

std::vector<PromptLine> SegmentStream::take_lines() {
    std::vector<PromptLine> lines = std::exchange(stream_lines_, {});
    const std::lock_guard lock(lines_mutex_);
    std::move(app_lines_.begin(), app_lines_.end(), std::back_inserter(lines));
    app_lines_.clear();
    return lines;
}

/// Carries out remove and reset, makes the others prompts for this frame; last those that depend on all others.
void SegmentStream::apply(FramePrompts& taken) {
    std::ranges::stable_partition(taken.lines, [](const PromptLine& line) { return !line.unless_tracked; });
    for (; taken.applied < taken.lines.size(); ++taken.applied) {
        const PromptLine& line = taken.lines[taken.applied];
        if (line.op == PromptOp::kReset) {
            for (std::size_t i = 0; i < taken.prompts.size(); ++i)
                answer(taken.line(i),
                       {false, taken.prompts[i].object, taken.prompts[i].ref, "a reset followed on the same frame"});
            taken.prompts.clear();
            taken.line_of.clear();
            forget_on_request();
            result_.objects.clear();
            answer(line, {true, 0, line.ref, ""});
            post_reset(element_, pad_, "requested");
        } else if (line.op == PromptOp::kRemove) {
            const bool removed = session_->remove(line.object);
            std::erase_if(result_.objects, [&line](const Object& object) { return object.id == line.object; });
            answer(line, {removed, line.object, line.ref, removed ? "" : "no such object lives"});
        } else {
            auto made = make_prompts(line, GST_VIDEO_INFO_WIDTH(&info_), GST_VIDEO_INFO_HEIGHT(&info_));
            if (auto* wrong = std::get_if<std::string>(&made))
                refuse(line, *wrong);
            else
                add(taken, std::move(std::get<std::vector<Prompt>>(made)));
        }
    }
}

/// Adds the prompts of the line that is applied now.
void SegmentStream::add(FramePrompts& taken, std::vector<Prompt> made) {
    for (Prompt& prompt : made) {
        if (taken.lines[taken.applied].unless_tracked && is_tracked(prompt, result_.objects, taken.prompts)) {
            GST_DEBUG_OBJECT(element_, "followed already: '%s'", prompt.label.c_str());
            continue;
        }
        taken.prompts.push_back(std::move(prompt));
        taken.line_of.push_back(taken.applied);
    }
}

/// The frame through the model; whatever happens, every prompt of `taken` gets its answer.
StepStatus SegmentStream::step(const Frame& frame, FramePrompts& taken) {
    try {
        previous_ = result_.objects;
        apply(taken);
        const StepStatus status = session_->step(frame, taken.prompts, result_);
        if (status == StepStatus::kInterrupted)
            refuse(taken, "the stream was flushed or stopped");
        return status;
    } catch (...) {
        refuse(taken, "the frame failed");
        throw;
    }
}

void SegmentStream::configure(const SegmentSettings& settings) {
    if (settings.revision == revision_)
        return;
    revision_ = settings.revision;
    try {
        session_->configure(settings.session);
    } catch (const std::exception& failure) {
        GST_ELEMENT_WARNING(element_, LIBRARY, SETTINGS,
                            ("The new settings cannot be used, the old ones stay: %s", failure.what()),
                            ("On pad %s.", pad_.c_str()));
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

void SegmentStream::report(const FramePrompts& taken, GstClockTime stream_time) {
    for (std::size_t i = 0; i < result_.answers.size(); ++i)
        answer(taken.line(i), result_.answers[i]);
    for (const ObjectChange& change : result_.changes)
        post_object(element_, pad_, change, label_of(change.id), stream_time);
}

GstFlowReturn SegmentStream::process(Owned<GstBuffer>& buffer, GstClockTime stream_time,
                                     const SegmentSettings& settings) {
    const gint64 begin = g_get_monotonic_time();
    MappedFrame picture;
    if (!picture.map(buffer.get(), info_, stream_time, cuda_.get())) {
        if (!std::exchange(warned_, true))
            GST_ELEMENT_WARNING(element_, STREAM, FORMAT,
                                ("A frame was passed on without being segmented: %s.", picture.error().c_str()),
                                ("On pad %s. This is said once until the frames are readable again.", pad_.c_str()));
        return GST_FLOW_OK;
    }
    warned_ = false;
    configure(settings);
    FramePrompts taken{take_lines(), 0, {}, {}};
    if (step(picture.frame(), taken) == StepStatus::kInterrupted)
        return GST_FLOW_FLUSHING;
    report(taken, stream_time);
    const int width = picture.frame().width;
    const int height = picture.frame().height;
    picture.unmap();  // it holds a reference, with which the buffer would not be writable
    buffer.reset(gst_buffer_make_writable(buffer.release()));
    if (!attach_meta(buffer.get(), result_, {width, height, true, engine_->info().name, serial_++}))
        throw std::logic_error("the model gave a label map of an impossible size");
    const gint64 end = g_get_monotonic_time();
    stats_.add(static_cast<double>(end - begin) / G_USEC_PER_SEC, session_->info(), result_.objects.size(), end);
    return GST_FLOW_OK;
}

}  // namespace ausm::gst
