// SPDX-License-Identifier: MIT
// The blending of rows that all drawing ends in.
#include "elements/maskoverlay/picture.h"

#include "elements/maskoverlay/runs.h"
#include "elements/maskoverlay/samples.h"

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

/// Of words, and of runs so short that the pattern would cost more than the blending.
template <typename Samples>
void blend_pixels(Samples samples, std::uint8_t* row, int pixels, const DrawPlane& plane, const Paint& paint) noexcept {
    const int end = pixels * plane.step;
    for (std::size_t component = 0; component < 3; ++component) {
        const unsigned add = samples.scaled(paint.add[component]) + 128;
        for (int i = plane.offsets[component]; i >= 0 && i < end; i += plane.step)
            samples.put(row, i, (samples.get(row, i) * paint.weight + add) >> 8);
    }
}

void blend_run(std::uint8_t* bytes, int pixels, const DrawPlane& plane, const Paint& paint) noexcept {
    constexpr int kVector = 16;
    int left = pixels * plane.step;
    if (left < kVector || plane.depth > 8)
        return with_samples(plane, [&](auto samples) { blend_pixels(samples, bytes, pixels, plane, paint); });
    const Pattern pattern(plane, paint);
    for (; left >= kBlock; left -= kBlock, bytes += kBlock)
        blend_bytes<kBlock>(bytes, pattern.weight.data(), pattern.add.data());
    const std::uint16_t *weight = pattern.weight.data(), *add = pattern.add.data();
    for (; left >= kVector; left -= kVector, bytes += kVector, weight += kVector, add += kVector)
        blend_bytes<kVector>(bytes, weight, add);
    for (; left > 0; --left)
        blend_bytes<1>(bytes++, weight++, add++);
}

/// One sample that up to four pixels share: the mean of their paints.
void blend_mean(const Picture& picture, const DrawPlane& plane, int sample, int y, const PaintCode* upper,
                const PaintCode* lower, const PaintTable& paints) noexcept {
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
    with_samples(plane, [&](auto samples) {
        for (std::size_t component = 0; component < 3; ++component) {
            if (plane.offsets[component] < 0)
                continue;
            const int i = sample * plane.step + plane.offsets[component];
            samples.put(plane.row(y), i,
                        (samples.get(plane.row(y), i) * weight + samples.scaled(add[component]) + 128 * count) /
                            (Paint::kOne * count));
        }
    });
}

/// Row y of a plane of which two pixels of a row share a sample. Without `lower` those of one row alone.
void paint_shared_row(const Picture& picture, const DrawPlane& plane, int y, const PaintCode* upper,
                      const PaintCode* lower, const PaintTable& paints) noexcept {
    const int samples = samples_across(picture, plane);
    int upper_end = 0, lower_end = 0;  // of the runs at the sample
    for (int sample = 0; sample < samples;) {
        const int x = 2 * sample;
        if (x >= upper_end)
            upper_end = run_end(upper, x, picture.width);
        if (lower && x >= lower_end)
            lower_end = run_end(lower, x, picture.width);
        const bool alike = !lower || upper[x] == lower[x];
        const int whole = alike ? (lower ? std::min(upper_end, lower_end) : upper_end) / 2 - sample : 0;
        if (whole <= 0)
            blend_mean(picture, plane, sample, y, upper, lower, paints);
        else if (const Paint& paint = paints[upper[x]]; paint.visible())
            blend_run(plane.row(y) + sample * plane.pixel_bytes(), whole, plane, paint);
        sample += std::max(whole, 1);
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
                if (plane.across == 1)
                    blend_run(plane.row(y) + x * plane.pixel_bytes(), end - x, plane, paint);
        x = end;
    }
    for (const DrawPlane& plane : used_planes(picture))
        if (plane.across == 2 && plane.down == 1)
            paint_shared_row(picture, plane, y, codes, nullptr, paints);
}

void paint_half_row(const Picture& picture, int y, const PaintCode* upper, const PaintCode* lower,
                    const PaintTable& paints) noexcept {
    for (const DrawPlane& plane : used_planes(picture))
        if (plane.down == 2)
            paint_shared_row(picture, plane, y, upper, lower, paints);
}

}  // namespace ausm::gst::overlay
