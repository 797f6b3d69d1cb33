// SPDX-License-Identifier: MIT
// Boxes, points and strokes from masks, all by one map of distances to the outside.
#include "eval/mask_prompt.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <queue>
#include <stdexcept>
#include <utility>

namespace ausm::eval {
namespace {

struct Step {
    int x, y;
    std::int32_t length;
};

// Fixed point with 16 bits: distances that ought to be equal are equal.
constexpr std::int32_t kStraight = 65536, kDiagonal = 91750, kKnight = 143976;
constexpr std::array<Step, 8> kSteps{{{-1, -2, kKnight},
                                      {1, -2, kKnight},
                                      {-2, -1, kKnight},
                                      {-1, -1, kDiagonal},
                                      {0, -1, kStraight},
                                      {1, -1, kDiagonal},
                                      {2, -1, kKnight},
                                      {-1, 0, kStraight}}};
constexpr std::array<Step, 8> kNeighbours{{{-1, -1, kDiagonal},
                                           {0, -1, kStraight},
                                           {1, -1, kDiagonal},
                                           {-1, 0, kStraight},
                                           {1, 0, kStraight},
                                           {-1, 1, kDiagonal},
                                           {0, 1, kStraight},
                                           {1, 1, kDiagonal}}};
constexpr int kMargin = 2;  // as far as a step reaches
constexpr std::int64_t kCorePercent = 35;

/// Distances to the outside, with kMargin pixels of outside around the picture.
struct DistanceMap {
    int width, height;  // with the margin
    std::vector<std::int32_t> values;

    explicit DistanceMap(const BinaryMask& mask);

    [[nodiscard]] int place(int x, int y) const { return (y + kMargin) * width + x + kMargin; }
    [[nodiscard]] Pixel pixel(int place) const { return {place % width - kMargin, place / width - kMargin}; }
    [[nodiscard]] std::int32_t at(int place) const { return values[static_cast<std::size_t>(place)]; }
    /// The place that is farthest from the outside.
    [[nodiscard]] int innermost() const {
        const auto most = std::max_element(values.begin(), values.end());
        if (*most == 0)
            throw std::invalid_argument("an empty mask has no innermost pixel");
        return static_cast<int>(most - values.begin());
    }
};

DistanceMap::DistanceMap(const BinaryMask& mask) : width(mask.width + 2 * kMargin), height(mask.height + 2 * kMargin) {
    values.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    const auto relax = [&](int x, int y, int direction) {
        auto& value = values[static_cast<std::size_t>(place(x, y))];
        for (const auto& step : kSteps)
            value = std::min(value, at(place(x + direction * step.x, y + direction * step.y)) + step.length);
    };
    constexpr std::int32_t far = std::numeric_limits<std::int32_t>::max() / 2;
    for (int y = 0; y < mask.height; ++y)
        for (int x = 0; x < mask.width; ++x)
            if (mask.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.width) +
                            static_cast<std::size_t>(x)] != 0)
                values[static_cast<std::size_t>(place(x, y))] = far;
    for (int y = 0; y < mask.height; ++y)
        for (int x = 0; x < mask.width; ++x)
            relax(x, y, 1);
    for (int y = mask.height; y-- > 0;)
        for (int x = mask.width; x-- > 0;)
            relax(x, y, -1);
}

/// The cheapest ways from one place to all places of the core.
struct Ways {
    std::vector<int> previous;  // the place before; -1: the start, or not reached
    int farthest = 0;           // the costliest place
};

Ways ways_from(int start, const DistanceMap& map) {
    using Reached = std::pair<std::int64_t, int>;  // cost, place
    const std::int32_t most = map.at(map.innermost());
    Ways ways{std::vector<int>(map.values.size(), -1), start};
    std::vector<std::int64_t> costs(map.values.size(), std::numeric_limits<std::int64_t>::max());
    std::priority_queue<Reached, std::vector<Reached>, std::greater<>> queue;
    costs[static_cast<std::size_t>(start)] = 0;
    queue.emplace(0, start);
    while (!queue.empty()) {
        const auto [cost, place] = queue.top();
        queue.pop();
        if (cost > costs[static_cast<std::size_t>(place)])
            continue;
        if (cost > costs[static_cast<std::size_t>(ways.farthest)])
            ways.farthest = place;
        for (const auto& step : kNeighbours) {
            const int next = place + step.y * map.width + step.x;
            const std::int64_t depth = map.at(next);
            if (100 * depth < kCorePercent * most)
                continue;
            const std::int64_t reached = cost + std::int64_t{step.length} * most / depth;
            if (auto& known = costs[static_cast<std::size_t>(next)]; reached < known) {
                known = reached;
                ways.previous[static_cast<std::size_t>(next)] = place;
                queue.emplace(reached, next);
            }
        }
    }
    return ways;
}

}  // namespace

PixelBox tight_box(const BinaryMask& mask) {
    PixelBox box{{mask.width, mask.height}, {0, 0}};
    for (int y = 0, i = 0; y < mask.height; ++y) {
        for (int x = 0; x < mask.width; ++x, ++i) {
            if (mask.pixels[static_cast<std::size_t>(i)] == 0)
                continue;
            box.begin = {std::min(box.begin.x, x), std::min(box.begin.y, y)};
            box.end = {std::max(box.end.x, x + 1), y + 1};
        }
    }
    if (box.end.x == 0)
        throw std::invalid_argument("an empty mask has no box");
    return box;
}

Pixel innermost_pixel(const BinaryMask& mask) {
    const DistanceMap map(mask);
    return map.pixel(map.innermost());
}

std::vector<Pixel> centre_line(const BinaryMask& mask) {
    const DistanceMap map(mask);
    const int end = ways_from(map.innermost(), map).farthest;
    const auto ways = ways_from(end, map);
    std::vector<Pixel> line;
    for (int place = ways.farthest; place >= 0; place = ways.previous[static_cast<std::size_t>(place)])
        line.push_back(map.pixel(place));
    std::reverse(line.begin(), line.end());
    return line;
}

}  // namespace ausm::eval
