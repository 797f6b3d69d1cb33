// SPDX-License-Identifier: MIT
// One line on the terminal that says how far a run is; where there is no terminal, a line now and then.
#pragma once

#include <gst/gst.h>

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
    Progress();
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void show(const Step& step);
    /// Takes the line away, before something else is printed.
    void clear();

private:
    bool terminal_;
    bool shown_ = false;
    gint64 next_ = 0;  // monotonic microseconds
};

}  // namespace ausm::report
