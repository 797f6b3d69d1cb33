// SPDX-License-Identifier: MIT
// Masks as people hand them in: index images and run lengths.
#include "gstausmmask.h"

#include <array>
#include <cstddef>

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
    const std::int64_t pixels = std::int64_t{height} * width;
    std::int64_t total = 0;
    for (const std::uint32_t run : counts)
        total += run;
    if (total != pixels)
        return "the runs add up to " + std::to_string(total) + " pixels, the mask has " + std::to_string(pixels);
    MaskImage image{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(pixels))};
    std::int64_t position = 0;
    bool inside = false;
    for (const std::uint32_t run : counts) {
        for (std::int64_t i = position; inside && i < position + run; ++i)
            image.values[static_cast<std::size_t>(i % height * width + i / height)] = 255;
        position += run;
        inside = !inside;
    }
    return image;
}

std::optional<std::vector<std::uint32_t>> decompress_rle(std::string_view text) {
    std::vector<std::uint32_t> counts;
    for (std::size_t i = 0; i < text.size();) {
        std::int64_t run = 0;
        int shift = 0;
        for (bool more = true; more; shift += 5) {
            if (i == text.size() || shift > 30 || text[i] < '0' || text[i] > 'o')
                return std::nullopt;
            const int bits = text[i++] - '0';
            run |= static_cast<std::int64_t>(bits & 0x1f) << shift;
            more = (bits & 0x20) != 0;
            if (!more && (bits & 0x10) != 0)
                run |= -(std::int64_t{1} << (shift + 5));
        }
        if (counts.size() > 2)
            run += counts[counts.size() - 2];
        if (run < 0 || run > kMaxMaskPixels)
            return std::nullopt;
        counts.push_back(static_cast<std::uint32_t>(run));
    }
    return counts;
}

}  // namespace ausm::gst
