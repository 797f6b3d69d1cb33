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

/// The pixels that a polygon may touch, and where the parity of crossings changes in their rows.
struct Marks {
    int left, top, right, bottom;
    std::vector<std::uint8_t> rows = {};

    [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(right - left); }
};

/// An edge owns its upper end and not its lower one.
void mark_edge(Marks& marks, double x0, double y0, double x1, double y1) {
    // From the upper end down, whichever way the polygon runs: neighbours round a common edge alike.
    if (y0 > y1) {
        std::swap(x0, x1);
        std::swap(y0, y1);
    }
    for (int y = first(y0, marks.bottom); y < first(y1, marks.bottom); ++y) {
        const int x = first(x0 + (y + 0.5 - y0) / (y1 - y0) * (x1 - x0), marks.right);
        if (x < marks.right)
            marks.rows[static_cast<std::size_t>(y - marks.top) * marks.width() +
                       static_cast<std::size_t>(std::max(x - marks.left, 0))] ^= 1;
    }
}

/// The least and the greatest of every second number from `start` on, of all rings.
std::pair<float, float> range_of(std::span<const Ring> rings, std::size_t start) {
    float low = std::numeric_limits<float>::max(), high = std::numeric_limits<float>::lowest();
    for (const Ring& ring : rings)
        for (std::size_t i = start; i < ring.size(); i += 2) {
            low = std::min(low, ring[i]);
            high = std::max(high, ring[i]);
        }
    return {low, high};
}

}  // namespace

PixelBox box_of(std::span<const Ring> rings, int height, int width) {
    const auto [left, right] = range_of(rings, 0);
    const auto [top, bottom] = range_of(rings, 1);
    return {first(left, width), first(top, height), first(right, width), first(bottom, height)};
}

void fill_polygon(MaskPixels& mask, int height, int width, std::span<const Ring> rings) {
    const auto [left, top, right, bottom] = box_of(rings, height, width);
    if (left >= right || top >= bottom)
        return;
    Marks marks{left, top, right, bottom};
    marks.rows.resize(marks.width() * static_cast<std::size_t>(bottom - top));
    for (const Ring& ring : rings)
        for (std::size_t i = 0, n = ring.size() / 2; i < n; ++i) {
            const std::size_t a = 2 * i, b = 2 * ((i + 1) % n);
            mark_edge(marks, ring[a], ring[a + 1], ring[b], ring[b + 1]);
        }
    const auto columns = static_cast<std::size_t>(width);
    std::uint8_t* row = mask.data() + static_cast<std::size_t>(top) * columns + static_cast<std::size_t>(left);
    for (std::size_t begin = 0; begin < marks.rows.size(); begin += marks.width(), row += columns) {
        std::uint8_t inside = 0;
        for (std::size_t x = 0; x < marks.width(); ++x) {
            inside ^= marks.rows[begin + x];
            row[x] |= inside;
        }
    }
}

}  // namespace ausm::io
