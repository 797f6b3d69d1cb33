// SPDX-License-Identifier: MIT
// The living objects of a stream and their three numbers: object id, label-map value, ID-vector slot.
#pragma once

#include "ausm.h"

#include <deque>
#include <optional>

namespace ausm {

/// One living object. Ids are published and never handed out twice; slots are positions in the model's buffer of ID
/// vectors and are recycled; the map value is slot + 1.
struct TrackedObject {
    std::int64_t id = 0;
    int slot = 0;
    std::string label;
    ObjectOrigin origin = ObjectOrigin::kAuto;
    bool is_new = true;       ///< this is its first frame
    std::int64_t unseen = 0;  ///< frames in a row in which the object was not seen
    float score = 0;          ///< presence probability of the last frame

    [[nodiscard]] std::uint8_t value() const { return static_cast<std::uint8_t>(slot + 1); }
};

/// A value, part of a stream's state. Objects keep the order in which they were added: their masks lie in that order.
class ObjectTable {
public:
    static constexpr std::int64_t kMaxId = std::int64_t{1} << 53;  ///< JSON numbers are exact up to here

    ObjectTable() = default;
    /// Slots are drawn in the order 0, 1, 2, ... with seed 0, else shuffled (splitmix64, Fisher-Yates); a slot that
    /// comes back goes to the end of the queue, so that the one unused for longest is drawn first.
    ObjectTable(int slots, std::uint64_t seed);

    [[nodiscard]] const std::vector<TrackedObject>& objects() const { return objects_; }
    [[nodiscard]] std::vector<TrackedObject>& objects() { return objects_; }
    /// Position in objects().
    [[nodiscard]] std::optional<std::size_t> find(std::int64_t id) const;
    /// Appends an object; id 0 means the next free one. The caller has made room.
    TrackedObject& add(std::int64_t id, ObjectOrigin origin);
    void remove(std::size_t position);
    [[nodiscard]] bool has_free_slot() const { return !free_.empty(); }
    /// Position of the discovered object that has been unseen for longest; none when all are seen or prompted.
    [[nodiscard]] std::optional<std::size_t> longest_absent() const;

    [[nodiscard]] const std::deque<int>& free_slots() const { return free_; }
    [[nodiscard]] std::int64_t next_id() const { return next_id_; }
    /// Rebuilds a table from a saved state. Throws std::runtime_error when the numbers contradict each other.
    static ObjectTable restore(int slots, std::vector<TrackedObject> objects, std::deque<int> free,
                               std::int64_t next_id);

private:
    std::vector<TrackedObject> objects_;
    std::deque<int> free_;
    std::int64_t next_id_ = 1;
};

}  // namespace ausm
