// SPDX-License-Identifier: MIT
// Pictures of another stream on their way behind those of the video, in step with them.
#include "elements/maskoverlay/background_feed.h"

#include <utility>

namespace ausm::gst::overlay {
namespace {

FedPicture shared(const FedPicture& picture) {
    return {Owned<GstBuffer>(gst_buffer_ref(picture.buffer.get())), picture.info, picture.begin, picture.end};
}

bool has_begun(const FedPicture& picture, GstClockTime running_time) noexcept {
    return !GST_CLOCK_TIME_IS_VALID(picture.begin) || !GST_CLOCK_TIME_IS_VALID(running_time) ||
           picture.begin <= running_time;
}

bool lasts(const FedPicture& picture, GstClockTime running_time) noexcept {
    return GST_CLOCK_TIME_IS_VALID(picture.end) && GST_CLOCK_TIME_IS_VALID(running_time) && running_time < picture.end;
}

}  // namespace

void BackgroundFeed::start() {
    const std::lock_guard lock(mutex_);
    active_ = true;
    flushing_ = video_flushing_ = ended_ = overdue_ = false;
}

void BackgroundFeed::stop() {
    const std::lock_guard lock(mutex_);
    active_ = false;
    current_ = {};
    next_ = {};
    changed_.notify_all();
}

void BackgroundFeed::link() {
    const std::lock_guard lock(mutex_);
    linked_ = true;
    ended_ = overdue_ = false;
}

void BackgroundFeed::unlink() {
    const std::lock_guard lock(mutex_);
    linked_ = false;
    current_ = {};
    next_ = {};
    changed_.notify_all();
}

GstFlowReturn BackgroundFeed::push(FedPicture picture) {
    std::unique_lock lock(mutex_);
    const auto refuses = [this] { return !active_ || !linked_ || flushing_; };
    changed_.wait(lock, [&] { return refuses() || !next_.buffer; });
    if (refuses())
        return GST_FLOW_FLUSHING;
    ended_ = overdue_ = false;
    next_ = std::move(picture);
    changed_.notify_all();
    return GST_FLOW_OK;
}

void BackgroundFeed::end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
}

void BackgroundFeed::start_flush() {
    const std::lock_guard lock(mutex_);
    flushing_ = true;
    next_ = {};
    changed_.notify_all();
}

void BackgroundFeed::stop_flush() {
    const std::lock_guard lock(mutex_);
    flushing_ = ended_ = overdue_ = false;
}

bool BackgroundFeed::is_linked() const {
    const std::lock_guard lock(mutex_);
    return linked_;
}

bool BackgroundFeed::nothing_to_wait_for() const noexcept {
    return !active_ || !linked_ || ended_ || video_flushing_ || overdue_;
}

bool BackgroundFeed::take_due(GstClockTime running_time) {
    while (next_.buffer && (has_begun(next_, running_time) || !current_.buffer)) {
        const bool at_once = !GST_CLOCK_TIME_IS_VALID(next_.begin) || !GST_CLOCK_TIME_IS_VALID(running_time);
        const bool early = !has_begun(next_, running_time);
        current_ = std::exchange(next_, {});
        changed_.notify_all();
        if (at_once || early)
            return true;
    }
    return next_.buffer || lasts(current_, running_time);
}

Behind BackgroundFeed::picture_at(GstClockTime running_time) {
    std::unique_lock lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    Behind behind;
    while (!take_due(running_time) && !nothing_to_wait_for())
        if (changed_.wait_until(lock, deadline) == std::cv_status::timeout)
            behind.overdue = overdue_ = true;
    if (current_.buffer)
        behind.picture = shared(current_);
    behind.flushed = video_flushing_;
    return behind;
}

void BackgroundFeed::start_video_flush() {
    const std::lock_guard lock(mutex_);
    video_flushing_ = true;
    changed_.notify_all();
}

void BackgroundFeed::stop_video_flush() {
    const std::lock_guard lock(mutex_);
    video_flushing_ = false;
}

}  // namespace ausm::gst::overlay
