// SPDX-License-Identifier: MIT
// Rate limited, so that it costs nothing beside the work.
#include "tools/progress.h"

#include <unistd.h>
#include <cstdio>

namespace ausm::tools {
namespace {

using namespace std::chrono_literals;
constexpr auto kTerminalInterval = 200ms, kPlainInterval = 10'000ms;

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
    : what_(std::move(what)), total_(total), already_(already), terminal_(isatty(STDERR_FILENO) == 1),
      begin_(Clock::now()), next_(begin_ + (terminal_ ? kTerminalInterval : kPlainInterval)) {}

void Progress::show(std::int64_t done, const std::string& note) {
    const auto now = Clock::now();
    if (now < next_ || done <= already_)
        return;
    next_ = now + (terminal_ ? kTerminalInterval : kPlainInterval);
    const double passed = std::chrono::duration<double>(now - begin_).count();
    const double rate = static_cast<double>(done - already_) / passed;
    std::fprintf(stderr, "%s%s %lld of %lld, %.*f a second, %s left%s%s%s", terminal_ ? "\r\033[K" : "", what_.c_str(),
                 static_cast<long long>(done), static_cast<long long>(total_), rate < 10 ? 2 : 1, rate,
                 duration(static_cast<double>(total_ - done) / rate).c_str(), note.empty() ? "" : "; ", note.c_str(),
                 terminal_ ? "" : "\n");
    shown_ = terminal_;
}

void Progress::clear() {
    if (shown_)
        std::fputs("\r\033[K", stderr);
    shown_ = false;
}

}  // namespace ausm::tools
