// SPDX-License-Identifier: MIT
// How much of each pixel of a picture is meant, and how such an area is widened, softened and faded. Separable: rows
// first, which stay in the cache, then columns, row by row.
#include "elements/maskoverlay/alpha_plane.h"

#include "elements/maskoverlay/runs.h"

#include <algorithm>
#include <array>

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

/// All bytes are the first one.
bool is_even(const std::uint8_t* __restrict values, std::size_t count) noexcept {
    std::uint8_t others = 0;
    for (std::size_t i = 0; i < count; ++i)
        others = static_cast<std::uint8_t>(others | (values[i] ^ values[0]));
    return others == 0;
}

/// Whether columns [x, x + count) of a row and of the one above are all of one value.
std::vector<bool> even_rows(const AlphaPlane& plane, std::size_t x, std::size_t count) {
    std::vector<bool> even(static_cast<std::size_t>(plane.height));
    bool above = true;
    for (int y = 0; y < plane.height; ++y) {
        const std::uint8_t* values = plane.row(y) + x;
        const bool here = is_even(values, count);
        even[static_cast<std::size_t>(y)] = here && above && (y == 0 || values[0] == plane.row(y - 1)[x]);
        above = here;
    }
    return even;
}

template <typename Pick>
void widen_with(AlphaPlane& plane, int reach) {
    const auto width = static_cast<std::size_t>(plane.width);
    std::vector<std::uint8_t> other(width);
    for (int y = 0; y < plane.height; ++y)
        if (run_end(plane.row(y), 0, plane.width) < plane.width)
            widen_row<Pick>(plane.row(y), other, width, std::min(reach, plane.width - 1));
    const int down = std::min(reach, plane.height - 1);
    for (std::size_t x = 0; x < width; x += kStrip) {
        const std::size_t count = std::min(kStrip, width - x);
        const auto even = even_rows(plane, x, count);
        if (std::find(even.begin(), even.end(), false) != even.end())
            widen_strip<Pick>(plane, x, count, down);
    }
}

void add(std::uint16_t* __restrict sums, const std::uint8_t* __restrict values, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        sums[i] = static_cast<std::uint16_t>(sums[i] + values[i]);
}

void subtract(std::uint16_t* __restrict sums, const std::uint8_t* __restrict values, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        sums[i] = static_cast<std::uint16_t>(sums[i] - values[i]);
}

/// Rounded. n is at most 2 * kMaxSoftness + 1, so that 16 bits hold the sums.
void divide(std::uint8_t* __restrict to, const std::uint16_t* __restrict sums, std::size_t count, int n) noexcept {
    const auto inverse = ((1U << 22) + static_cast<unsigned>(n) - 1) / static_cast<unsigned>(n);
    const auto half = static_cast<unsigned>(n / 2);
    for (std::size_t i = 0; i < count; ++i)
        to[i] = static_cast<std::uint8_t>((sums[i] + half) * inverse >> 22);
}

/// Calls `span` with the pieces of [0, size) that lie at most `reach` away from a place where the values change, and that
/// lie so far from each other that none sees what another has written.
/// `next_change(from)`: the first place after `from` whose value is another than that before it, or `size`.
template <typename NextChange, typename Span>
void near_changes(int size, int reach, NextChange&& next_change, Span&& span) {
    for (int change = next_change(0); change < size;) {
        const int begin = std::max(change - reach, 0);
        int end = change + reach;
        for (change = next_change(change); change < size && change - 2 * reach < end; change = next_change(change))
            end = change + reach;
        span(begin, std::min(end, size));
    }
}

/// Where a window sees one value alone, the mean is that.
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
        const std::uint8_t* before = padded.data() + margin;
        near_changes(
            plane.width, reach, [&](int x) { return run_end(before, x, plane.width); },
            [&](int begin, int end) {
                const auto count = static_cast<std::size_t>(end - begin);
                std::fill_n(sums.begin(), count, std::uint16_t{0});
                for (std::size_t i = 0; i <= 2 * margin; ++i)
                    add(sums.data(), padded.data() + begin + i, count);
                divide(row + begin, sums.data(), count, 2 * reach + 1);
            });
    }
}

/// Rows [begin, end) of columns [x, x + count): a window of rows slides down a copy.
void soften_piece(AlphaPlane& plane, std::size_t x, std::size_t count, int begin, int end, int reach,
                  std::vector<std::uint8_t>& copy) {
    copy.resize(static_cast<std::size_t>(end - begin + 2 * reach) * kStrip);
    const auto at = [&](int y) { return copy.data() + static_cast<std::size_t>(y - begin + reach) * kStrip; };
    for (int y = begin - reach; y < end + reach; ++y)
        std::copy_n(plane.row(std::clamp(y, 0, plane.height - 1)) + x, count, at(y));
    std::array<std::uint16_t, kStrip> sums{};
    for (int y = begin - reach; y < begin + reach; ++y)
        add(sums.data(), at(y), count);
    for (int y = begin; y < end; ++y) {
        add(sums.data(), at(y + reach), count);
        divide(plane.row(y) + x, sums.data(), count, 2 * reach + 1);
        subtract(sums.data(), at(y - reach), count);
    }
}

void soften_columns(AlphaPlane& plane, int reach) {
    const auto width = static_cast<std::size_t>(plane.width);
    std::vector<std::uint8_t> copy;
    for (std::size_t x = 0; x < width; x += kStrip) {
        const std::size_t count = std::min(kStrip, width - x);
        const auto even = even_rows(plane, x, count);
        const auto next_change = [&](int y) {
            do
                ++y;
            while (y < plane.height && even[static_cast<std::size_t>(y)]);
            return y;
        };
        if (!even[0])
            soften_piece(plane, x, count, 0, plane.height, reach, copy);
        else
            near_changes(plane.height, reach, next_change,
                         [&](int begin, int end) { soften_piece(plane, x, count, begin, end, reach, copy); });
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
