// SPDX-License-Identifier: MIT
// One line on the standard error output about work that takes long.
#pragma once

#include <unistd.h>
#include <chrono>
#include <cstdio>
#include <string>

namespace ausm {

/// On a terminal one line that is written over; elsewhere a line every ten seconds. Thread-bound.
class StatusLine {
public:
    StatusLine() { wait(); }
    ~StatusLine() { clear(); }
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;

    /// Whether another text would be shown now; before that, show() does nothing.
    [[nodiscard]] bool due() const { return Clock::now() >= next_; }
    void show(const std::string& text) {
        if (!due())
            return;
        std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "%s\n", text.c_str());
        shown_ = terminal_;
        wait();
    }
    /// Takes the line away, before something else is printed.
    void clear() {
        if (shown_)
            std::fputs("\r\033[K", stderr);
        shown_ = false;
    }

private:
    using Clock = std::chrono::steady_clock;
    void wait() { next_ = Clock::now() + std::chrono::milliseconds(terminal_ ? 100 : 10'000); }

    bool terminal_ = isatty(STDERR_FILENO) == 1, shown_ = false;
    Clock::time_point next_;
};

}  // namespace ausm
