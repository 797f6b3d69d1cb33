// SPDX-License-Identifier: MIT
// The cells that a picture is cut into.
#pragma once

#include <cstdint>

namespace ausm {

/// Pixels of the network's input in one cell of a mask, along each side.
inline constexpr std::int64_t kMaskStride = 4;

/// Rows and columns of cells. Of tokens: token n is the cell (n / columns, n % columns).
struct Grid {
    std::int64_t rows = 0, columns = 0;
    [[nodiscard]] std::int64_t tokens() const { return rows * columns; }
    /// The same picture in cells of 1 / `factor` of the side.
    [[nodiscard]] Grid times(std::int64_t factor) const { return {rows * factor, columns * factor}; }
    bool operator==(const Grid&) const = default;
};

}  // namespace ausm
