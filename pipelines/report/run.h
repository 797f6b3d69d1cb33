// SPDX-License-Identifier: MIT
// Runs a launch line to its end and says what came of it.
#pragma once

#include "pipelines/report/frame_watch.h"
#include "pipelines/report/owner.h"
#include "pipelines/report/settings.h"

#include <string>
#include <vector>

namespace ausm::report {

struct Files {
    std::string part;   ///< what the launch line writes
    std::string video;  ///< what it is renamed to when it is complete
    std::string sheet;  ///< the contact sheet, a PNG
};

struct Outcome {
    int frames = 0;
    double opening = 0;         ///< seconds until the first frame came in: video and model are opened
    double running = 0;         ///< seconds from then to the end of the file that is written
    bool interrupted = false;   ///< by Ctrl-C; what came before is complete
    Owned<GstStructure> stats;  ///< of ausmsegment
    std::string objects;        ///< table
    std::size_t object_count = 0;
};

/// Runs the words of a launch line (launch_words) with progress on the terminal, then puts the video in its place and
/// writes the contact sheet. Throws Failure; also when every prompt was refused. The part is left to the caller then.
Outcome run(const Settings& settings, const std::vector<std::string>& words, const Files& files);

}  // namespace ausm::report
