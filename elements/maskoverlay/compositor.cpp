// SPDX-License-Identifier: MIT
// Lays an effect over the part of a picture that an alpha plane says. Most of alpha is 0 or 255: runs of these are
// skipped and copied; only borders are blended.
#include "elements/maskoverlay/compositor.h"

#include "elements/maskoverlay/runs.h"
#include "elements/maskoverlay/samples.h"

#include <algorithm>
#include <cstring>

namespace ausm::gst::overlay {
namespace {

/// All samples of a pixel are components.
bool is_full(const DrawPlane& plane) noexcept {
    return std::count_if(plane.offsets.begin(), plane.offsets.end(), [](int offset) { return offset >= 0; }) ==
           plane.step;
}

/// Copies the bytes of a pixel that components have. T: as many bytes as a pixel.
template <typename T>
void copy_masked(const DrawPlane& plane, std::uint8_t* __restrict to, const std::uint8_t* __restrict from,
                 int pixels) noexcept {
    std::array<std::uint8_t, sizeof(T)> bytes{};
    for (const int offset : plane.offsets)
        if (offset >= 0)
            bytes[static_cast<std::size_t>(offset)] = 255;
    T mask;
    std::memcpy(&mask, bytes.data(), sizeof mask);
    const auto others = static_cast<T>(~mask);
    for (int i = 0; i < pixels; ++i) {
        T old, fresh;
        std::memcpy(&old, to + sizeof(T) * static_cast<std::size_t>(i), sizeof old);
        std::memcpy(&fresh, from + sizeof(T) * static_cast<std::size_t>(i), sizeof fresh);
        fresh = static_cast<T>((fresh & mask) | (old & others));
        std::memcpy(to + sizeof(T) * static_cast<std::size_t>(i), &fresh, sizeof fresh);
    }
}

/// Pixels that are not full have two or four bytes.
void copy_pixels(const DrawPlane& plane, std::uint8_t* to, const std::uint8_t* from, int pixels) noexcept {
    if (is_full(plane))
        std::memcpy(to, from, static_cast<std::size_t>(pixels * plane.pixel_bytes()));
    else if (plane.step == 2)
        copy_masked<std::uint16_t>(plane, to, from, pixels);
    else
        copy_masked<std::uint32_t>(plane, to, from, pixels);
}

template <typename Samples>
void blend_pixel(Samples samples, const DrawPlane& plane, std::uint8_t* to, const std::uint8_t* from, int x,
                 unsigned alpha) noexcept {
    for (const int offset : plane.offsets)
        if (const int i = x * plane.step + offset; offset >= 0)
            samples.put(to, i, (samples.get(to, i) * (255 - alpha) + samples.get(from, i) * alpha + 127) / 255);
}

template <typename Samples>
void composite_row(Samples samples, const DrawPlane& plane, std::uint8_t* to, const std::uint8_t* from,
                   const std::uint8_t* alpha, int begin, int end) noexcept {
    for (int x = begin; x < end;) {
        const int next = run_end(alpha, x, end);
        if (alpha[x] == 255)
            copy_pixels(plane, to + x * plane.pixel_bytes(), from + x * plane.pixel_bytes(), next - x);
        else if (alpha[x] != 0)
            for (int i = x; i < next; ++i)
                blend_pixel(samples, plane, to, from, i, alpha[x]);
        x = next;
    }
}

void composite_plane(const Picture& picture, const DrawPlane& plane, const AlphaPlane& alpha, SharedAlpha shared,
                     EffectRows& effect) {
    const int width = samples_across(picture, plane), height = samples_down(picture, plane);
    std::vector<std::uint8_t> half(plane.across > 1 ? static_cast<std::size_t>(width) : 0);
    for (int y = 0; y < height; ++y) {
        if (plane.across > 1)
            shared_alpha_row(picture, plane, alpha, y, shared, half.data());
        const std::uint8_t* row = plane.across > 1 ? half.data() : alpha.row(y);
        const int begin = row[0] == 0 ? run_end(row, 0, width) : 0;
        int end = width;
        while (end > begin && row[end - 1] == 0)
            --end;
        if (begin >= end)
            continue;
        const std::uint8_t* from = effect.row(y, begin, end);
        with_samples(plane, [&](auto samples) { composite_row(samples, plane, plane.row(y), from, row, begin, end); });
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

/// Of two rows of pixels.
void join_rows(const std::uint8_t* upper, const std::uint8_t* lower, int width, SharedAlpha shared,
               std::uint8_t* row) noexcept {
    const bool largest = shared == SharedAlpha::kLargest;
    const int pairs = width / 2;
    largest ? half_row<Largest>(upper, lower, row, pairs) : half_row<Mean>(upper, lower, row, pairs);
    if (width % 2 == 1) {
        const std::uint8_t a = upper[width - 1], b = lower[width - 1];
        row[pairs] = largest ? Largest()(a, a, b, b) : Mean()(a, a, b, b);
    }
}

}  // namespace

void shared_alpha_row(const Picture& picture, const DrawPlane& plane, const AlphaPlane& alpha, int y,
                      SharedAlpha shared, std::uint8_t* row) {
    const auto at = [&](int pixel_row) { return alpha.row(std::min(pixel_row, alpha.height - 1)); };
    if (plane.down == 1)
        return join_rows(at(y), at(y), alpha.width, shared, row);
    if (!picture.interlaced)
        return join_rows(at(2 * y), at(2 * y + 1), alpha.width, shared, row);
    // Rows 0 and 2 share a row of samples, and rows 1 and 3 the next one.
    const int first = y / 2 * 4;
    std::vector<std::uint8_t> upper(static_cast<std::size_t>(alpha.width)), lower(upper.size());
    const auto join = [&](std::vector<std::uint8_t>& to, int one, int other) {
        const std::uint8_t *a = at(one), *b = at(other);
        for (std::size_t x = 0; x < to.size(); ++x)
            to[x] = shared == SharedAlpha::kLargest ? std::max(a[x], b[x])
                                                    : static_cast<std::uint8_t>((a[x] + b[x] + 1) / 2);
    };
    join(upper, first, first + 1);
    join(lower, first + 2, first + 3);
    join_rows(upper.data(), lower.data(), alpha.width, shared, row);
}

void composite(const Picture& picture, const AlphaPlane& alpha, SharedAlpha shared,
               const std::vector<std::unique_ptr<EffectRows>>& effects) {
    const auto planes = used_planes(picture);
    for (std::size_t i = 0; i < planes.size(); ++i)
        composite_plane(picture, planes[i], alpha, shared, *effects[i]);
}

}  // namespace ausm::gst::overlay
