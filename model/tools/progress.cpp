// SPDX-License-Identifier: MIT
// Rate limited, so that it costs nothing beside the work.
#include "tools/progress.h"

#include <cstdio>

namespace ausm::tools {
namespace {

std::string duration(double seconds) {
    const auto whole = static_cast<long long>(seconds + 0.5);
    if (whole < 600)
        return std::to_string(whole) + " s";
    if (whole < 7200)
        return std::to_string(whole / 60) + " min";
    return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

}  // namespace

Progress::Progress(std::string what, std::int64_t total, std::int64_t already)
    : what_(std::move(what)), total_(total), already_(already), begin_(Clock::now()) {}

void Progress::show(std::int64_t done, const std::string& note) {
    if (!line_.due() || done <= already_)
        return;
    const double passed = std::chrono::duration<double>(Clock::now() - begin_).count();
    const double rate = static_cast<double>(done - already_) / passed;
    char a_second[32];
    std::snprintf(a_second, sizeof a_second, "%.*f a second", rate < 10 ? 2 : 1, rate);
    line_.show(what_ + " " + std::to_string(done) + " of " + std::to_string(total_) + ", " + a_second + ", " +
               duration(static_cast<double>(total_ - done) / rate) + " left" + (note.empty() ? "" : "; " + note));
}

}  // namespace ausm::tools
