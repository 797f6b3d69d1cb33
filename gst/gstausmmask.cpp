// SPDX-License-Identifier: MIT
// Masks as people hand them in: index images and run lengths.
#include "gstausmmask.h"

#include "model/io/coco_rle.h"

#include <array>
#include <cstddef>
#include <numeric>
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

std::variant<MaskImage, std::string> decode_rle(int height, int width, std::span<const std::uint32_t> counts) {
    if (auto wrong = check_rle(height, width, counts))
        return std::move(*wrong);
    auto values = coco::mask_of_runs(counts, height, width, 255);
    if (auto* wrong = std::get_if<std::string>(&values))
        return std::move(*wrong);
    return MaskImage{width, height, std::get<0>(std::move(values))};
}

}  // namespace ausm::gst
