// SPDX-License-Identifier: MIT
// Masks as people hand them in: index images and run lengths.
#include "gstausmmask.h"

#include "model/io/coco_rle.h"

#include <array>
#include <cstddef>
#include <utility>

namespace ausm::gst {

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

std::variant<MaskImage, std::string> decode_rle(int height, int width, std::span<const std::uint32_t> counts) {
    if (height < 1 || width < 1 || height > kMaxMaskSide || width > kMaxMaskSide ||
        std::int64_t{height} * width > kMaxMaskPixels)
        return "the size of a mask must be 1 to " + std::to_string(kMaxMaskSide) + " a side";
    auto values = coco::mask_of_runs(counts, height, width, 255);
    if (auto* wrong = std::get_if<std::string>(&values))
        return std::move(*wrong);
    return MaskImage{width, height, std::get<0>(std::move(values))};
}

}  // namespace ausm::gst
