// SPDX-License-Identifier: MIT
// Where the middles of objects were in the last pictures.
#include "elements/maskoverlay/trails.h"

#include <algorithm>

namespace ausm::gst::overlay {

const TrailMap& Trails::update(const std::map<std::int64_t, Point>& middles, int length) {
    for (auto& [id, points] : trails_)
        if (!middles.contains(id))
            points.erase(points.begin());
    for (const auto& [id, middle] : middles)
        trails_[id].push_back(middle);
    const auto most = static_cast<std::size_t>(std::max(length, 0));
    for (auto& [id, points] : trails_)
        if (points.size() > most)
            points.erase(points.begin(), points.end() - static_cast<std::ptrdiff_t>(most));
    std::erase_if(trails_, [](const auto& trail) { return trail.second.empty(); });
    return trails_;
}

}  // namespace ausm::gst::overlay
