// SPDX-License-Identifier: MIT
// How far a run of a pipeline is, on a status line.
#pragma once

#include "common/status_line.h"

#include <optional>
#include <string>

namespace ausm::report {

struct Step {
    int frames = 0;
    std::optional<std::size_t> objects;  ///< so far; unset: nobody counts them
    double share = -1;                   ///< done, 0 to 1; below 0: unknown
    double elapsed = 0;                  ///< seconds since the first frame
};

/// Thread-bound.
class Progress {
public:
    void show(const Step& step);
    /// Takes the line away, before something else is printed.
    void clear() { line_.clear(); }

private:
    StatusLine line_;
};

}  // namespace ausm::report
