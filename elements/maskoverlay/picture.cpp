// SPDX-License-Identifier: MIT
// The blending of rows that all drawing ends in.
#include "elements/maskoverlay/picture.h"

#include "elements/maskoverlay/runs.h"

#include <algorithm>
#include <cmath>

namespace ausm::gst::overlay {
namespace {

/// Bytes blended at once: a multiple of every step, so that each block begins with the first byte of a pixel.
constexpr int kBlock = 48;

using Words = std::array<std::uint16_t, kBlock>;

template <std::size_t kStep>
void repeat(const std::array<std::uint16_t, 4>& pixel, Words& words) noexcept {
    for (std::size_t i = 0; i < words.size(); i += kStep)
        for (std::size_t byte = 0; byte < kStep; ++byte)
            words[i + byte] = pixel[byte];
}

void repeat(const std::array<std::uint16_t, 4>& pixel, int step, Words& words) noexcept {
    switch (step) {
    case 1: return repeat<1>(pixel, words);
    case 2: return repeat<2>(pixel, words);
    case 3: return repeat<3>(pixel, words);
    default: return repeat<4>(pixel, words);
    }
}

/// One paint, byte by byte as a plane stores its pixels.
struct Pattern {
    alignas(16) Words weight;
    alignas(16) Words add;

    Pattern(const DrawPlane& plane, const Paint& paint) noexcept {
        std::array<std::uint16_t, 4> pixel_weight, pixel_add;
        pixel_weight.fill(Paint::kOne);
        pixel_add.fill(128);
        for (std::size_t component = 0; component < 3; ++component) {
            if (plane.offsets[component] < 0)
                continue;
            const auto byte = static_cast<std::size_t>(plane.offsets[component]);
            pixel_weight[byte] = paint.weight;
            pixel_add[byte] = static_cast<std::uint16_t>(paint.add[component] + 128);
        }
        repeat(pixel_weight, plane.step, weight);
        repeat(pixel_add, plane.step, add);
    }
};

/// 16 bits are enough: 255 * 256 + 128 at most, as weight and add share 256 between them.
std::uint8_t blend(std::uint8_t byte, std::uint16_t weight, std::uint16_t add) noexcept {
    return static_cast<std::uint8_t>(static_cast<std::uint16_t>(byte * weight + add) >> 8);
}

template <int kBytes>
void blend_bytes(std::uint8_t* __restrict bytes, const std::uint16_t* __restrict weight,
                 const std::uint16_t* __restrict add) noexcept {
    for (int i = 0; i < kBytes; ++i)
        bytes[i] = blend(bytes[i], weight[i], add[i]);
}

/// For runs so short that the pattern would cost more than the blending.
void blend_pixels(std::uint8_t* pixel, int pixels, const DrawPlane& plane, const Paint& paint) noexcept {
    for (; pixels > 0; --pixels, pixel += plane.step)
        for (std::size_t component = 0; component < 3; ++component)
            if (const int offset = plane.offsets[component]; offset >= 0)
                pixel[offset] =
                    blend(pixel[offset], paint.weight, static_cast<std::uint16_t>(paint.add[component] + 128));
}

void blend_run(std::uint8_t* bytes, int pixels, const DrawPlane& plane, const Paint& paint) noexcept {
    constexpr int kVector = 16;
    int left = pixels * plane.step;
    if (left < kVector)
        return blend_pixels(bytes, pixels, plane, paint);
    const Pattern pattern(plane, paint);
    for (; left >= kBlock; left -= kBlock, bytes += kBlock)
        blend_bytes<kBlock>(bytes, pattern.weight.data(), pattern.add.data());
    const std::uint16_t *weight = pattern.weight.data(), *add = pattern.add.data();
    for (; left >= kVector; left -= kVector, bytes += kVector, weight += kVector, add += kVector)
        blend_bytes<kVector>(bytes, weight, add);
    for (; left > 0; --left)
        blend_bytes<1>(bytes++, weight++, add++);
}

/// One sample of the half planes: the mean of up to four pixels' paints.
void blend_mean(const Picture& picture, int sample, int y, const PaintCode* upper, const PaintCode* lower,
                const PaintTable& paints) noexcept {
    unsigned count = 0, weight = 0;
    std::array<unsigned, 3> add{};
    for (const PaintCode* codes : {upper, lower}) {
        for (int x = 2 * sample; codes && x < std::min(2 * sample + 2, picture.width); ++x, ++count) {
            const Paint& paint = paints[codes[x]];
            weight += paint.weight;
            for (std::size_t component = 0; component < 3; ++component)
                add[component] += paint.add[component];
        }
    }
    for (const DrawPlane& plane : used_planes(picture)) {
        for (std::size_t component = 0; plane.half && component < 3; ++component) {
            if (plane.offsets[component] < 0)
                continue;
            std::uint8_t& byte = plane.row(y)[sample * plane.step + plane.offsets[component]];
            byte = static_cast<std::uint8_t>((byte * weight + add[component] + 128 * count) / (Paint::kOne * count));
        }
    }
}

}  // namespace

Paint make_paint(const Colour& colour, double opacity) noexcept {
    const auto share = static_cast<unsigned>(std::lround(std::clamp(opacity, 0.0, 1.0) * Paint::kOne));
    Paint paint;
    paint.weight = static_cast<std::uint16_t>(Paint::kOne - share);
    for (std::size_t i = 0; i < 3; ++i)
        paint.add[i] = static_cast<std::uint16_t>(colour[i] * share);
    return paint;
}

void paint_row(const Picture& picture, int y, const PaintCode* codes, const PaintTable& paints) noexcept {
    for (int x = 0; x < picture.width;) {
        const int end = run_end(codes, x, picture.width);
        if (const Paint& paint = paints[codes[x]]; paint.visible())
            for (const DrawPlane& plane : used_planes(picture))
                if (!plane.half)
                    blend_run(plane.row(y) + x * plane.step, end - x, plane, paint);
        x = end;
    }
}

void paint_half_row(const Picture& picture, int y, const PaintCode* upper, const PaintCode* lower,
                    const PaintTable& paints) noexcept {
    const int samples = (picture.width + 1) / 2;
    int upper_end = 0, lower_end = 0;  // of the runs at the sample
    for (int sample = 0; sample < samples;) {
        const int x = 2 * sample;
        if (x >= upper_end)
            upper_end = run_end(upper, x, picture.width);
        if (lower && x >= lower_end)
            lower_end = run_end(lower, x, picture.width);
        const int whole = lower && upper[x] == lower[x] ? std::min(upper_end, lower_end) / 2 - sample : 0;
        if (whole > 0) {
            if (const Paint& paint = paints[upper[x]]; paint.visible())
                for (const DrawPlane& plane : used_planes(picture))
                    if (plane.half)
                        blend_run(plane.row(y) + sample * plane.step, whole, plane, paint);
        } else {
            blend_mean(picture, sample, y, upper, lower, paints);
        }
        sample += std::max(whole, 1);
    }
}

}  // namespace ausm::gst::overlay
