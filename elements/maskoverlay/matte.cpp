// SPDX-License-Identifier: MIT
// Makes a picture with alpha a cut-out. Most of alpha is 0 or 255: runs of these are filled and skipped.
#include "elements/maskoverlay/matte.h"

#include "elements/maskoverlay/runs.h"

#include <array>
#include <cstring>

namespace ausm::gst::overlay {
namespace {

/// A pixel as it lies in memory.
using Word = std::uint32_t;

Word word_of(const std::array<std::uint8_t, 4>& bytes) noexcept {
    Word word;
    std::memcpy(&word, bytes.data(), sizeof word);
    return word;
}

/// (pixel & keep) | set for each of them.
void set_bits(std::uint8_t* pixels, int count, Word keep, Word set) noexcept {
    for (int i = 0; i < count; ++i) {
        Word word;
        std::memcpy(&word, pixels + 4 * i, sizeof word);
        word = (word & keep) | set;
        std::memcpy(pixels + 4 * i, &word, sizeof word);
    }
}

/// What pixels become.
struct Cut {
    std::size_t alpha_offset;
    bool keeps_own;
    std::array<std::uint8_t, 4> empty;

    void operator()(std::uint8_t* pixels, int count, unsigned alpha) const noexcept {
        if (alpha == 0)
            return set_bits(pixels, count, 0, word_of(empty));
        if (!keeps_own)
            return set_bits(pixels, count, ~alpha_bits(255), alpha_bits(alpha));
        for (int i = 0; alpha != 255 && i < count; ++i, pixels += 4)
            if (const unsigned left = (pixels[alpha_offset] * alpha + 127) / 255; left != 0)
                pixels[alpha_offset] = static_cast<std::uint8_t>(left);
            else
                std::memcpy(pixels, empty.data(), empty.size());
    }

private:
    [[nodiscard]] Word alpha_bits(unsigned alpha) const noexcept {
        std::array<std::uint8_t, 4> bytes{};
        bytes[alpha_offset] = static_cast<std::uint8_t>(alpha);
        return word_of(bytes);
    }
};

void cut_row(std::uint8_t* pixels, const std::uint8_t* alpha, int width, const Cut& cut_pixels) noexcept {
    for (int x = 0; x < width;) {
        const int end = run_end(alpha, x, width);
        cut_pixels(pixels + 4 * x, end - x, alpha[x]);
        x = end;
    }
}

}  // namespace

void cut(const Picture& picture, int alpha_offset, OwnAlpha own, const AlphaPlane& alpha,
         const Colour& empty) noexcept {
    const DrawPlane& plane = picture.planes[0];
    Cut cut_pixels{static_cast<std::size_t>(alpha_offset), own == OwnAlpha::kKept, {}};
    for (std::size_t component = 0; component < empty.size(); ++component)
        cut_pixels.empty[static_cast<std::size_t>(plane.offsets[component])] = empty[component];
    for (int y = 0; y < picture.height; ++y)
        cut_row(plane.row(y), alpha.row(y), picture.width, cut_pixels);
}

}  // namespace ausm::gst::overlay
