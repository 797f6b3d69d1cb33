// SPDX-License-Identifier: MIT
// Rate limited, so that it costs nothing beside the work.
#include "tools/progress.h"

#include <unistd.h>
#include <cstdio>

namespace ausm::tools {
namespace {

using namespace std::chrono_literals;
constexpr auto kTerminalInterval = 200ms, kPlainInterval = 10'000ms;

}  // namespace

Progress::Progress(std::string what, std::int64_t total)
    : what_(std::move(what)), total_(total), terminal_(isatty(STDERR_FILENO) == 1), begin_(Clock::now()),
      next_(begin_ + (terminal_ ? kTerminalInterval : kPlainInterval)) {}

void Progress::show(std::int64_t done) {
    const auto now = Clock::now();
    if (now < next_ || done < 1)
        return;
    next_ = now + (terminal_ ? kTerminalInterval : kPlainInterval);
    const double passed = std::chrono::duration<double>(now - begin_).count();
    const double left = passed / static_cast<double>(done) * static_cast<double>(total_ - done);
    std::fprintf(stderr, "%s%s %lld of %lld, %.1f a second, %.0f s left%s", terminal_ ? "\r\033[K" : "", what_.c_str(),
                 static_cast<long long>(done), static_cast<long long>(total_), static_cast<double>(done) / passed, left,
                 terminal_ ? "" : "\n");
    shown_ = terminal_;
}

void Progress::clear() {
    if (shown_)
        std::fputs("\r\033[K", stderr);
    shown_ = false;
}

}  // namespace ausm::tools
