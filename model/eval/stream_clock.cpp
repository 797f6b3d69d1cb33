// SPDX-License-Identifier: MIT
// Whole nanoseconds, so that a mask that is finished just when a frame arrives counts.
#include "eval/stream_clock.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ausm::eval {
namespace {

std::int64_t nanoseconds(double seconds) { return std::llround(seconds * 1e9); }

}  // namespace

double StreamSchedule::share() const {
    return static_cast<double>(segmented.size()) / static_cast<double>(shown.size());
}

StreamSchedule stream_schedule(int frames, double fps, const std::function<double(int frame)>& segment) {
    const auto arrival = [fps](int frame) { return nanoseconds(frame / fps); };
    StreamSchedule schedule;
    std::vector<std::int64_t> finished;  // of the segmented frames
    std::int64_t free = 0;
    for (int next = 0; next < frames; next = schedule.segmented.back() + 1) {
        const auto begin = std::max(free, arrival(next));
        int newest = next;
        while (newest + 1 < frames && arrival(newest + 1) <= begin)
            ++newest;
        free = begin + nanoseconds(segment(newest));
        schedule.segmented.push_back(newest);
        finished.push_back(free);
    }
    std::size_t done = 0;
    for (int frame = 0; frame < frames; ++frame) {
        while (done < finished.size() && finished[done] <= arrival(frame))
            ++done;
        schedule.shown.push_back(done == 0 ? -1 : schedule.segmented[done - 1]);
    }
    return schedule;
}

}  // namespace ausm::eval
