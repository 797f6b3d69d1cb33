// SPDX-License-Identifier: MIT
// Borders of a mask that follow those of the picture: the fast guided filter (He, Sun: Fast Guided Filter, 2015).
// In windows of cells the mask is fitted by a * luma + b; the means of a and b over the windows around a place are then
// applied to the luma of every pixel. Sums are whole numbers, so that a window without a border has exactly none.
#include "elements/maskoverlay/guided_edges.h"

#include "elements/maskoverlay/window_sums.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ausm::gst::overlay {
namespace {

// Of 57 pictures of DAVIS 2016 train whose masks were made as coarse as the model's, these came nearest to the full masks.
constexpr int kReach = 1;             // cells around a place
constexpr float kLeastVariance = 20;  // of luma: what is less is noise and no border
constexpr float kGain = 3.0F;         // borders are steeper than the filter leaves them

template <typename T>
using Plane = std::vector<T>;

/// Of each cell: mask = a * luma + b, and whether a border is near.
struct Fit {
    Plane<float> a, b;
    Plane<std::int32_t> border;
};

Plane<std::int32_t> products(const Plane<std::int32_t>& first, const Plane<std::int32_t>& second) {
    Plane<std::int32_t> out(first.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = first[i] * second[i];
    return out;
}

/// Calls `visit` with each cell's place and how many cells its window has.
template <typename Visit>
void each_window(const CellGrid& grid, Visit&& visit) {
    std::size_t i = 0;
    for (int y = 0; y < grid.height; ++y) {
        const int rows = window_size(y, grid.height, kReach);
        for (int x = 0; x < grid.width; ++x)
            visit(i++, rows * window_size(x, grid.width, kReach));
    }
}

Fit fit_windows(const CellGrid& grid) {
    const auto sums = [&](const Plane<std::int32_t>& plane) {
        return window_sums(plane, grid.width, grid.height, kReach);
    };
    const auto mask = sums(grid.mask), luma = sums(grid.luma);
    const auto both = sums(products(grid.mask, grid.luma)), square = sums(products(grid.luma, grid.luma));
    Fit fit{Plane<float>(mask.size()), Plane<float>(mask.size()), Plane<std::int32_t>(mask.size())};
    each_window(grid, [&](std::size_t i, int n) {
        fit.border[i] = mask[i] != 0 && mask[i] != 255 * n ? 1 : 0;
        if (fit.border[i] == 0) {
            fit.b[i] = mask[i] != 0 ? 255 : 0;
            return;
        }
        const auto size = static_cast<float>(n);
        const float mean_mask = static_cast<float>(mask[i]) / size, mean_luma = static_cast<float>(luma[i]) / size;
        const float variance = static_cast<float>(square[i]) / size - mean_luma * mean_luma;
        const float together = static_cast<float>(both[i]) / size - mean_luma * mean_mask;
        fit.a[i] = together / (std::max(variance, 0.0F) + kLeastVariance);
        fit.b[i] = mean_mask - fit.a[i] * mean_luma;
    });
    return fit;
}

/// The means over the windows around each cell. Where no border is near they are the cell's own.
Fit mean_fit(const Fit& fit, const CellGrid& grid) {
    Fit mean{window_sums(fit.a, grid.width, grid.height, kReach), window_sums(fit.b, grid.width, grid.height, kReach),
             window_sums(fit.border, grid.width, grid.height, kReach)};
    each_window(grid, [&](std::size_t i, int n) {
        const bool border = mean.border[i] != 0;
        mean.a[i] = border ? mean.a[i] / static_cast<float>(n) : 0;
        mean.b[i] = border ? mean.b[i] / static_cast<float>(n) : fit.b[i];
    });
    return mean;
}

/// The cells whose middles a pixel lies between, and how far it is on its way to the second.
struct Between {
    int first, second;
    float share;
};

Between between(int pixel, int cell, int cells) noexcept {
    const float place = (static_cast<float>(pixel) + 0.5F) / static_cast<float>(cell) - 0.5F;
    const float whole = std::floor(place);
    const int first = static_cast<int>(whole);
    return {std::clamp(first, 0, cells - 1), std::clamp(first + 1, 0, cells - 1), place - whole};
}

/// Pixels [begin, end) of a row between the same two cells.
struct Stretch {
    int begin, end;
    std::size_t first, second;
};

std::vector<Stretch> stretches(const std::vector<Between>& columns) {
    std::vector<Stretch> all;
    for (int x = 0; x < static_cast<int>(columns.size()); ++x) {
        const auto first = static_cast<std::size_t>(columns[static_cast<std::size_t>(x)].first);
        const auto second = static_cast<std::size_t>(columns[static_cast<std::size_t>(x)].second);
        if (!all.empty() && all.back().first == first && all.back().second == second)
            ++all.back().end;
        else
            all.push_back({x, x + 1, first, second});
    }
    return all;
}

std::uint8_t steepened(float value) noexcept {
    const float steep = (value - 127.5F) * kGain + 127.5F;
    return static_cast<std::uint8_t>(std::clamp(steep + 0.5F, 0.0F, 255.0F));
}

/// Stretches [first, last) of a row, all of them at a border, or none and all of the same value.
struct Segment {
    std::size_t first, last;
    bool border;
    int value;
};

/// Of all rows of pixels between the same two rows of cells.
void find_segments(const Fit& fit, std::size_t upper, std::size_t lower, const std::vector<Stretch>& parts,
                   std::vector<Segment>& segments) {
    segments.clear();
    const auto is_border = [&](std::size_t i) { return fit.border[upper + i] != 0 || fit.border[lower + i] != 0; };
    for (std::size_t part = 0; part < parts.size(); ++part) {
        const bool border = is_border(parts[part].first) || is_border(parts[part].second);
        const int value = !border && fit.b[upper + parts[part].first] > 127 ? 255 : 0;
        if (segments.empty() || segments.back().border != border || segments.back().value != value)
            segments.push_back({part, part, border, value});
        segments.back().last = part + 1;
    }
}

/// Draws rows of pixels between two rows of cells.
class RowPainter {
public:
    RowPainter(const CellGrid& grid, const Fit& fit, int width) : grid_(grid), fit_(fit) {
        for (int x = 0; x < width; ++x)
            columns_.push_back(between(x, grid.cell, grid.width));
        parts_ = stretches(columns_);
    }

    void draw(int y, LumaRows& luma, std::uint8_t* alpha) {
        const Between rows = between(y, grid_.cell, grid_.height);
        const auto upper = static_cast<std::size_t>(rows.first) * static_cast<std::size_t>(grid_.width);
        const auto lower = static_cast<std::size_t>(rows.second) * static_cast<std::size_t>(grid_.width);
        if (upper != upper_ || lower != lower_ || segments_.empty())
            find_segments(fit_, upper_ = upper, lower_ = lower, parts_, segments_);
        const std::uint8_t* brightness = nullptr;
        for (const Segment& segment : segments_) {
            const int begin = parts_[segment.first].begin, end = parts_[segment.last - 1].end;
            if (!segment.border) {
                std::memset(alpha + begin, segment.value, static_cast<std::size_t>(end - begin));
                continue;
            }
            if (!brightness)
                brightness = luma.row(y);
            for (std::size_t part = segment.first; part < segment.last; ++part)
                draw_border(parts_[part], rows.share, brightness, alpha);
        }
    }

private:
    void draw_border(const Stretch& part, float down, const std::uint8_t* brightness,
                     std::uint8_t* alpha) const noexcept {
        const auto at = [&](const Plane<float>& plane, std::size_t cell) {
            return plane[upper_ + cell] + (plane[lower_ + cell] - plane[upper_ + cell]) * down;
        };
        const float a = at(fit_.a, part.first), more_a = at(fit_.a, part.second) - a;
        const float b = at(fit_.b, part.first), more_b = at(fit_.b, part.second) - b;
        for (int x = part.begin; x < part.end; ++x) {
            const float share = columns_[static_cast<std::size_t>(x)].share;
            alpha[x] = steepened((a + more_a * share) * static_cast<float>(brightness[x]) + b + more_b * share);
        }
    }

    const CellGrid& grid_;
    const Fit& fit_;
    std::vector<Between> columns_;
    std::vector<Stretch> parts_;
    std::size_t upper_ = 0, lower_ = 0;  ///< where the cells of the segments begin
    std::vector<Segment> segments_;
};

}  // namespace

void follow_edges(const CellGrid& grid, LumaRows& luma, AlphaPlane& alpha) {
    const Fit fit = mean_fit(fit_windows(grid), grid);
    RowPainter painter(grid, fit, alpha.width);
    for (int y = 0; y < alpha.height; ++y)
        painter.draw(y, luma, alpha.row(y));
}

}  // namespace ausm::gst::overlay
