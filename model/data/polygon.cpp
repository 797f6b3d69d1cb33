// SPDX-License-Identifier: MIT
// Row by row: where the edges cross the line through the pixels' centres.
#include "data/polygon.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ausm::data {
namespace {

/// The x at which edges cross the height y, sorted. An edge owns its upper end and not its lower one.
std::vector<double> crossings(std::span<const float> points, double y) {
    std::vector<double> found;
    const auto n = points.size() / 2;
    for (std::size_t i = 0; i < n; ++i) {
        // From the upper end down, whichever way the polygon runs: neighbours round a common edge alike.
        auto upper = 2 * i, lower = 2 * ((i + 1) % n);
        if (points[upper + 1] > points[lower + 1])
            std::swap(upper, lower);
        const double x0 = points[upper], y0 = points[upper + 1], x1 = points[lower], y1 = points[lower + 1];
        if (y0 <= y && y < y1)
            found.push_back(x0 + (y - y0) / (y1 - y0) * (x1 - x0));
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

void fill_polygon(MaskPixels& mask, int height, int width, std::span<const float> points) {
    float top = points[1], bottom = points[1];
    for (std::size_t i = 1; i < points.size(); i += 2) {
        top = std::min(top, points[i]);
        bottom = std::max(bottom, points[i]);
    }
    // The first pixel whose centre is at or after a place, inside of the picture.
    const auto first = [](double place, int size) {
        return static_cast<int>(std::clamp(std::ceil(place - 0.5), 0.0, static_cast<double>(size)));
    };
    for (int y = first(top, height); y < first(bottom, height); ++y) {
        const auto xs = crossings(points, y + 0.5);
        const auto row = mask.begin() + static_cast<std::ptrdiff_t>(y) * width;
        for (std::size_t i = 0; i + 1 < xs.size(); i += 2)
            std::fill(row + first(xs[i], width), row + first(xs[i + 1], width), std::uint8_t{1});
    }
}

}  // namespace ausm::data
