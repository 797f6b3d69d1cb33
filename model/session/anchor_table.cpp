// SPDX-License-Identifier: MIT
// The newest anchor first, then the one that knows who is away.
#include "session/anchor_table.h"

#include <algorithm>
#include <utility>

namespace ausm {
namespace {

/// Whether an anchor knows somebody who is away, and nobody whose slot another object has now.
bool is_needed(const AnchorTable::Place& place, const AnchorTable::Place& newest, const ObjectTable& table) {
    bool needed = false;
    for (const auto& held : place) {
        const auto living = std::ranges::find(table.objects(), held.slot, &TrackedObject::slot);
        if (living == table.objects().end())
            continue;
        if (living->id != held.id)
            return false;
        needed = needed || (living->unseen > 0 && std::ranges::find(newest, held) == newest.end());
    }
    return needed;
}

}  // namespace

std::optional<std::size_t> AnchorTable::add(Place held, const ObjectTable& objects, std::size_t count) {
    const auto old = std::exchange(places_, std::vector<Place>(count));
    places_[0] = std::move(held);
    if (count < 2)
        return std::nullopt;
    for (std::size_t place = 0; place < old.size(); ++place)
        if (is_needed(old[place], places_[0], objects)) {
            places_[1] = old[place];
            return place;
        }
    return std::nullopt;
}

}  // namespace ausm
