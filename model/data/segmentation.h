// SPDX-License-Identifier: MIT
// One object's mask as COCO writes it: polygons, run lengths as text, or run lengths as a list.
#pragma once

#include "io/picture.h"
#include "io/polygon.h"

#include <nlohmann/json.hpp>

#include <string>
#include <variant>
#include <vector>

namespace ausm::data {

using io::MaskPixels;
using Polygons = std::vector<io::Ring>;  ///< each x0, y0, x1, y1, ...; together they are one mask

struct Segmentation {
    std::variant<Polygons, std::vector<std::uint32_t>, std::string> shape;
    int height = 0, width = 0;  ///< of run lengths; 0 for polygons
};

/// `where` is what errors begin with ("instances.json: annotations[17].segmentation"). Throws std::runtime_error for
/// anything that is no segmentation; the contents of run lengths are read by mask_of() alone.
[[nodiscard]] Segmentation read_segmentation(const nlohmann::json& value, const std::string& where);

/// Throws std::runtime_error when run lengths are for another size than the picture's.
void check_size(const Segmentation& segmentation, int height, int width, const std::string& where);

/// Throws std::runtime_error that begins with `where`.
[[nodiscard]] MaskPixels mask_of(const Segmentation& segmentation, int height, int width, const std::string& where);

struct PaintedMask {
    MaskPixels mask;
    std::uint8_t id = 0;
    std::int64_t area = 0;  ///< pixels
};

/// Larger masks first, so that smaller ones lie on top; id 255 only where nothing else is. Masks
/// with id 0 get 1, 2, ... by falling area, and 255 from the 255th on.
[[nodiscard]] io::IndexPicture paint(std::vector<PaintedMask> masks, int height, int width);

}  // namespace ausm::data
