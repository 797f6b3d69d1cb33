// SPDX-License-Identifier: MIT
// How much of each pixel of a picture is meant, and how such an area is widened, softened and faded. Separable: rows
// first, which stay in the cache, then columns, row by row.
#include "elements/maskoverlay/alpha_plane.h"

#include "elements/maskoverlay/runs.h"

#include <algorithm>
#include <cstring>

namespace ausm::gst::overlay {
namespace {

constexpr std::size_t kStrip = 128;

struct Larger {
    std::uint8_t operator()(std::uint8_t a, std::uint8_t b) const noexcept { return a > b ? a : b; }
};
struct Smaller {
    std::uint8_t operator()(std::uint8_t a, std::uint8_t b) const noexcept { return a < b ? a : b; }
};

template <typename Pick>
void pick_into(std::uint8_t* __restrict to, const std::uint8_t* __restrict from, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        to[i] = Pick()(to[i], from[i]);
}

/// Steps that widen a window from one value to `reach` + 1: each doubles it, as far as there is need.
template <typename Step>
void double_up(int reach, Step&& step) {
    for (int window = 1; window <= reach;) {
        const int shift = std::min(window, reach + 1 - window);
        step(shift);
        window += shift;
    }
}

/// Windows that begin at each value, then windows that end there: together they are centred.
template <typename Pick>
void widen_row(std::uint8_t* row, std::vector<std::uint8_t>& other, std::size_t width, int reach) {
    const auto shifted = [&](std::size_t shift, bool back) {
        std::copy_n(row, width, other.data());
        pick_into<Pick>(row + (back ? shift : 0), other.data() + (back ? 0 : shift), width - shift);
    };
    for (const bool back : {false, true})
        double_up(reach, [&](int shift) { shifted(static_cast<std::size_t>(shift), back); });
}

/// Columns [x, x + count): few enough that they stay in the cache from one step to the next.
template <typename Pick>
void widen_strip(AlphaPlane& plane, std::size_t x, std::size_t count, int reach) {
    double_up(reach, [&](int shift) {
        for (int y = 0; y + shift < plane.height; ++y)
            pick_into<Pick>(plane.row(y) + x, plane.row(y + shift) + x, count);
    });
    double_up(reach, [&](int shift) {
        for (int y = plane.height - 1; y >= shift; --y)
            pick_into<Pick>(plane.row(y) + x, plane.row(y - shift) + x, count);
    });
}

template <typename Pick>
void widen_with(AlphaPlane& plane, int reach) {
    const auto width = static_cast<std::size_t>(plane.width);
    std::vector<std::uint8_t> other(width);
    for (int y = 0; y < plane.height; ++y)
        if (run_end(plane.row(y), 0, plane.width) < plane.width)
            widen_row<Pick>(plane.row(y), other, width, std::min(reach, plane.width - 1));
    const int down = std::min(reach, plane.height - 1);
    for (std::size_t x = 0; x < width; x += kStrip)
        widen_strip<Pick>(plane, x, std::min(kStrip, width - x), down);
}

void add(std::uint16_t* __restrict sums, const std::uint8_t* __restrict values, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        sums[i] = static_cast<std::uint16_t>(sums[i] + values[i]);
}

void subtract(std::uint16_t* __restrict sums, const std::uint8_t* __restrict values, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        sums[i] = static_cast<std::uint16_t>(sums[i] - values[i]);
}

void divide_block(std::uint8_t* __restrict to, const std::uint16_t* __restrict sums, std::size_t count,
                  int n) noexcept {
    const auto inverse = ((1U << 22) + static_cast<unsigned>(n) - 1) / static_cast<unsigned>(n);
    const auto half = static_cast<unsigned>(n / 2);
    for (std::size_t i = 0; i < count; ++i)
        to[i] = static_cast<std::uint8_t>((sums[i] + half) * inverse >> 22);
}

bool all_are(const std::uint16_t* __restrict sums, std::size_t count, std::uint16_t value) noexcept {
    std::uint16_t others = 0;
    for (std::size_t i = 0; i < count; ++i)
        others = static_cast<std::uint16_t>(others | (sums[i] ^ value));
    return others == 0;
}

/// Rounded. n is at most 2 * kMaxSoftness + 1, so that 16 bits hold the sums. Most of a plane is nothing or all.
void divide(std::uint8_t* to, const std::uint16_t* sums, std::size_t count, int n) noexcept {
    for (std::size_t x = 0; x < count; x += kStrip) {
        const std::size_t part = std::min(kStrip, count - x);
        if (all_are(sums + x, part, 0))
            std::memset(to + x, 0, part);
        else if (all_are(sums + x, part, static_cast<std::uint16_t>(255 * n)))
            std::memset(to + x, 255, part);
        else
            divide_block(to + x, sums + x, part, n);
    }
}

void soften_rows(AlphaPlane& plane, int reach) {
    const auto width = static_cast<std::size_t>(plane.width), margin = static_cast<std::size_t>(reach);
    std::vector<std::uint8_t> padded(width + 2 * margin);
    std::vector<std::uint16_t> sums(width);
    for (int y = 0; y < plane.height; ++y) {
        std::uint8_t* row = plane.row(y);
        if (run_end(row, 0, plane.width) == plane.width)
            continue;
        std::fill_n(padded.begin(), margin, row[0]);
        std::copy_n(row, width, padded.data() + margin);
        std::fill_n(padded.data() + margin + width, margin, row[width - 1]);
        std::fill(sums.begin(), sums.end(), std::uint16_t{0});
        for (std::size_t i = 0; i <= 2 * margin; ++i)
            add(sums.data(), padded.data() + i, width);
        divide(row, sums.data(), width, 2 * reach + 1);
    }
}

/// A window of rows slides down a copy.
void soften_columns(AlphaPlane& plane, int reach) {
    const auto width = static_cast<std::size_t>(plane.width);
    const AlphaPlane source = plane;
    const auto at = [&](int y) { return source.row(std::clamp(y, 0, plane.height - 1)); };
    std::vector<std::uint16_t> sums(width);
    for (int y = -reach; y < reach; ++y)
        add(sums.data(), at(y), width);
    for (int y = 0; y < plane.height; ++y) {
        add(sums.data(), at(y + reach), width);
        divide(plane.row(y), sums.data(), width, 2 * reach + 1);
        subtract(sums.data(), at(y - reach), width);
    }
}

}  // namespace

void AlphaPlane::resize(int new_width, int new_height) {
    width = new_width;
    height = new_height;
    values.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
}

void AlphaPlane::assign(int new_width, int new_height, std::uint8_t value) {
    resize(new_width, new_height);
    std::fill(values.begin(), values.end(), value);
}

void widen(AlphaPlane& plane, int reach) {
    if (reach > 0)
        widen_with<Larger>(plane, reach);
    else if (reach < 0)
        widen_with<Smaller>(plane, -reach);
}

void soften(AlphaPlane& plane, int reach) {
    reach = std::min(reach, kMaxSoftness);
    if (reach <= 0)
        return;
    soften_rows(plane, reach);
    soften_columns(plane, reach);
}

void keep_fading(AlphaPlane& plane, const AlphaPlane& before, int share) noexcept {
    std::uint8_t* __restrict now = plane.values.data();
    const std::uint8_t* __restrict then = before.values.data();
    const auto weight = static_cast<std::uint16_t>(share);
    for (std::size_t i = 0; i < plane.values.size(); ++i) {
        const auto kept = static_cast<std::uint8_t>(static_cast<std::uint16_t>(then[i] * weight) >> 8);
        now[i] = now[i] > kept ? now[i] : kept;
    }
}

void invert(AlphaPlane& plane) noexcept {
    for (std::uint8_t& value : plane.values)
        value = static_cast<std::uint8_t>(~value);
}

}  // namespace ausm::gst::overlay
