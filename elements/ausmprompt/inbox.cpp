// SPDX-License-Identifier: MIT
// What reaches ausmprompt while the video runs, and which side waits for the other.
#include "inbox.h"

#include <algorithm>
#include <utility>

namespace ausm::gst {

namespace {

/// Container formats round times to a millisecond: a mask that ends so shortly before its frame is complete.
constexpr GstClockTime kRounding = GST_MSECOND;

constexpr const char* kJumpedOver = "the stream went elsewhere before its time";

}  // namespace

void PromptInbox::start() {
    const std::lock_guard lock(mutex_);
    stopped_ = prompt_flushing_ = prompt_ended_ = video_flushing_ = video_ended_ = seeking_ = false;
    video_reached_ = 0;
}

void PromptInbox::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

std::vector<PromptEntry> PromptInbox::take_all() {
    std::vector<PromptEntry> entries;
    for (Waiting& waiting : waiting_)
        entries.push_back(std::move(waiting.entry));
    waiting_.clear();
    bytes_ = 0;
    return entries;
}

std::vector<PromptEntry> PromptInbox::clear() {
    const std::lock_guard lock(mutex_);
    forget_pad();
    return take_all();
}

/// What has come on the pad since its last flush, but for lines.
void PromptInbox::forget_pad() {
    masks_.clear();
    reached_ = 0;
    prompt_ended_ = untimed_ = false;
    content_ = PadContent::kUnknown;
}

/// Those that go on waiting.
void PromptInbox::keep(std::vector<Waiting> waiting) {
    waiting_ = std::move(waiting);
    bytes_ = 0;
    for (const Waiting& one : waiting_)
        bytes_ += one.entry.bytes();
    changed_.notify_all();
}

bool PromptInbox::is_full() const { return waiting_.size() >= kMaxWaiting || bytes_ >= kMaxWaitingBytes; }

Handed PromptInbox::submit(PromptEntry& entry) {
    const std::lock_guard lock(mutex_);
    if (is_full())
        return Handed::kFull;
    bytes_ += entry.bytes();
    waiting_.push_back({std::move(entry)});
    return Handed::kTaken;
}

void PromptInbox::set_wait(bool wait) {
    const std::lock_guard lock(mutex_);
    wait_ = wait;
    changed_.notify_all();
}

void PromptInbox::link() {
    const std::lock_guard lock(mutex_);
    forget_pad();
    linked_ = true;
    prompt_flushing_ = false;
}

void PromptInbox::unlink() {
    const std::lock_guard lock(mutex_);
    linked_ = false;
    forget_pad();
    changed_.notify_all();
}

void PromptInbox::start_prompt_flush() {
    const std::lock_guard lock(mutex_);
    prompt_flushing_ = true;
    changed_.notify_all();
}

void PromptInbox::stop_prompt_flush() {
    const std::lock_guard lock(mutex_);
    const PadContent content = content_;  // caps outlive a flush
    forget_pad();
    content_ = content;
    prompt_flushing_ = false;
    std::erase_if(waiting_, [](const Waiting& waiting) { return waiting.from_pad; });
    keep(std::move(waiting_));
}

void PromptInbox::carry(PadContent content) {
    const std::lock_guard lock(mutex_);
    content_ = content;
    prompt_ended_ = untimed_ = false;
    changed_.notify_all();
}

bool PromptInbox::is_undecided() const {
    const std::lock_guard lock(mutex_);
    return linked_ && wait_ && content_ == PadContent::kUnknown;
}

void PromptInbox::expect(PadContent content) {
    const std::lock_guard lock(mutex_);
    if (content_ == PadContent::kUnknown)
        content_ = content;
}

Handed PromptInbox::add(PromptEntry entry) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return prompts_stopped() || video_ended_ || !is_full(); });
    if (prompts_stopped() || video_ended_)
        return refusal();
    bytes_ += entry.bytes();
    waiting_.push_back({std::move(entry), true});
    return Handed::kTaken;
}

Handed PromptInbox::add(TimedMask mask) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return prompts_stopped() || video_ended_ || masks_.size() < kMaxMasks; });
    if (prompts_stopped() || video_ended_)
        return refusal();
    if (GST_CLOCK_TIME_IS_VALID(mask.when.start))
        reached_ = std::max(reached_, mask.when.end);
    else
        untimed_ = true;
    masks_.push_back(std::move(mask));
    changed_.notify_all();
    return Handed::kTaken;
}

void PromptInbox::reach(GstClockTime running_time) {
    const std::lock_guard lock(mutex_);
    if (GST_CLOCK_TIME_IS_VALID(running_time))
        reached_ = std::max(reached_, running_time);
    changed_.notify_all();
}

void PromptInbox::end_prompts() {
    const std::lock_guard lock(mutex_);
    prompt_ended_ = true;
    changed_.notify_all();
}

void PromptInbox::start_video_flush() {
    const std::lock_guard lock(mutex_);
    video_flushing_ = true;
    changed_.notify_all();
}

void PromptInbox::stop_video_flush() {
    const std::lock_guard lock(mutex_);
    video_flushing_ = video_ended_ = false;
    video_reached_ = 0;
    for (Waiting& waiting : waiting_)
        waiting.may_be_jumped = true;
}

void PromptInbox::set_seeking(bool seeking) {
    const std::lock_guard lock(mutex_);
    seeking_ = seeking;
    changed_.notify_all();
}

void PromptInbox::start_video() {
    const std::lock_guard lock(mutex_);
    video_ended_ = false;
    video_reached_ = 0;
}

std::vector<PromptEntry> PromptInbox::end_video() {
    const std::lock_guard lock(mutex_);
    masks_.clear();
    video_ended_ = true;
    changed_.notify_all();
    return take_all();
}

void PromptInbox::start_segment() {
    const std::lock_guard lock(mutex_);
    video_ended_ = false;
    for (Waiting& waiting : waiting_)
        waiting.may_be_jumped = true;
}

bool PromptInbox::must_wait(const RunningSpan& frame) const {
    if (!wait_ || !linked_ || content_ != PadContent::kMasks)
        return false;
    if (seeking_)
        return true;
    return GST_CLOCK_TIME_IS_VALID(frame.start) && !prompt_flushing_ && !prompt_ended_ && !untimed_ && masks_.empty() &&
           reached_ + std::min(kRounding, (frame.end - frame.start) / 4) < frame.end;
}

bool PromptInbox::wait_for_mask(const RunningSpan& frame, std::optional<TimedMask>& mask) {
    const auto belongs = [&frame](const TimedMask& next) {
        return !GST_CLOCK_TIME_IS_VALID(next.when.start) ||
               (GST_CLOCK_TIME_IS_VALID(frame.start) && next.when.start < frame.end);
    };
    std::unique_lock lock(mutex_);
    while (!stopped_ && !video_flushing_) {
        for (; !seeking_ && !masks_.empty() && belongs(masks_.front()); masks_.pop_front()) {
            mask = std::move(masks_.front());
            changed_.notify_all();
        }
        if (!must_wait(frame))
            break;
        changed_.wait(lock);
    }
    if (mask)
        mask->late = GST_CLOCK_TIME_IS_VALID(mask->when.start) && mask->when.start < video_reached_;
    if (GST_CLOCK_TIME_IS_VALID(frame.end))
        video_reached_ = std::max(video_reached_, frame.end);
    return !stopped_ && !video_flushing_;
}

/// What a frame means for a prompt: nothing while it goes on waiting.
std::optional<PromptInbox::Verdict> PromptInbox::judge(const Waiting& waiting, const FrameSpan& span) {
    const auto& time = waiting.entry.time;
    const auto& frame = waiting.entry.frame;
    if (frame && !span.frame)
        return Verdict{false, kFramesUncounted};
    if (frame)
        return *frame > *span.frame ? std::nullopt : std::optional(Verdict{*frame < *span.frame, nullptr});
    if (!time)
        return Verdict{};
    if (!span.timed || (!span.passed(*time) && !span.has(*time)))
        return std::nullopt;
    const bool jumped_over = span.passed(*time) && span.sought && waiting.may_be_jumped;
    return Verdict{span.passed(*time), jumped_over ? kJumpedOver : nullptr};
}

std::vector<PromptInbox::Due> PromptInbox::take(const FrameSpan& span) {
    std::vector<Due> due;
    const std::lock_guard lock(mutex_);
    if (waiting_.empty())
        return due;
    std::vector<Waiting> kept;
    for (Waiting& waiting : waiting_) {
        if (const auto verdict = judge(waiting, span))
            due.push_back({std::move(waiting.entry), verdict->late, verdict->refused});
        else
            kept.push_back(std::move(waiting));
    }
    keep(std::move(kept));
    return due;
}

}  // namespace ausm::gst
