// SPDX-License-Identifier: MIT
// Rows are mostly long runs of one value: how to find where they end.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

namespace ausm::gst::overlay {

/// The first position after x that has another value than x, at most `width`. Eight bytes at a time.
template <typename T>
[[nodiscard]] int run_end(const T* row, int x, int width) noexcept {
    constexpr int kValues = 8 / static_cast<int>(sizeof(T));
    const std::uint64_t same = std::numeric_limits<std::uint64_t>::max() / std::numeric_limits<T>::max() * row[x];
    for (++x; x + kValues <= width; x += kValues) {
        std::uint64_t next;
        std::memcpy(&next, row + x, sizeof next);
        if (next != same)
            break;
    }
    while (x < width && row[x] == row[x - 1])
        ++x;
    return x;
}

/// All values of the row are 0.
[[nodiscard]] inline bool row_is_empty(const std::uint8_t* row, int width) noexcept {
    return row[0] == 0 && run_end(row, 0, width) == width;
}

}  // namespace ausm::gst::overlay
