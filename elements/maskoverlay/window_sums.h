// SPDX-License-Identifier: MIT
// Sums over windows of cells, in a time that does not depend on their size.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace ausm::gst::overlay {

/// Cells in the window of at most 2 * reach + 1 around a position of a row or column.
[[nodiscard]] inline int window_size(int position, int size, int reach) noexcept {
    return std::min(position + reach, size - 1) - std::max(position - reach, 0) + 1;
}

/// from: [height, width]. Of the cells at most `reach` rows and columns away; fewer at the edges.
template <typename T>
[[nodiscard]] std::vector<T> window_sums(const std::vector<T>& from, int width, int height, int reach) {
    std::vector<T> across(from.size()), sums(from.size());
    for (int y = 0; y < height; ++y) {
        const T* row = from.data() + static_cast<std::ptrdiff_t>(y) * width;
        T* to = across.data() + static_cast<std::ptrdiff_t>(y) * width;
        T sum{};
        for (int x = 0; x < std::min(reach, width); ++x)
            sum += row[x];
        for (int x = 0; x < width; ++x) {
            if (x + reach < width)
                sum += row[x + reach];
            to[x] = sum;
            if (x >= reach)
                sum -= row[x - reach];
        }
    }
    std::vector<T> sum(static_cast<std::size_t>(width));
    const auto add = [&](int y, T sign) {
        const T* row = across.data() + static_cast<std::ptrdiff_t>(y) * width;
        for (std::size_t x = 0; x < sum.size(); ++x)
            sum[x] += sign * row[x];
    };
    for (int y = 0; y < std::min(reach, height); ++y)
        add(y, T{1});
    for (int y = 0; y < height; ++y) {
        if (y + reach < height)
            add(y + reach, T{1});
        std::copy(sum.begin(), sum.end(), sums.begin() + static_cast<std::ptrdiff_t>(y) * width);
        if (y >= reach)
            add(y - reach, T{-1});
    }
    return sums;
}

}  // namespace ausm::gst::overlay
