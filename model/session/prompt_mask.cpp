// SPDX-License-Identifier: MIT
// Drawing prompts on a small map, from their definition: a cell is inside when its centre is near enough.
#include "session/prompt_mask.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace ausm {
namespace {

constexpr std::size_t kMaxPoints = 100'000;
constexpr double kDiskShare = 0.025, kMinRadius = 1.2;  // as in training

bool in_picture(const Point& p) {
    return std::isfinite(p.x) && std::isfinite(p.y) && p.x >= 0 && p.x <= 1 && p.y >= 0 && p.y <= 1;
}

std::string points_error(const std::vector<Point>& points) {
    if (points.empty())
        return "there are no points";
    if (points.size() > kMaxPoints)
        return "more than " + std::to_string(kMaxPoints) + " points";
    return std::all_of(points.begin(), points.end(), in_picture) ? "" : "a point lies outside the picture (0 .. 1)";
}

std::string box_error(const std::array<double, 4>& box) {
    if (!std::all_of(box.begin(), box.end(), [](double v) { return std::isfinite(v); }))
        return "the box is not finite";
    if (!(box[0] < box[2] && box[1] < box[3]))
        return "the box has no area: it must be x0 < x1 and y0 < y1";
    return box[0] < 1 && box[1] < 1 && box[2] > 0 && box[3] > 0 ? "" : "the box lies outside the picture (0 .. 1)";
}

std::string mask_error(const Prompt& prompt) {
    if (prompt.mask_width <= 0 || prompt.mask_height <= 0 ||
        prompt.mask.size() !=
            static_cast<std::size_t>(prompt.mask_width) * static_cast<std::size_t>(prompt.mask_height))
        return "the mask's bytes do not fit its width and height";
    return std::any_of(prompt.mask.begin(), prompt.mask.end(), [](auto v) { return v != 0; }) ? ""
                                                                                              : "the mask is empty";
}

std::string strokes_error(const std::vector<std::vector<Point>>& strokes) {
    std::vector<Point> all;
    for (const auto& stroke : strokes) {
        if (stroke.empty() || all.size() + stroke.size() > kMaxPoints)
            return points_error(stroke.empty() ? stroke : std::vector<Point>(kMaxPoints + 1));
        all.insert(all.end(), stroke.begin(), stroke.end());
    }
    return points_error(all);
}

/// Mean over the source pixels that each cell covers, with fractional coverage: [out, in] weights of one axis.
at::Tensor area_weights(std::int64_t in, std::int64_t out) {
    auto weights = at::zeros({out, in}, at::kFloat);
    auto w = weights.accessor<float, 2>();
    const double ratio = static_cast<double>(in) / static_cast<double>(out);
    for (std::int64_t o = 0; o < out; ++o) {
        const double begin = static_cast<double>(o) * ratio, end = begin + ratio;
        for (auto i = static_cast<std::int64_t>(begin); i < in && static_cast<double>(i) < end; ++i) {
            const double covered = std::min(end, static_cast<double>(i + 1)) - std::max(begin, static_cast<double>(i));
            w[o][i] = static_cast<float>(covered / ratio);
        }
    }
    return weights;
}

at::Tensor resized_mask(const Prompt& prompt, std::int64_t rows, std::int64_t columns) {
    const auto bytes = at::from_blob(const_cast<std::uint8_t*>(prompt.mask.data()),
                                     {prompt.mask_height, prompt.mask_width}, at::kByte);
    const auto binary = bytes.ne(0).to(at::kFloat);
    return at::mm(at::mm(area_weights(prompt.mask_height, rows), binary), area_weights(prompt.mask_width, columns).t());
}

at::Tensor filled_box(const std::array<double, 4>& box, std::int64_t rows, std::int64_t columns) {
    const auto cells = [](double from, double to, std::int64_t count) {
        const auto scaled = static_cast<double>(count);
        const auto begin = std::clamp<std::int64_t>(
            static_cast<std::int64_t>(std::floor(std::clamp(from, 0.0, 1.0) * scaled)), 0, count - 1);
        const auto end = std::clamp<std::int64_t>(
            static_cast<std::int64_t>(std::ceil(std::clamp(to, 0.0, 1.0) * scaled)), begin + 1, count);
        return std::pair{begin, end};
    };
    const auto [x0, x1] = cells(box[0], box[2], columns);
    const auto [y0, y1] = cells(box[1], box[3], rows);
    auto map = at::zeros({rows, columns}, at::kFloat);
    map.slice(0, y0, y1).slice(1, x0, x1).fill_(1);
    return map;
}

/// Sets every cell whose centre lies within `radius` cells of the segment a-b (cells).
void draw_segment(const at::Tensor& map, Point a, Point b, double radius) {
    auto cells = map.accessor<float, 2>();
    const double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    const auto first = [&](double v) { return std::max<std::int64_t>(0, static_cast<std::int64_t>(v - radius - 1)); };
    const auto last = [&](double v, std::int64_t n) {
        return std::min<std::int64_t>(n - 1, static_cast<std::int64_t>(v + radius + 1));
    };
    for (auto y = first(std::min(a.y, b.y)); y <= last(std::max(a.y, b.y), map.size(0)); ++y) {
        for (auto x = first(std::min(a.x, b.x)); x <= last(std::max(a.x, b.x), map.size(1)); ++x) {
            const double px = static_cast<double>(x) + 0.5 - a.x, py = static_cast<double>(y) + 0.5 - a.y;
            const double t = length2 > 0 ? std::clamp((px * dx + py * dy) / length2, 0.0, 1.0) : 0;
            if (std::hypot(px - t * dx, py - t * dy) <= radius)
                cells[y][x] = 1;
        }
    }
}

/// One polyline into the inside or the outside map; a point is a polyline of one.
void draw_stroke(PromptMask& result, std::span<const Point> stroke, bool inside, std::int64_t rows,
                 std::int64_t columns) {
    const double radius = std::max(kMinRadius, kDiskShare * std::hypot(rows, columns));
    auto& map = inside ? result.inside : result.outside;
    if (!map.defined())
        map = at::zeros({rows, columns}, at::kFloat);
    const auto cell = [&](const Point& p) {
        return Point{p.x * static_cast<double>(columns), p.y * static_cast<double>(rows), inside};
    };
    for (std::size_t i = 0; i < stroke.size(); ++i)
        draw_segment(map, cell(stroke[i == 0 ? 0 : i - 1]), cell(stroke[i]), radius);
    result.has_inside = result.has_inside || inside;
}

}  // namespace

std::string prompt_error(const Prompt& prompt) {
    if (prompt.object < 0 || prompt.object > (std::int64_t{1} << 53))
        return "object ids go from 1 to 2^53; 0 asks for the next free one";
    switch (prompt.kind) {
    case PromptKind::kMask: return mask_error(prompt);
    case PromptKind::kBox: return box_error(prompt.box);
    case PromptKind::kPoints: return points_error(prompt.points);
    case PromptKind::kScribble: return prompt.strokes.empty() ? "there are no strokes" : strokes_error(prompt.strokes);
    case PromptKind::kRemove: return prompt.object == 0 ? "a removal needs the id of an object" : "";
    case PromptKind::kReset: return "";
    }
    return "unknown kind of prompt";
}

PromptMask prompt_mask(const Prompt& prompt, std::int64_t rows, std::int64_t columns) {
    PromptMask result;
    switch (prompt.kind) {
    case PromptKind::kMask: return {resized_mask(prompt, rows, columns), {}, MarkKind::kMask, true};
    case PromptKind::kBox: return {filled_box(prompt.box, rows, columns), {}, MarkKind::kBox, true};
    case PromptKind::kPoints:
        result.kind = MarkKind::kPoint;
        for (const auto& point : prompt.points)
            draw_stroke(result, {&point, 1}, point.inside, rows, columns);
        break;
    case PromptKind::kScribble:
        result.kind = MarkKind::kScribble;
        for (const auto& stroke : prompt.strokes)
            draw_stroke(result, stroke, stroke.front().inside, rows, columns);
        break;
    case PromptKind::kRemove:
    case PromptKind::kReset: break;
    }
    if (!result.inside.defined())
        result.inside = at::zeros({rows, columns}, at::kFloat);
    return result;
}

}  // namespace ausm
