// SPDX-License-Identifier: MIT
// A picture of 4 x 3 frames that are spread over a video whose length need not be known.
#pragma once

#include "pipelines/report/owner.h"

#include <string>
#include <vector>

namespace ausm::report {

/// Thread-bound.
class ContactSheet {
public:
    /// Says how many frames to expect, so that few are scaled in vain; wrong or 0 costs only time.
    void expect(int frames);
    /// Takes the frame into account. Throws Failure when the picture cannot be converted.
    void add(GstBuffer* buffer, GstCaps* caps, int frame, double seconds);
    bool empty() const { return tiles_.empty(); }
    /// Throws Failure when the file cannot be written; what was there under that name stays then.
    void write(const std::string& file, const std::string& title, const std::string& caption) const;

private:
    struct Tile {
        int frame;
        double seconds;
        Owned<cairo_surface_t> picture;
    };
    void thin_out();
    std::vector<const Tile*> spread() const;

    std::vector<Tile> tiles_;  // every stride-th frame, fewer than twice as many as are shown
    int stride_ = 1;
};

}  // namespace ausm::report
