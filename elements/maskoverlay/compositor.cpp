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
                   int begin, int end) noexcept {
    for (int x = begin; x < end;) {
        const int next = run_end(alpha, x, end);
        if (alpha[x] == 255)
            copy_pixels(plane, to + x * plane.step, from + x * plane.step, next - x);
        else if (alpha[x] != 0)
            for (int i = x; i < next; ++i)
                blend_pixel(plane, to + i * plane.step, from + i * plane.step, alpha[x]);
        x = next;
    }
}

void composite_plane(const DrawPlane& plane, int width, int height, const AlphaPlane& alpha, SharedAlpha shared,
                     EffectRows& effect) {
    std::vector<std::uint8_t> half(plane.half ? static_cast<std::size_t>(width) : 0);
    for (int y = 0; y < height; ++y) {
        if (plane.half)
            half_alpha_row(alpha, y, shared, half.data());
        const std::uint8_t* row = plane.half ? half.data() : alpha.row(y);
        const int begin = row[0] == 0 ? run_end(row, 0, width) : 0;
        int end = width;
        while (end > begin && row[end - 1] == 0)
            --end;
        if (begin < end)
            composite_row(plane, plane.row(y), effect.row(y, begin, end), row, begin, end);
    }
}

struct Largest {
    std::uint8_t operator()(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) const noexcept {
        return std::max(std::max(a, b), std::max(c, d));
    }
};
struct Mean {
    std::uint8_t operator()(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) const noexcept {
        return static_cast<std::uint8_t>((a + b + c + d + 2) / 4);
    }
};

template <typename Join>
void half_row(const std::uint8_t* __restrict upper, const std::uint8_t* __restrict lower, std::uint8_t* __restrict row,
              int pairs) noexcept {
    for (int i = 0; i < pairs; ++i)
        row[i] = Join()(upper[2 * i], upper[2 * i + 1], lower[2 * i], lower[2 * i + 1]);
}

}  // namespace

void half_alpha_row(const AlphaPlane& alpha, int y, SharedAlpha shared, std::uint8_t* row) noexcept {
    const std::uint8_t* upper = alpha.row(2 * y);
    const std::uint8_t* lower = 2 * y + 1 < alpha.height ? alpha.row(2 * y + 1) : upper;
    const bool largest = shared == SharedAlpha::kLargest;
    const int pairs = alpha.width / 2;
    largest ? half_row<Largest>(upper, lower, row, pairs) : half_row<Mean>(upper, lower, row, pairs);
    if (alpha.width % 2 == 1) {
        const std::uint8_t a = upper[alpha.width - 1], b = lower[alpha.width - 1];
        row[pairs] = largest ? Largest()(a, a, b, b) : Mean()(a, a, b, b);
    }
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
