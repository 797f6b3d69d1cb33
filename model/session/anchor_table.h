// SPDX-License-Identifier: MIT
// Which objects the anchors of a stream hold, and which anchor stays when a new one is made.
#pragma once

#include "session/object_table.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace ausm {

/// A value, part of a stream's state, beside the tensors of History::anchors. Place 0 has the newest anchor. Place 1 has the
/// older one that still holds an object which the newest did not see.
class AnchorTable {
public:
    /// An object with its mask in an anchor.
    struct Held {
        std::int64_t id = 0;
        int slot = 0;
        bool operator==(const Held&) const = default;
    };
    using Place = std::vector<Held>;  ///< empty: no anchor

    AnchorTable() = default;
    explicit AnchorTable(std::vector<Place> places) : places_(std::move(places)) {}

    [[nodiscard]] const std::vector<Place>& places() const { return places_; }
    /// A new anchor with these objects takes place 0 of `count` places, 1 or 2. Gives the place of the anchor that is in
    /// place 1 from now on; none: place 1 is empty. An anchor stays while it holds a living object that is unseen and
    /// not in the new one, and while none of its slots has gone to another object.
    std::optional<std::size_t> add(Place held, const ObjectTable& objects, std::size_t count);

private:
    std::vector<Place> places_;
};

}  // namespace ausm
