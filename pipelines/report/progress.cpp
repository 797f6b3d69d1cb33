// SPDX-License-Identifier: MIT
// Prints progress to the standard error output.
#include "pipelines/report/progress.h"

#include <unistd.h>
#include <cstdio>

namespace ausm::report {

namespace {

constexpr gint64 kPlainInterval = gint64{10} * G_USEC_PER_SEC;

}  // namespace

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1), next_(g_get_monotonic_time() + kPlainInterval) {}

void Progress::clear() {
    if (shown_)
        std::fputs("\r\033[K", stderr);
    shown_ = false;
}

void Progress::show(const Step& step) {
    const gint64 time = g_get_monotonic_time();
    if (!terminal_ && time < next_)
        return;
    next_ = time + kPlainInterval;
    std::string line;
    char part[96];
    if (step.frames == 0) {
        line = "  opening the video and the model";
    } else {
        const double rate = step.elapsed > 0 ? step.frames / step.elapsed : 0;
        if (step.share >= 0) {
            std::snprintf(part, sizeof part, "  %3.0f %%", 100 * step.share);
            line = part;
        }
        std::snprintf(part, sizeof part, "  frame %d, %.1f frames per second", step.frames, rate);
        line += part;
        if (step.objects)
            line += ", objects so far: " + std::to_string(*step.objects);
        if (step.share > 0.02) {
            std::snprintf(part, sizeof part, ", %.0f s left", step.elapsed * (1 - step.share) / step.share);
            line += part;
        }
    }
    if (terminal_)
        std::fprintf(stderr, "\r\033[K%s", line.c_str());
    else
        std::fprintf(stderr, "%s\n", line.c_str());
    std::fflush(stderr);
    shown_ = terminal_;
}

}  // namespace ausm::report
