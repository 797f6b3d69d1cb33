// SPDX-License-Identifier: MIT
// The text of the status line.
#include "pipelines/report/progress.h"

#include <cstdio>

namespace ausm::report {

void Progress::show(const Step& step) {
    if (!line_.due())
        return;
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
    line_.show(line);
}

}  // namespace ausm::report
