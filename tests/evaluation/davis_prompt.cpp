// SPDX-License-Identifier: MIT
// Boxes and points from masks.
#include "davis_prompt.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

namespace ausm::evaluation {
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
constexpr int kMargin = 2;  // as far as a step reaches

/// Distances to the outside with kMargin pixels of outside around the picture.
std::vector<std::int32_t> distances(const gst::MaskImage& mask) {
    const int width = mask.width + 2 * kMargin;
    std::vector<std::int32_t> map(static_cast<std::size_t>(width) *
                                  static_cast<std::size_t>(mask.height + 2 * kMargin));
    const auto at = [&](int x, int y) -> std::int32_t& {
        return map[static_cast<std::size_t>(y + kMargin) * static_cast<std::size_t>(width) +
                   static_cast<std::size_t>(x + kMargin)];
    };
    const auto relax = [&](int x, int y, int direction) {
        for (const auto& step : kSteps)
            at(x, y) = std::min(at(x, y), at(x + direction * step.x, y + direction * step.y) + step.length);
    };
    constexpr std::int32_t far = std::numeric_limits<std::int32_t>::max() / 2;
    for (int y = 0; y < mask.height; ++y)
        for (int x = 0; x < mask.width; ++x)
            at(x, y) = mask.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.width) +
                                   static_cast<std::size_t>(x)] != 0
                           ? far
                           : 0;
    for (int y = 0; y < mask.height; ++y)
        for (int x = 0; x < mask.width; ++x)
            relax(x, y, 1);
    for (int y = mask.height; y-- > 0;)
        for (int x = mask.width; x-- > 0;)
            relax(x, y, -1);
    return map;
}

}  // namespace

PixelBox tight_box(const gst::MaskImage& mask) {
    PixelBox box{{mask.width, mask.height}, {0, 0}};
    for (int y = 0, i = 0; y < mask.height; ++y) {
        for (int x = 0; x < mask.width; ++x, ++i) {
            if (mask.values[static_cast<std::size_t>(i)] == 0)
                continue;
            box.begin = {std::min(box.begin.x, x), std::min(box.begin.y, y)};
            box.end = {std::max(box.end.x, x + 1), y + 1};
        }
    }
    if (box.end.x == 0)
        throw std::invalid_argument("an empty mask has no box");
    return box;
}

Pixel innermost_pixel(const gst::MaskImage& mask) {
    const auto map = distances(mask);
    const auto most = std::max_element(map.begin(), map.end());
    if (most == map.end() || *most == 0)
        throw std::invalid_argument("an empty mask has no innermost pixel");
    const int position = static_cast<int>(most - map.begin()), width = mask.width + 2 * kMargin;
    return {position % width - kMargin, position / width - kMargin};
}

}  // namespace ausm::evaluation
