// SPDX-License-Identifier: MIT
// How bright a picture is, row by row, whatever its format.
#include "elements/maskoverlay/luma_rows.h"

#include "elements/maskoverlay/samples.h"

namespace ausm::gst::overlay {
namespace {

template <int kStep>
void mix(const std::uint8_t* __restrict pixels, std::uint8_t* __restrict luma, std::size_t width,
         const std::array<int, 3>& offsets) noexcept {
    const int red = offsets[0], green = offsets[1], blue = offsets[2];
    for (std::size_t x = 0; x < width; ++x, pixels += kStep)
        luma[x] = static_cast<std::uint8_t>((pixels[red] + 2 * pixels[green] + pixels[blue] + 2) / 4);
}

template <typename Samples>
void pick(Samples samples, const std::uint8_t* __restrict row, std::uint8_t* __restrict luma, std::ptrdiff_t width,
          const DrawPlane& plane) noexcept {
    for (std::ptrdiff_t x = 0; x < width; ++x)
        luma[x] =
            static_cast<std::uint8_t>(samples.get(row, x * plane.step + plane.offsets[0]) >> (Samples::kDepth - 8));
}

}  // namespace

LumaRows::LumaRows(const Picture& picture) : plane_(picture.planes[0]), width_(picture.width) {
    if (plane_.pixel_bytes() > 1)
        row_.resize(static_cast<std::size_t>(width_));
}

const std::uint8_t* LumaRows::row(int y) {
    if (row_.empty())
        return plane_.row(y);
    if (plane_.offsets[1] < 0)
        with_samples(plane_, [&](auto samples) { pick(samples, plane_.row(y), row_.data(), width_, plane_); });
    else if (plane_.step == 3)
        mix<3>(plane_.row(y), row_.data(), row_.size(), plane_.offsets);
    else
        mix<4>(plane_.row(y), row_.data(), row_.size(), plane_.offsets);
    return row_.data();
}

}  // namespace ausm::gst::overlay
