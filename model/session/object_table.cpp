// SPDX-License-Identifier: MIT
// All mapping between the three id spaces.
#include "session/object_table.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <stdexcept>

namespace ausm {
namespace {

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (OOPSLA 2014).
std::uint64_t splitmix64(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
}

}  // namespace

ObjectTable::ObjectTable(int slots, std::uint64_t seed) : free_(static_cast<std::size_t>(slots)) {
    std::iota(free_.begin(), free_.end(), 0);
    if (seed == 0)
        return;
    for (std::size_t i = free_.size(); i > 1; --i)
        std::swap(free_[i - 1], free_[splitmix64(seed) % i]);
}

std::optional<std::size_t> ObjectTable::find(std::int64_t id) const {
    const auto found =
        std::find_if(objects_.begin(), objects_.end(), [&](const auto& object) { return object.id == id; });
    if (found == objects_.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - objects_.begin());
}

TrackedObject& ObjectTable::add(std::int64_t id, ObjectOrigin origin) {
    if (free_.empty())
        throw std::logic_error("no free slot");
    TrackedObject object;
    object.id = id != 0 ? id : next_id_;
    object.slot = free_.front();
    object.origin = origin;
    next_id_ = std::max(next_id_, object.id + 1);
    objects_.push_back(std::move(object));
    free_.pop_front();
    return objects_.back();
}

void ObjectTable::remove(std::size_t position) {
    free_.push_back(objects_.at(position).slot);
    objects_.erase(objects_.begin() + static_cast<std::ptrdiff_t>(position));
}

std::optional<std::size_t> ObjectTable::longest_absent() const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < objects_.size(); ++i)
        if (objects_[i].origin == ObjectOrigin::kAuto && objects_[i].unseen > 0 &&
            (!best || objects_[i].unseen > objects_[*best].unseen))
            best = i;
    return best;
}

ObjectTable ObjectTable::restore(int slots, std::vector<TrackedObject> objects, std::deque<int> free,
                                 std::int64_t next_id) {
    std::set<int> used(free.begin(), free.end());
    std::set<std::int64_t> ids;
    std::int64_t highest = 0;
    for (const auto& object : objects) {
        used.insert(object.slot);
        ids.insert(object.id);
        highest = std::max(highest, object.id);
    }
    const auto count = static_cast<std::size_t>(slots);
    const bool every_slot_once = objects.size() + free.size() == count && used.size() == count &&
                                 (used.empty() || (*used.begin() == 0 && *used.rbegin() == slots - 1));
    if (!every_slot_once || ids.size() != objects.size() || (!ids.empty() && *ids.begin() < 1) || highest > kMaxId ||
        next_id <= highest || next_id > kMaxId + 1)
        throw std::runtime_error("the saved objects contradict each other");
    ObjectTable table;
    table.objects_ = std::move(objects);
    table.free_ = std::move(free);
    table.next_id_ = next_id;
    return table;
}

}  // namespace ausm
