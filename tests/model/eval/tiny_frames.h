// SPDX-License-Identifier: MIT
// Label maps of a single row.
#pragma once

#include "eval/track_scores.h"

#include <utility>

namespace ausm::eval::test {

/// One row; the tolerance of F is 1 pixel.
inline io::IndexPicture row(std::vector<std::uint8_t> values) {
    return {static_cast<int>(values.size()), 1, std::move(values)};
}

/// Value v is track first + v - 1.
inline TrackIds counted(std::int64_t first = 1) {
    TrackIds ids{};
    for (std::size_t value = 1; value < ids.size(); ++value)
        ids[value] = first + static_cast<std::int64_t>(value) - 1;
    return ids;
}

}  // namespace ausm::eval::test
