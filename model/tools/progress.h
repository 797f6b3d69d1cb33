// SPDX-License-Identifier: MIT
// How far long work is, with the time left, on the standard error output.
#pragma once

#include "common/status_line.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace ausm::tools {

/// A status line. Thread-bound.
class Progress {
public:
    /// "`what` DONE of `total`, ..."; `already`: what was done before the time began to run.
    Progress(std::string what, std::int64_t total, std::int64_t already = 0);

    /// `note`: what else to say.
    void show(std::int64_t done, const std::string& note = {});
    /// Takes the line away, before something else is printed.
    void clear() { line_.clear(); }

private:
    using Clock = std::chrono::steady_clock;
    std::string what_;
    std::int64_t total_, already_;
    StatusLine line_;
    Clock::time_point begin_;
};

}  // namespace ausm::tools
