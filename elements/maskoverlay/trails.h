// SPDX-License-Identifier: MIT
// Where the middles of objects were in the last pictures.
#pragma once

#include "elements/maskoverlay/shapes.h"

#include <cstdint>
#include <map>
#include <vector>

namespace ausm::gst::overlay {

/// Points from the oldest on, by id.
using TrailMap = std::map<std::int64_t, std::vector<Point>>;

/// Thread-bound.
class Trails {
public:
    void reset() noexcept { trails_.clear(); }

    /// The next picture and the middles of the objects in it. Trails have `length` points at most; those of objects that
    /// are not there lose one with each picture.
    const TrailMap& update(const std::map<std::int64_t, Point>& middles, int length);

private:
    TrailMap trails_;
};

}  // namespace ausm::gst::overlay
