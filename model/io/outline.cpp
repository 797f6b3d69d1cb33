// SPDX-License-Identifier: MIT
// Follows the cracks between the pixels of an object and the others, with the object on the right hand.
#include "io/outline.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

namespace ausm::io {
namespace {

using Polygons = std::vector<std::vector<Ring>>;

struct Corner {
    int x, y;
    bool may_repeat;  ///< two pixels of the object meet here by their corners
};

/// Right, down, left, up: a turn to the right is the next one.
enum Way { kRight, kDown, kLeft, kUp };
constexpr int kStepX[] = {1, 0, -1, 0}, kStepY[] = {0, 1, 0, -1};

/// Twice the area; above 0 for a ring that runs clockwise as one sees it.
double area_of(const Ring& ring) {
    double area = 0;
    for (std::size_t i = 0, n = ring.size() / 2; i < n; ++i) {
        const std::size_t a = 2 * i, b = 2 * ((i + 1) % n);
        area += double{ring[a]} * double{ring[b + 1]} - double{ring[b]} * double{ring[a + 1]};
    }
    return area;
}

/// The box around one value, with a border of pixels that do not belong to it.
class Part {
public:
    Part(const std::uint8_t* map, int map_width, int left, int top, int width, int height, std::uint8_t value)
        : left_(left), top_(top), width_(width), height_(height), stride_(static_cast<std::size_t>(width) + 2),
          labels_(stride_ * (static_cast<std::size_t>(height) + 2)), followed_(labels_.size()) {
        for (int y = 0; y < height; ++y) {
            const std::uint8_t* row =
                map + static_cast<std::size_t>(top + y) * static_cast<std::size_t>(map_width) + left;
            for (int x = 0; x < width; ++x)
                labels_[at(x, y)] = row[x] == value ? kUnlabelled : kOutside;
        }
    }

    Polygons outlines() {
        Polygons polygons;
        for (int y = 0; y < height_; ++y)
            for (int x = 0; x < width_; ++x) {
                const std::size_t pixel = at(x, y);
                // An upper edge that no ring has taken yet: the first of a part is on its outer border, as every ring
                // has one.
                if (!inside(pixel) || inside(pixel - stride_) || followed_[pixel])
                    continue;
                if (labels_[pixel] == kUnlabelled) {
                    label(pixel, kFirst + static_cast<std::uint32_t>(polygons.size()));
                    polygons.emplace_back();
                }
                add_rings(polygons[labels_[pixel] - kFirst], follow(x, y));
            }
        return polygons;
    }

private:
    static constexpr std::uint32_t kOutside = 0, kUnlabelled = 1, kFirst = 2;

    [[nodiscard]] std::size_t at(int x, int y) const {
        return static_cast<std::size_t>(y + 1) * stride_ + static_cast<std::size_t>(x + 1);
    }
    [[nodiscard]] bool inside(std::size_t pixel) const { return labels_[pixel] != kOutside; }

    /// All pixels of a part get its label, run by run.
    void label(std::size_t start, std::uint32_t number) {
        std::vector<std::size_t> open{start};
        while (!open.empty()) {
            std::size_t first = open.back(), end = first;
            open.pop_back();
            while (labels_[first - 1] == kUnlabelled)
                --first;
            while (labels_[end] == kUnlabelled)
                labels_[end++] = number;
            std::fill(labels_.begin() + static_cast<std::ptrdiff_t>(first),
                      labels_.begin() + static_cast<std::ptrdiff_t>(end), number);
            for (const std::size_t other : {first - stride_, first + stride_})
                for (std::size_t i = 0; i < end - first; ++i)
                    if (labels_[other + i] == kUnlabelled && (i == 0 || labels_[other + i - 1] != kUnlabelled))
                        open.push_back(other + i);
        }
    }

    /// The corners of the ring that has the upper edge of this pixel.
    std::vector<Corner> follow(int x, int y) {
        std::vector<Corner> corners;
        const int begin_x = x, begin_y = y;
        int way = kRight;
        do {
            if (way == kRight)
                followed_[at(x, y)] = true;
            x += kStepX[way];
            y += kStepY[way];
            // The pixels around this corner, those before it on the left and on the right hand.
            const std::size_t around[] = {at(x, y - 1), at(x, y), at(x - 1, y), at(x - 1, y - 1)};
            const bool left = inside(around[way]), right = inside(around[(way + 1) % 4]);
            if (!right)
                way = (way + 1) % 4;
            else if (left)
                way = (way + 3) % 4;
            else
                continue;
            corners.push_back({x, y, !right && left});
        } while (x != begin_x || y != begin_y || way != kRight);
        return corners;
    }

    /// Cuts a ring where it meets itself, so that a part that closes by the corners of two pixels has a hole.
    void add_rings(std::vector<Ring>& polygon, const std::vector<Corner>& corners) const {
        std::vector<Corner> open;
        std::map<std::pair<int, int>, std::size_t> met;
        for (const Corner& corner : corners) {
            if (corner.may_repeat) {
                const auto [found, is_new] = met.emplace(std::pair(corner.x, corner.y), open.size());
                if (!is_new) {
                    const std::size_t begin = found->second;
                    add_ring(polygon, {open.begin() + static_cast<std::ptrdiff_t>(begin), open.end()});
                    for (std::size_t i = begin + 1; i < open.size(); ++i)
                        met.erase({open[i].x, open[i].y});
                    open.resize(begin + 1, corner);
                    continue;
                }
            }
            open.push_back(corner);
        }
        add_ring(polygon, open);
    }

    void add_ring(std::vector<Ring>& polygon, const std::vector<Corner>& corners) const {
        Ring ring;
        ring.reserve(2 * corners.size());
        for (const Corner& corner : corners) {
            ring.push_back(static_cast<float>(corner.x + left_));
            ring.push_back(static_cast<float>(corner.y + top_));
        }
        const bool outer = area_of(ring) > 0;
        polygon.push_back(std::move(ring));
        if (outer)
            std::swap(polygon.front(), polygon.back());
    }

    int left_, top_, width_, height_;
    std::size_t stride_;
    std::vector<std::uint32_t> labels_;
    std::vector<bool> followed_;  ///< whose upper edge is part of a ring
};

struct Box {
    int left, top, right, bottom;
};

std::optional<Box> box_of(const std::uint8_t* map, int width, int height, std::uint8_t value) {
    Box box{width, height, 0, 0};
    const auto columns = static_cast<std::size_t>(width);
    for (int y = 0; y < height; ++y) {
        const std::uint8_t* row = map + static_cast<std::size_t>(y) * columns;
        const void* found = std::memchr(row, value, columns);
        if (!found)
            continue;
        int last = width - 1;
        while (row[last] != value)
            --last;
        box = {std::min(box.left, static_cast<int>(static_cast<const std::uint8_t*>(found) - row)),
               std::min(box.top, y), std::max(box.right, last + 1), y + 1};
    }
    return box.bottom > 0 ? std::optional(box) : std::nullopt;
}

}  // namespace

Polygons outlines_of(const std::uint8_t* map, int width, int height, std::uint8_t value) {
    const auto box = box_of(map, width, height, value);
    if (!box)
        return {};
    return Part(map, width, box->left, box->top, box->right - box->left, box->bottom - box->top, value).outlines();
}

}  // namespace ausm::io
