// SPDX-License-Identifier: MIT
// Lays an effect over the part of a picture that an alpha plane says. Most of alpha is 0 or 255: runs of these are
// skipped and copied; only borders are blended.
#include "elements/maskoverlay/compositor.h"

#include "elements/maskoverlay/runs.h"

#include <algorithm>
#include <cstring>

namespace ausm::gst::overlay {
namespace {

/// The bytes of a pixel that components have, as a mask of the first step bytes of a word.
std::uint32_t component_mask(const DrawPlane& plane) noexcept {
    std::array<std::uint8_t, 4> bytes{};
    for (const int offset : plane.offsets)
        if (offset >= 0)
            bytes[static_cast<std::size_t>(offset)] = 255;
    std::uint32_t mask;
    std::memcpy(&mask, bytes.data(), sizeof mask);
    return mask;
}

void copy_masked(std::uint8_t* __restrict to, const std::uint8_t* __restrict from, int pixels,
                 std::uint32_t mask) noexcept {
    for (int i = 0; i < pixels; ++i) {
        std::uint32_t old, fresh;
        std::memcpy(&old, to + 4 * i, sizeof old);
        std::memcpy(&fresh, from + 4 * i, sizeof fresh);
        fresh = (fresh & mask) | (old & ~mask);
        std::memcpy(to + 4 * i, &fresh, sizeof fresh);
    }
}

/// Three components in four bytes leave the fourth as it is; other pixels are components throughout.
void copy_pixels(const DrawPlane& plane, std::uint8_t* to, const std::uint8_t* from, int pixels) noexcept {
    if (plane.step == 4)
        copy_masked(to, from, pixels, component_mask(plane));
    else
        std::memcpy(to, from, static_cast<std::size_t>(pixels * plane.step));
}

void blend_pixel(const DrawPlane& plane, std::uint8_t* to, const std::uint8_t* from, unsigned alpha) noexcept {
    for (const int offset : plane.offsets)
        if (offset >= 0)
            to[offset] = static_cast<std::uint8_t>((to[offset] * (255 - alpha) + from[offset] * alpha + 127) / 255);
}

void composite_row(const DrawPlane& plane, std::uint8_t* to, const std::uint8_t* from, const std::uint8_t* alpha,
                   int width) noexcept {
    for (int x = 0; x < width;) {
        const int end = run_end(alpha, x, width), begin = x * plane.step;
        if (alpha[x] == 255)
            copy_pixels(plane, to + begin, from + begin, end - x);
        else if (alpha[x] != 0)
            for (int i = x; i < end; ++i)
                blend_pixel(plane, to + i * plane.step, from + i * plane.step, alpha[x]);
        x = end;
    }
}

void composite_plane(const DrawPlane& plane, int width, int height, const AlphaPlane& alpha, SharedAlpha shared,
                     EffectRows& effect) {
    std::vector<std::uint8_t> half(plane.half ? static_cast<std::size_t>(width) : 0);
    for (int y = 0; y < height; ++y) {
        if (plane.half)
            half_alpha_row(alpha, y, shared, half.data());
        const std::uint8_t* row = plane.half ? half.data() : alpha.row(y);
        if (!row_is_empty(row, width))
            composite_row(plane, plane.row(y), effect.row(y), row, width);
    }
}

}  // namespace

void half_alpha_row(const AlphaPlane& alpha, int y, SharedAlpha shared, std::uint8_t* row) noexcept {
    const std::uint8_t* upper = alpha.row(2 * y);
    const std::uint8_t* lower = 2 * y + 1 < alpha.height ? alpha.row(2 * y + 1) : upper;
    const auto sample = [&](int left, int right) {
        if (shared == SharedAlpha::kLargest)
            return std::max(std::max(upper[left], upper[right]), std::max(lower[left], lower[right]));
        return static_cast<std::uint8_t>((upper[left] + upper[right] + lower[left] + lower[right] + 2) / 4);
    };
    for (int x = 0; x < alpha.width / 2; ++x)
        row[x] = sample(2 * x, 2 * x + 1);
    if (alpha.width % 2 == 1)
        row[alpha.width / 2] = sample(alpha.width - 1, alpha.width - 1);
}

void composite(const Picture& picture, const AlphaPlane& alpha, SharedAlpha shared,
               const std::vector<std::unique_ptr<EffectRows>>& effects) {
    const auto planes = used_planes(picture);
    for (std::size_t i = 0; i < planes.size(); ++i) {
        const DrawPlane& plane = planes[i];
        composite_plane(plane, samples_across(picture, plane), samples_down(picture, plane), alpha, shared,
                        *effects[i]);
    }
}

}  // namespace ausm::gst::overlay
