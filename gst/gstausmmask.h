// SPDX-License-Identifier: MIT
// Masks as people hand them in: index images and run lengths.
#pragma once

#include "model/io/polygon.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace ausm::gst {

inline constexpr int kMaxMaskSide = 16384;
inline constexpr std::int64_t kMaxMaskPixels = std::int64_t{64} << 20;

/// values: [height, width], 0 is background. An index image has 1 .. 254, each value an object (255 beside other values
/// belongs to nobody); an image of only 0 and 255 shows one object. What grey pictures show: settle_grey().
struct MaskImage {
    int width = 0, height = 0;
    std::vector<std::uint8_t> values;
};

/// The objects of an image in rising order; {255} for an image of only 0 and 255; empty when nothing is shown.
[[nodiscard]] std::vector<std::uint8_t> mask_objects(const MaskImage& image);

/// COCO run lengths, as decode_rle() takes them: a fraction of the memory of the mask.
struct MaskRuns {
    int height = 0, width = 0;
    std::vector<std::uint32_t> counts;
};

/// Outlines in the pixels of a mask of this size, each polygon with its outer ring and its holes.
struct MaskPolygons {
    int height = 0, width = 0;
    std::vector<std::vector<io::Ring>> polygons;
};

/// The text of what is wrong with a size: a side, or the number of pixels.
[[nodiscard]] std::optional<std::string> check_mask_size(int height, int width);

/// The text of what is wrong with run lengths: size out of range, runs that do not add up to height * width.
[[nodiscard]] std::optional<std::string> check_rle(int height, int width, std::span<const std::uint32_t> counts);

inline constexpr float kMaxMaskCoordinate = 65536;  ///< of polygons
inline constexpr const char* kPolygonTooFar =
    "the points of a polygon must not lie further than 65536 from the mask's upper left corner";

/// The text of what is wrong with polygons: a size out of range, none at all, a ring with fewer than three points or with
/// half a point, points far outside, or so many long edges or large polygons that filling them would take
/// seconds.
[[nodiscard]] std::optional<std::string> check_polygons(const MaskPolygons& polygons);

/// 255 where at least one of the polygons is. The text of what is wrong otherwise: check_polygons().
[[nodiscard]] std::variant<MaskImage, std::string> decode_polygons(const MaskPolygons& polygons);

/// COCO run lengths: pixels column by column, runs of background and object in turn, background first. Objects become
/// 255. The text of what is wrong otherwise: check_rle().
[[nodiscard]] std::variant<MaskImage, std::string> decode_rle(int height, int width,
                                                              std::span<const std::uint32_t> counts);

}  // namespace ausm::gst
