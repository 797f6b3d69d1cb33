// SPDX-License-Identifier: MIT
// The prompts that wait for the next frame of a stream, and the answers to all of them.
#include "prompts.h"

#include "gst/gstausmmessage.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

GST_DEBUG_CATEGORY_EXTERN(gst_ausm_segment_debug);
#define GST_CAT_DEFAULT gst_ausm_segment_debug

namespace ausm::gst {

/// A line that can wait for its frame, its mask read; nothing after a refusal.
std::optional<PromptLine> PromptQueue::accept(PromptParse parsed) {
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

/// False, with the refusal posted, when too many of its side wait.
bool PromptQueue::wait(PromptLine line, bool of_application) {
    {
        const std::lock_guard lock(mutex_);
        const auto waiting = std::ranges::count(waiting_, of_application, &Waiting::of_application);
        if (static_cast<std::size_t>(waiting) < kMaxWaiting) {
            waiting_.push_back({std::move(line), of_application});
            return true;
        }
    }
    refuse(line, std::to_string(kMaxWaiting) + " prompts wait for the next frame already");
    return false;
}

bool PromptQueue::submit(PromptParse parsed) {
    auto line = accept(std::move(parsed));
    return line && wait(std::move(*line), true);
}

void PromptQueue::collect(PromptParse parsed) {
    if (auto line = accept(std::move(parsed)))
        static_cast<void>(wait(std::move(*line), false));
}

bool PromptQueue::empty() const {
    const std::lock_guard lock(mutex_);
    return waiting_.empty();
}

std::vector<PromptLine> PromptQueue::take() {
    std::vector<PromptLine> lines;
    const std::lock_guard lock(mutex_);
    for (Waiting& waiting : waiting_)
        lines.push_back(std::move(waiting.line));
    waiting_.clear();
    return lines;
}

void PromptQueue::refuse_collected(const std::string& reason) {
    std::vector<Waiting> collected;
    {
        const std::lock_guard lock(mutex_);
        // Not of std::ranges: clang 14 cannot compile the subrange that it gives.
        const auto rest = std::stable_partition(waiting_.begin(), waiting_.end(),
                                                [](const Waiting& waiting) { return waiting.of_application; });
        std::move(rest, waiting_.end(), std::back_inserter(collected));
        waiting_.erase(rest, waiting_.end());
    }
    for (const Waiting& waiting : collected)
        refuse(waiting.line, reason);
}

void PromptQueue::refuse_all(const std::string& reason) {
    for (const PromptLine& line : take())
        refuse(line, reason);
}

void PromptQueue::answer(const PromptLine& line, const PromptAnswer& answer) {
    bool again = false;
    if (line.unless_tracked) {  // detections come with every frame
        const std::lock_guard lock(mutex_);
        again = std::exchange(refusing_, !answer.accepted) && !answer.accepted;
    }
    if (again)
        GST_DEBUG_OBJECT(element_, "refused again: %s", answer.reason.c_str());
    else
        post_answer(element_, pad_, answer, {line.late, line.clipped});
}

void PromptQueue::refuse(const PromptLine& line, const std::string& reason) {
    answer(line, {false, line.object, line.ref, reason});
}

void PromptQueue::restart() {
    const std::lock_guard lock(mutex_);
    refusing_ = false;
}

}  // namespace ausm::gst
