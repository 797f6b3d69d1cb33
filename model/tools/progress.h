// SPDX-License-Identifier: MIT
// How far long work is, with the time left, on the standard error output.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ausm::tools {

/// One line that is written over on a terminal; elsewhere a line every ten seconds. Thread-bound.
class Progress {
public:
    /// "`what` DONE of `total`, ..."
    Progress(std::string what, std::int64_t total);
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(std::int64_t done);
    /// Takes the line away, before something else is printed.
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    std::string what_;
    std::int64_t total_;
    bool terminal_, shown_ = false;
    Clock::time_point begin_, next_;
};

}  // namespace ausm::tools
