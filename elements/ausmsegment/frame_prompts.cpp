// SPDX-License-Identifier: MIT
// The prompts of one frame: from lines to what the model takes, and each one's answer.
#include "frame_prompts.h"

#include "gst/gstausmcoordinates.h"
#include "gst/gstausmnames.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace ausm::gst {

/// Of one line; nothing after a refusal.
std::vector<Prompt> FramePrompts::make_one(PromptLine& line, const PromptedFrame& frame) {
    if (line.op == PromptOp::kReset || line.op == PromptOp::kRemove) {
        Prompt prompt;
        prompt.kind = line.op == PromptOp::kReset ? PromptKind::kReset : PromptKind::kRemove;
        prompt.object = line.object;
        prompt.ref = line.ref;
        return {std::move(prompt)};
    }
    if (!line.label.empty() && !is_named(frame.classes, line.label)) {
        queue_.refuse(line, "the label '" + line.label + "' is not among the classes of ausmsegment");
        return {};
    }
    if (const auto outside = to_shares(line, frame.width, frame.height)) {
        queue_.refuse(line, *outside);
        return {};
    }
    auto made = make_prompts(line);
    if (const auto* wrong = std::get_if<std::string>(&made)) {
        queue_.refuse(line, *wrong);
        return {};
    }
    return std::get<std::vector<Prompt>>(std::move(made));
}

/// Whether it shows what an object or one of the prompts before it does.
bool FramePrompts::is_followed(const Prompt& prompt, std::span<const Object> objects, std::span<const Prompt> before) {
    if (!followed_)
        followed_.emplace(objects, before);
    if (followed_->have(prompt))
        return true;
    followed_->take(prompt);
    return false;
}

std::vector<Prompt> FramePrompts::make(const PromptedFrame& frame) {
    // Not of std::ranges: clang 14 cannot compile the subrange that it gives.
    std::stable_partition(lines_.begin(), lines_.end(), [](const PromptLine& line) { return !line.unless_tracked; });
    std::vector<Prompt> prompts;
    for (; next_ < lines_.size(); ++next_) {
        for (Prompt& prompt : make_one(lines_[next_], frame)) {
            if (lines_[next_].unless_tracked && is_followed(prompt, frame.objects, prompts))
                continue;
            made_.push_back({next_, prompt.object});
            prompts.push_back(std::move(prompt));
        }
    }
    return prompts;
}

bool FramePrompts::is_reset(std::size_t prompt) const { return lines_[made_[prompt].line].op == PromptOp::kReset; }

void FramePrompts::answer(std::size_t prompt, const PromptAnswer& answer) {
    queue_.answer(lines_[made_[prompt].line], answer);
}

void FramePrompts::refuse(const char* reason) {
    for (const Made& made : made_)
        queue_.answer(lines_[made.line], {false, made.object, lines_[made.line].ref, reason});
    for (; next_ < lines_.size(); ++next_)
        queue_.refuse(lines_[next_], reason);
}

}  // namespace ausm::gst
