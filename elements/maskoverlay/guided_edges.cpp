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

Fit fit_windows(const CellGrid& grid) {
    const auto sums = [&](const Plane<std::int32_t>& plane) {
        return window_sums(plane, grid.width, grid.height, kReach);
    };
    const auto mask = sums(grid.mask), luma = sums(grid.luma);
    const auto both = sums(products(grid.mask, grid.luma)), square = sums(products(grid.luma, grid.luma));
    Fit fit{Plane<float>(mask.size()), Plane<float>(mask.size()), Plane<std::int32_t>(mask.size())};
    for (std::size_t i = 0; i < mask.size(); ++i) {
        const int x = static_cast<int>(i) % grid.width, y = static_cast<int>(i) / grid.width;
        const int n = window_size(x, grid.width, kReach) * window_size(y, grid.height, kReach);
        const auto size = static_cast<float>(n);
        fit.border[i] = mask[i] != 0 && mask[i] != 255 * n ? 1 : 0;
        if (fit.border[i] != 0) {
            const float mean_mask = static_cast<float>(mask[i]) / size, mean_luma = static_cast<float>(luma[i]) / size;
            const float variance = static_cast<float>(square[i]) / size - mean_luma * mean_luma;
            const float together = static_cast<float>(both[i]) / size - mean_luma * mean_mask;
            fit.a[i] = together / (std::max(variance, 0.0F) + kLeastVariance);
            fit.b[i] = mean_mask - fit.a[i] * mean_luma;
        } else {
            fit.b[i] = mask[i] != 0 ? 255 : 0;
        }
    }
    return fit;
}

/// The means over the windows around each cell.
Fit mean_fit(const Fit& fit, const CellGrid& grid) {
    Fit mean{window_sums(fit.a, grid.width, grid.height, kReach), window_sums(fit.b, grid.width, grid.height, kReach),
             window_sums(fit.border, grid.width, grid.height, kReach)};
    for (std::size_t i = 0; i < mean.a.size(); ++i) {
        const int x = static_cast<int>(i) % grid.width, y = static_cast<int>(i) / grid.width;
        const auto size = static_cast<float>(window_size(x, grid.width, kReach) * window_size(y, grid.height, kReach));
        mean.a[i] /= size;
        mean.b[i] /= size;
    }
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

/// The fit of one row of pixels, cell by cell.
struct FitRow {
    Plane<float> a, b;
    Plane<std::uint8_t> border;

    void set(const Fit& fit, const CellGrid& grid, const Between& rows) {
        const auto width = static_cast<std::size_t>(grid.width);
        const std::size_t upper = static_cast<std::size_t>(rows.first) * width,
                          lower = static_cast<std::size_t>(rows.second) * width;
        a.resize(width);
        b.resize(width);
        border.resize(width);
        for (std::size_t i = 0; i < width; ++i) {
            a[i] = fit.a[upper + i] + (fit.a[lower + i] - fit.a[upper + i]) * rows.share;
            b[i] = fit.b[upper + i] + (fit.b[lower + i] - fit.b[upper + i]) * rows.share;
            border[i] = fit.border[upper + i] != 0 || fit.border[lower + i] != 0;
        }
    }
};

std::uint8_t steepened(float value) noexcept {
    const float steep = (value - 127.5F) * kGain + 127.5F;
    return static_cast<std::uint8_t>(std::clamp(steep + 0.5F, 0.0F, 255.0F));
}

void draw_part(const FitRow& cells, const Stretch& part, const std::vector<Between>& columns,
               const std::uint8_t* brightness, std::uint8_t* alpha) noexcept {
    const std::size_t i = part.first, j = part.second;
    if (cells.border[i] == 0 && cells.border[j] == 0) {
        std::memset(alpha + part.begin, cells.b[i] > 127 ? 255 : 0, static_cast<std::size_t>(part.end - part.begin));
        return;
    }
    for (int x = part.begin; x < part.end; ++x) {
        const float share = columns[static_cast<std::size_t>(x)].share;
        const float a = cells.a[i] + (cells.a[j] - cells.a[i]) * share;
        const float b = cells.b[i] + (cells.b[j] - cells.b[i]) * share;
        alpha[x] = steepened(a * static_cast<float>(brightness[x]) + b);
    }
}

}  // namespace

void follow_edges(const CellGrid& grid, LumaRows& luma, AlphaPlane& alpha) {
    const Fit fit = mean_fit(fit_windows(grid), grid);
    std::vector<Between> columns;
    for (int x = 0; x < alpha.width; ++x)
        columns.push_back(between(x, grid.cell, grid.width));
    const auto parts = stretches(columns);
    FitRow cells;
    for (int y = 0; y < alpha.height; ++y) {
        cells.set(fit, grid, between(y, grid.cell, grid.height));
        const bool any = std::find(cells.border.begin(), cells.border.end(), 1) != cells.border.end();
        const std::uint8_t* brightness = any ? luma.row(y) : nullptr;
        for (const Stretch& part : parts)
            draw_part(cells, part, columns, brightness, alpha.row(y));
    }
}

}  // namespace ausm::gst::overlay
