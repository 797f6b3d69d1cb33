// SPDX-License-Identifier: MIT
// Each edge marks, row by row, where it crosses the line through the pixels' centres; from mark to mark it is inside.
#include "io/polygon.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace ausm::io {
namespace {

/// The first pixel whose centre is at or after a place, inside of the picture.
int first(double place, int size) {
    return static_cast<int>(std::clamp(std::ceil(place - 0.5), 0.0, static_cast<double>(size)));
}

/// Rows from `top` on, where the parity of crossings changes.
struct Marks {
    int top, width;
    std::vector<std::uint8_t> rows;
};

/// An edge owns its upper end and not its lower one.
void mark_edge(Marks& marks, int bottom, double x0, double y0, double x1, double y1) {
    // From the upper end down, whichever way the polygon runs: neighbours round a common edge alike.
    if (y0 > y1) {
        std::swap(x0, x1);
        std::swap(y0, y1);
    }
    for (int y = first(y0, bottom); y < first(y1, bottom); ++y) {
        const int x = first(x0 + (y + 0.5 - y0) / (y1 - y0) * (x1 - x0), marks.width);
        if (x < marks.width)
            marks.rows[static_cast<std::size_t>(y - marks.top) * static_cast<std::size_t>(marks.width) +
                       static_cast<std::size_t>(x)] ^= 1;
    }
}

}  // namespace

void fill_polygon(MaskPixels& mask, int height, int width, std::span<const Ring> rings) {
    float upper = std::numeric_limits<float>::max(), lower = std::numeric_limits<float>::lowest();
    for (const Ring& ring : rings)
        for (std::size_t i = 1; i < ring.size(); i += 2) {
            upper = std::min(upper, ring[i]);
            lower = std::max(lower, ring[i]);
        }
    const int top = first(upper, height), bottom = first(lower, height);
    if (top >= bottom)
        return;
    const auto columns = static_cast<std::size_t>(width);
    Marks marks{top, width, std::vector<std::uint8_t>(static_cast<std::size_t>(bottom - top) * columns)};
    for (const Ring& ring : rings)
        for (std::size_t i = 0, n = ring.size() / 2; i < n; ++i) {
            const std::size_t a = 2 * i, b = 2 * ((i + 1) % n);
            mark_edge(marks, bottom, ring[a], ring[a + 1], ring[b], ring[b + 1]);
        }
    std::uint8_t* row = mask.data() + static_cast<std::size_t>(top) * columns;
    for (std::size_t begin = 0; begin < marks.rows.size(); begin += columns, row += columns) {
        std::uint8_t inside = 0;
        for (std::size_t x = 0; x < columns; ++x) {
            inside ^= marks.rows[begin + x];
            row[x] |= inside;
        }
    }
}

}  // namespace ausm::io
