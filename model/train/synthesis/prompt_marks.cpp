// SPDX-License-Identifier: MIT
// Drawing on the 1/4 map. Disks and strokes have the width that the session draws them with.
#include "train/synthesis/prompt_marks.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace ausm::train {
namespace {

constexpr int kHalf = 127;  // above it a cell belongs to the object
constexpr float kStraight = 0.955F, kDiagonal = 1.3693F;

struct Cell {
    std::int64_t y, x;
};

at::Tensor jittered_box(const at::Tensor& on, const PromptRecipe& recipe, Random& random) {
    const auto side = [&](std::int64_t dim) {
        const auto touched = on.any(1 - dim).nonzero();
        const auto from = touched.min().item<std::int64_t>(), to = touched.max().item<std::int64_t>() + 1;
        const double sigma = recipe.box_sigma * static_cast<double>(to - from);
        const double jitter_from = random.normal(sigma), jitter_to = random.normal(sigma);
        const auto begin =
            std::clamp<std::int64_t>(std::llround(static_cast<double>(from) + jitter_from), 0, on.size(dim) - 1);
        const auto end =
            std::clamp<std::int64_t>(std::llround(static_cast<double>(to) + jitter_to), begin + 1, on.size(dim));
        return std::pair{begin, end};
    };
    const auto [left, right] = side(1);
    const auto [top, bottom] = side(0);
    auto mark = at::zeros(on.sizes(), at::kByte);
    mark.slice(0, top, bottom).slice(1, left, right).fill_(255);
    return mark;
}

/// Cells whose depth is at least a share of the greatest.
std::vector<Cell> core_cells(const at::Tensor& on, double share) {
    const auto depth = depth_inside(on);
    const float least = static_cast<float>(share) * depth.max().item<float>();
    const auto* const values = depth.const_data_ptr<float>();
    std::vector<Cell> cells;
    for (std::int64_t i = 0; i < depth.numel(); ++i)
        if (values[i] > 0 && values[i] >= least)
            cells.push_back({i / depth.size(1), i % depth.size(1)});
    return cells;
}

/// Every cell within `radius` of the segment from a to b.
void draw_stroke(const at::Tensor& mark, Cell a, Cell b, double radius) {
    auto values = mark.accessor<std::uint8_t, 2>();
    const auto reach = static_cast<std::int64_t>(radius) + 1;
    const auto dx = static_cast<double>(b.x - a.x), dy = static_cast<double>(b.y - a.y), length = dx * dx + dy * dy;
    const auto bottom = std::min(mark.size(0) - 1, std::max(a.y, b.y) + reach);
    const auto right = std::min(mark.size(1) - 1, std::max(a.x, b.x) + reach);
    for (auto y = std::max<std::int64_t>(0, std::min(a.y, b.y) - reach); y <= bottom; ++y) {
        for (auto x = std::max<std::int64_t>(0, std::min(a.x, b.x) - reach); x <= right; ++x) {
            const auto px = static_cast<double>(x - a.x), py = static_cast<double>(y - a.y);
            const double along = length > 0 ? std::clamp((px * dx + py * dy) / length, 0., 1.) : 0;
            if (std::hypot(px - along * dx, py - along * dy) <= radius)
                values[y][x] = 255;
        }
    }
}

}  // namespace

at::Tensor depth_inside(const at::Tensor& on) {
    const auto h = on.size(0), w = on.size(1);
    auto padded = at::zeros({h + 2, w + 2}, at::kFloat);
    padded.slice(0, 1, h + 1).slice(1, 1, w + 1).copy_(on.ne(0)).mul_(1e6);
    auto d = padded.accessor<float, 2>();
    for (std::int64_t y = 1; y <= h; ++y)
        for (std::int64_t x = 1; x <= w; ++x)
            d[y][x] = std::min({d[y][x], d[y][x - 1] + kStraight, d[y - 1][x] + kStraight, d[y - 1][x - 1] + kDiagonal,
                                d[y - 1][x + 1] + kDiagonal});
    for (auto y = h; y >= 1; --y)
        for (auto x = w; x >= 1; --x)
            d[y][x] = std::min({d[y][x], d[y][x + 1] + kStraight, d[y + 1][x] + kStraight, d[y + 1][x + 1] + kDiagonal,
                                d[y + 1][x - 1] + kDiagonal});
    return padded.slice(0, 1, h + 1).slice(1, 1, w + 1).contiguous();
}

PromptMark prompt_mark(const at::Tensor& mask, const PromptRecipe& recipe, Random& random) {
    const auto on = mask.gt(kHalf);
    const bool other = random.chance(recipe.other_than_mask);
    if (!other || on.sum().item<std::int64_t>() < recipe.least_cells)
        return {mask, MarkKind::kMask};
    const auto which = random.weighted({recipe.box, recipe.point, recipe.scribble});
    if (which == 0)
        return {jittered_box(on, recipe, random), MarkKind::kBox};

    const auto cells = core_cells(on, recipe.core);
    const auto diagonal = std::hypot(static_cast<double>(mask.size(0)), static_cast<double>(mask.size(1)));
    const double radius = std::max(recipe.least_radius, recipe.radius * diagonal);
    auto mark = at::zeros_like(mask);
    auto from = random.choice(cells);
    draw_stroke(mark, from, from, radius);
    if (which == 1)
        return {mark, MarkKind::kPoint};
    const auto strokes = random.whole(recipe.strokes);
    for (std::int64_t i = 0; i < strokes; ++i) {
        const auto to = random.choice(cells);
        draw_stroke(mark, from, to, radius);
        from = to;
    }
    return {mark * on, MarkKind::kScribble};
}

}  // namespace ausm::train
