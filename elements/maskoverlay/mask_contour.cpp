// SPDX-License-Identifier: MIT
// Finds the contours of a label map, row by row.
#include "elements/maskoverlay/mask_contour.h"

#include "elements/maskoverlay/runs.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace ausm::gst::overlay {
namespace {

constexpr std::size_t kBlock = 64;  // rows are padded to whole blocks, which the compiler turns into vectors

std::size_t padded(int width) noexcept { return (static_cast<std::size_t>(width) + kBlock - 1) / kBlock * kBlock; }

void count_block(const std::uint8_t* __restrict core, const std::uint8_t* __restrict before,
                 std::uint8_t* __restrict steady) noexcept {
    for (std::size_t i = 0; i < kBlock; ++i) {
        const auto rows = static_cast<std::uint8_t>(core[i] == before[i] ? steady[i] : 0);
        const auto more = static_cast<std::uint8_t>(rows + (rows != 255 ? 1 : 0));
        steady[i] = core[i] != 0 ? more : std::uint8_t{0};
    }
}

}  // namespace

MaskContour::MaskContour(int width, int height, int thickness)
    : width_(width), height_(height), thickness_(thickness), core_(padded(width)), next_(padded(width)),
      steady_(padded(width)) {}

int MaskContour::rows_needed(int y) const noexcept { return std::min(y + thickness_, height_ - 1) + 1; }

int MaskContour::inside(int y) const noexcept { return rows_needed(y) - std::max(y - thickness_, 0); }

void MaskContour::push(const std::uint8_t* row) {
    ++pushed_;
    const bool empty = row_is_empty(row, width_);
    if (empty && empty_)
        return;
    empty_ = empty;
    shrink_runs(row);
    for (std::size_t x = 0; x < core_.size(); x += kBlock)
        count_block(next_.data() + x, core_.data() + x, steady_.data() + x);
    core_.swap(next_);
}

/// Each run of one value loses `thickness` pixels at its ends, but none at the picture's edges.
void MaskContour::shrink_runs(const std::uint8_t* row) {
    std::fill(next_.begin(), next_.end(), std::uint8_t{0});
    for (int x = 0; x < width_;) {
        const std::uint8_t value = row[x];
        const int end = run_end(row, x, width_);
        const int first = x == 0 ? 0 : x + thickness_, last = end == width_ ? end : end - thickness_;
        if (value != 0 && first < last)
            std::memset(next_.data() + first, value, static_cast<std::size_t>(last - first));
        x = end;
    }
}

}  // namespace ausm::gst::overlay
