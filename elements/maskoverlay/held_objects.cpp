// SPDX-License-Identifier: MIT
// Where objects were last seen, for some pictures after they were lost.
#include "elements/maskoverlay/held_objects.h"

#include "elements/maskoverlay/runs.h"

#include <algorithm>
#include <array>

namespace ausm::gst::overlay {
namespace {

std::array<bool, 256> values_of(const LabelMap& map) noexcept {
    std::array<bool, 256> there{};
    for (int y = 0; y < map.height; ++y) {
        const std::uint8_t* cells = map.data + static_cast<std::ptrdiff_t>(y) * map.width;
        for (int x = 0; x < map.width; x = run_end(cells, x, map.width))
            there[cells[x]] = true;
    }
    return there;
}

}  // namespace

void HeldObjects::reset() {
    held_.clear();
    seen_.clear();
}

void HeldObjects::update(const LabelMap& map, std::span<const MapObject> objects, int hold) {
    if (hold <= 0)
        return reset();
    const auto there = values_of(map);
    std::vector<MapObject> seen;
    std::copy_if(objects.begin(), objects.end(), std::back_inserter(seen),
                 [&](const MapObject& object) { return there[object.value]; });
    const auto is_seen = [&](std::int64_t id) {
        return std::any_of(seen.begin(), seen.end(), [id](const MapObject& object) { return object.id == id; });
    };
    for (const MapObject& object : seen_)
        if (!is_seen(object.id))
            lose(object);
    for (auto& [id, place] : held_)
        ++place.pictures;
    std::erase_if(held_, [&](const auto& entry) { return is_seen(entry.first) || entry.second.pictures > hold; });
    seen_ = std::move(seen);
    cells_.assign(map.data, map.data + static_cast<std::ptrdiff_t>(map.width) * map.height);
    map_width_ = map.width;
    map_height_ = map.height;
}

void HeldObjects::lose(const MapObject& object) {
    Place place{map_width_, map_height_, {}, 0};
    for (int y = 0; y < map_height_; ++y) {
        const std::uint8_t* cells = cells_.data() + static_cast<std::ptrdiff_t>(y) * map_width_;
        for (int x = 0; x < map_width_;) {
            const int end = run_end(cells, x, map_width_);
            if (cells[x] == object.value)
                place.runs.push_back({y, x, end});
            x = end;
        }
    }
    held_.insert_or_assign(object.id, std::move(place));
}

void HeldObjects::cover(AlphaPlane& plane) const {
    for (const auto& [id, place] : held_)
        for (const MapRun& run : place.runs)
            cover_run(plane, place.map_width, place.map_height, run);
}

}  // namespace ausm::gst::overlay
