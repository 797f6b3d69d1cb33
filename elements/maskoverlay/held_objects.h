// SPDX-License-Identifier: MIT
// Where objects were last seen, for some pictures after they were lost.
#pragma once

#include "elements/maskoverlay/mask_cover.h"

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace ausm::gst::overlay {

/// An object and its value in the map of one picture.
struct MapObject {
    std::int64_t id = 0;
    std::uint8_t value = 0;
};

/// Remembers the last map, and of objects that are no longer in it their last place. Thread-bound.
class HeldObjects {
public:
    void reset();

    /// The next picture: `objects` are those that are to be held when they are lost, each for `hold` pictures. What has
    /// no pixel in the map, or is not listed any more, is lost.
    void update(const LabelMap& map, std::span<const MapObject> objects, int hold);

    /// Adds the last places of what is lost.
    void cover(AlphaPlane& plane) const;

    [[nodiscard]] std::size_t size() const noexcept { return held_.size(); }

private:
    struct Place {
        int map_width = 0, map_height = 0;
        std::vector<MapRun> runs;
        int pictures = 0;  ///< since it was lost
    };

    void lose(const MapObject& object);

    std::map<std::int64_t, Place> held_;  ///< by id
    std::vector<MapObject> seen_;         ///< in the last map
    std::vector<std::uint8_t> cells_;     ///< the last map
    int map_width_ = 0, map_height_ = 0;
};

}  // namespace ausm::gst::overlay
