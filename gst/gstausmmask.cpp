// SPDX-License-Identifier: MIT
// Masks as people hand them in: index images and run lengths.
#include "gstausmmask.h"

#include "model/io/coco_rle.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

namespace ausm::gst {
namespace {

/// How many rows of the mask the edges of a ring cross, at most: what drawing it takes.
double rows_crossed(const io::Ring& ring, int height) {
    double rows = 0;
    for (std::size_t i = 0, n = ring.size() / 2; i < n; ++i) {
        const double a = std::clamp(double{ring[2 * i + 1]}, 0., static_cast<double>(height));
        const double b = std::clamp(double{ring[2 * ((i + 1) % n) + 1]}, 0., static_cast<double>(height));
        rows += std::abs(a - b) + 1;
    }
    return rows;
}

bool is_in_range(const io::Ring& ring) {
    return std::ranges::all_of(ring, [](float number) { return std::abs(number) <= kMaxMaskCoordinate; });
}

}  // namespace

std::vector<std::uint8_t> mask_objects(const MaskImage& image) {
    std::array<bool, 256> seen{};
    for (const std::uint8_t value : image.values)
        seen[value] = true;
    std::vector<std::uint8_t> objects;
    for (int value = 1; value < 255; ++value) {
        if (seen[static_cast<std::size_t>(value)])
            objects.push_back(static_cast<std::uint8_t>(value));
    }
    if (objects.empty() && seen[255])
        objects.push_back(255);
    return objects;
}

std::optional<std::string> check_mask_size(int height, int width) {
    if (height < 1 || width < 1 || height > kMaxMaskSide || width > kMaxMaskSide)
        return "the size of a mask must be 1 to " + std::to_string(kMaxMaskSide) + " a side";
    if (std::int64_t{height} * width > kMaxMaskPixels)
        return "a mask must not have more than " + std::to_string(kMaxMaskPixels >> 20) + " million pixels";
    return std::nullopt;
}

std::optional<std::string> check_rle(int height, int width, std::span<const std::uint32_t> counts) {
    if (auto wrong = check_mask_size(height, width))
        return wrong;
    const auto total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    if (total != static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width))
        return "the runs add up to " + std::to_string(total) + " pixels, the mask has " + std::to_string(width) + "x" +
               std::to_string(height);
    return std::nullopt;
}

std::optional<std::string> check_polygons(const MaskPolygons& polygons) {
    if (auto wrong = check_mask_size(polygons.height, polygons.width))
        return wrong;
    if (polygons.polygons.empty())
        return "a mask must have at least one polygon";
    double rows = 0, pixels = 0;
    for (const auto& polygon : polygons.polygons) {
        if (polygon.empty())
            return "a polygon must have at least one ring";
        for (const io::Ring& ring : polygon) {
            if (ring.size() < 6 || ring.size() % 2 != 0)
                return "a ring of a polygon must have x and y of at least three points: [x0, y0, x1, y1, x2, y2]";
            if (!is_in_range(ring))
                return kPolygonTooFar;
            rows += rows_crossed(ring, polygons.height);
        }
        const auto [left, top, right, bottom] = io::box_of(polygon, polygons.height, polygons.width);
        pixels += static_cast<double>(right - left) * (bottom - top);
    }
    if (rows > 4. * kMaxMaskPixels)
        return "the polygons have too many long edges";
    if (pixels > 16. * kMaxMaskPixels)
        return "there are too many large polygons";
    return std::nullopt;
}

std::variant<MaskImage, std::string> decode_polygons(const MaskPolygons& polygons) {
    if (auto wrong = check_polygons(polygons))
        return std::move(*wrong);
    const auto size = static_cast<std::size_t>(polygons.height) * static_cast<std::size_t>(polygons.width);
    MaskImage image{polygons.width, polygons.height, std::vector<std::uint8_t>(size)};
    for (const auto& polygon : polygons.polygons)
        io::fill_polygon(image.values, polygons.height, polygons.width, polygon);
    for (std::uint8_t& value : image.values)
        value = value != 0 ? 255 : 0;
    return image;
}

std::variant<MaskImage, std::string> decode_rle(int height, int width, std::span<const std::uint32_t> counts) {
    if (auto wrong = check_rle(height, width, counts))
        return std::move(*wrong);
    auto values = coco::mask_of_runs(counts, height, width, 255);
    if (auto* wrong = std::get_if<std::string>(&values))
        return std::move(*wrong);
    return MaskImage{width, height, std::get<0>(std::move(values))};
}

}  // namespace ausm::gst
