// SPDX-License-Identifier: MIT
// The prompts of one stream of ausmsegment: they wait for a frame, become what the model takes, and are answered.
#include "stream.h"

#include "gst/gstausmcoordinates.h"
#include "gst/gstausmmessage.h"
#include "gst/gstausmnames.h"

#include <algorithm>
#include <iterator>
#include <utility>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

namespace ausm::gst {

namespace {

constexpr std::size_t kMaxWaiting = 1024;  // of each side: prompts for one frame
constexpr const char* kTooMany = "1024 prompts wait for the next frame already";

}  // namespace

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
    return wait_for_frame(std::move(*line), true);
}

void SegmentStream::collect(PromptParse parsed) {
    if (auto line = accept(std::move(parsed)))
        static_cast<void>(wait_for_frame(std::move(*line), false));
}

/// False, with the refusal posted, when too many of its side wait.
bool SegmentStream::wait_for_frame(PromptLine line, bool of_application) {
    {
        const std::lock_guard lock(lines_mutex_);
        const auto waiting = std::ranges::count(lines_, of_application, &WaitingLine::of_application);
        if (static_cast<std::size_t>(waiting) < kMaxWaiting) {
            lines_.push_back({std::move(line), of_application});
            return true;
        }
    }
    refuse(line, kTooMany);
    return false;
}

/// Detections come with every frame: of refusals in a row only the first is told.
void SegmentStream::answer(const PromptLine& line, const PromptAnswer& answer) {
    if (line.unless_tracked && refusing_.exchange(!answer.accepted) && !answer.accepted)
        GST_DEBUG_OBJECT(element_, "refused again: %s", answer.reason.c_str());
    else
        post_answer(element_, pad_, answer, {line.late, line.clipped});
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

bool SegmentStream::has_lines() {
    const std::lock_guard lock(lines_mutex_);
    return !lines_.empty();
}

std::vector<PromptLine> SegmentStream::take_lines() {
    std::vector<PromptLine> lines;
    const std::lock_guard lock(lines_mutex_);
    for (WaitingLine& waiting : lines_)
        lines.push_back(std::move(waiting.line));
    lines_.clear();
    return lines;
}

/// Those that travelled in the stream; the application's go on waiting.
std::vector<PromptLine> SegmentStream::take_stream_lines() {
    std::vector<PromptLine> lines;
    const std::lock_guard lock(lines_mutex_);
    for (WaitingLine& waiting : lines_)
        if (!waiting.of_application)
            lines.push_back(std::move(waiting.line));
    std::erase_if(lines_, [](const WaitingLine& waiting) { return !waiting.of_application; });
    return lines;
}

/// Makes the lines prompts for this frame, in their order; last those that depend on all others.
void SegmentStream::apply(FramePrompts& taken, const std::string& classes) {
    std::stable_partition(taken.lines.begin(), taken.lines.end(),
                          [](const PromptLine& line) { return !line.unless_tracked; });
    for (; taken.applied < taken.lines.size(); ++taken.applied) {
        PromptLine& line = taken.lines[taken.applied];
        if (line.op == PromptOp::kReset || line.op == PromptOp::kRemove) {
            Prompt prompt;
            prompt.kind = line.op == PromptOp::kReset ? PromptKind::kReset : PromptKind::kRemove;
            prompt.object = line.object;
            prompt.ref = line.ref;
            add(taken, {std::move(prompt)});
        } else if (!line.label.empty() && !is_named(classes, line.label)) {
            refuse(line, "the label '" + line.label + "' is not among the classes of ausmsegment");
        } else if (const auto outside = to_shares(line, GST_VIDEO_INFO_WIDTH(&info_), GST_VIDEO_INFO_HEIGHT(&info_))) {
            refuse(line, *outside);
        } else {
            auto made = make_prompts(line);
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
        if (taken.lines[taken.applied].unless_tracked) {
            if (!taken.followed)
                taken.followed.emplace(result_.objects, taken.prompts);
            if (taken.followed->have(prompt)) {
                GST_DEBUG_OBJECT(element_, "followed already: '%s'", prompt.label.c_str());
                continue;
            }
            taken.followed->take(prompt);
        }
        taken.line_of.push_back(taken.applied);
        taken.prompts.push_back(std::move(prompt));
    }
}

bool SegmentStream::click(GstEvent* event) {
    const auto picture = output_.size();
    if (picture.width == 0)
        return false;  // nothing is shown yet
    auto outcome = clicks_.handle(event, picture.width, picture.height,
                                  [this](double x, double y) { return output_.object_at(x, y); });
    if (outcome.prompt)
        submit(std::move(*outcome.prompt));
    return outcome.ours;
}

}  // namespace ausm::gst
