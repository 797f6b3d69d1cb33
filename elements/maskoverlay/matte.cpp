// SPDX-License-Identifier: MIT
// Makes a picture with alpha a cut-out. Most of alpha is 0 or 255: runs of these are filled and skipped.
#include "elements/maskoverlay/matte.h"

#include "elements/maskoverlay/runs.h"

#include <array>
#include <cstring>

namespace ausm::gst::overlay {
namespace {

/// What a pixel becomes.
struct Cut {
    std::size_t alpha_offset;
    bool keeps_own;
    std::array<std::uint8_t, 4> empty;

    void operator()(std::uint8_t* pixel, unsigned alpha) const noexcept {
        const unsigned own = keeps_own ? pixel[alpha_offset] : 255;
        const auto left = static_cast<std::uint8_t>((own * alpha + 127) / 255);
        if (left == 0)
            std::memcpy(pixel, empty.data(), empty.size());
        else
            pixel[alpha_offset] = left;
    }
};

void cut_row(std::uint8_t* pixels, const std::uint8_t* alpha, int width, const Cut& pixel_cut) noexcept {
    for (int x = 0; x < width;) {
        const int end = run_end(alpha, x, width);
        for (int i = x; !(pixel_cut.keeps_own && alpha[x] == 255) && i < end; ++i)
            pixel_cut(pixels + 4 * i, alpha[x]);
        x = end;
    }
}

}  // namespace

void cut(const Picture& picture, int alpha_offset, OwnAlpha own, const AlphaPlane& alpha,
         const Colour& empty) noexcept {
    const DrawPlane& plane = picture.planes[0];
    Cut pixel_cut{static_cast<std::size_t>(alpha_offset), own == OwnAlpha::kKept, {}};
    for (std::size_t component = 0; component < empty.size(); ++component)
        pixel_cut.empty[static_cast<std::size_t>(plane.offsets[component])] = empty[component];
    for (int y = 0; y < picture.height; ++y)
        cut_row(plane.row(y), alpha.row(y), picture.width, pixel_cut);
}

}  // namespace ausm::gst::overlay
