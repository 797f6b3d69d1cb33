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
    /// "`what` DONE of `total`, ..."; `already`: what was done before the time began to run.
    Progress(std::string what, std::int64_t total, std::int64_t already = 0);
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// `note`: what else to say.
    void show(std::int64_t done, const std::string& note = {});
    /// Takes the line away, before something else is printed.
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    std::string what_;
    std::int64_t total_, already_;
    bool terminal_, shown_ = false;
    Clock::time_point begin_, next_;
};

}  // namespace ausm::tools
