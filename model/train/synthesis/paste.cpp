// SPDX-License-Identifier: MIT
// One pass over the pixels of the bounding box of what is pasted: displaced, sampled, coloured, blended, labelled.
#include "train/synthesis/paste.h"

#include "train/synthesis/photometric.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace ausm::train {
namespace {

constexpr double kWidthShare = 0.8;    // of the width in the size of a cut-out
constexpr double kShrinkBelow = 0.75;  // smaller scales are averaged first, so that nothing flickers
constexpr int kField = 24;             // points of a wobble's fields
constexpr int kInside = 127;           // alpha above it carries the label

/// Bilinear, in floating point; beyond the borders colours go on and alpha is 0.
class Sampler {
public:
    Sampler(const at::Tensor& rgb, const at::Tensor& alpha)
        : rgb_(rgb.const_data_ptr<std::uint8_t>()), alpha_(alpha.const_data_ptr<std::uint8_t>()),
          h_(static_cast<int>(alpha.size(0))), w_(static_cast<int>(alpha.size(1))) {}

    /// -> 0 .. 255
    float alpha(float x, float y) {
        if (!(x > -1 && y > -1 && x < static_cast<float>(w_) && y < static_cast<float>(h_)))
            return 0;
        x_ = static_cast<int>(std::floor(x));
        y_ = static_cast<int>(std::floor(y));
        ax_ = x - static_cast<float>(x_);
        ay_ = y - static_cast<float>(y_);
        const auto at = [&](int row, int column) {
            return row >= 0 && row < h_ && column >= 0 && column < w_ ? static_cast<float>(alpha_[row * w_ + column])
                                                                      : 0.F;
        };
        return mix(at(y_, x_), at(y_, x_ + 1), at(y_ + 1, x_), at(y_ + 1, x_ + 1));
    }
    /// Where alpha() was asked last.
    std::array<float, 3> colour() const {
        const int x0 = std::max(x_, 0), x1 = std::min(x_ + 1, w_ - 1);
        const int y0 = std::max(y_, 0), y1 = std::min(y_ + 1, h_ - 1);
        const auto *p00 = rgb_ + (y0 * w_ + x0) * 3, *p01 = rgb_ + (y0 * w_ + x1) * 3;
        const auto *p10 = rgb_ + (y1 * w_ + x0) * 3, *p11 = rgb_ + (y1 * w_ + x1) * 3;
        std::array<float, 3> colour{};
        for (std::size_t c = 0; c < 3; ++c)
            colour[c] = mix(p00[c], p01[c], p10[c], p11[c]);
        return colour;
    }

private:
    [[nodiscard]] float mix(float p00, float p01, float p10, float p11) const {
        const float top = p00 + (p01 - p00) * ax_, bottom = p10 + (p11 - p10) * ax_;
        return top + (bottom - top) * ay_;
    }

    const std::uint8_t *rgb_, *alpha_;
    int h_, w_;
    int x_ = 0, y_ = 0;
    float ax_ = 0, ay_ = 0;
};

/// A wobble's displacement in one frame.
class Displacement {
public:
    Displacement(const std::optional<Wobble>& wobble, std::size_t t, std::int64_t h, std::int64_t w)
        : to_x_(static_cast<float>(kField - 1) / static_cast<float>(std::max<std::int64_t>(1, w - 1))),
          to_y_(static_cast<float>(kField - 1) / static_cast<float>(std::max<std::int64_t>(1, h - 1))) {
        if (!wobble)
            return;
        const double phase = wobble->phase + wobble->speed * static_cast<double>(t);
        field_ = wobble->fields[0] * std::cos(phase) + wobble->fields[1] * std::sin(phase);
        data_ = field_.const_data_ptr<float>();
    }
    void apply(float& x, float& y) const {
        if (data_ == nullptr)
            return;
        const float u = std::clamp(x * to_x_, 0.F, kField - 1.001F), v = std::clamp(y * to_y_, 0.F, kField - 1.001F);
        const int column = static_cast<int>(u), row = static_cast<int>(v);
        const float a = u - static_cast<float>(column), b = v - static_cast<float>(row);
        const auto value = [&](const float* plane) {
            const float* const p = plane + row * kField + column;
            const float top = p[0] + (p[1] - p[0]) * a, bottom = p[kField] + (p[kField + 1] - p[kField]) * a;
            return top + (bottom - top) * b;
        };
        x += value(data_);
        y += value(data_ + kField * kField);
    }

private:
    float to_x_, to_y_;
    at::Tensor field_;
    const float* data_ = nullptr;
};

/// Half-open pixels of the frame that the cut-out can touch.
struct Region {
    std::int64_t left, right, top, bottom;
};

/// `margin`: how far outside of itself, in its own pixels, a cut-out of w x h pixels can show.
Region touched(const Affine& map, double w, double h, double margin, std::int64_t columns, std::int64_t rows) {
    double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
    for (const double x : {-margin, w - 1 + margin})
        for (const double y : {-margin, h - 1 + margin}) {
            const auto p = map(Place{x, y});
            left = std::min(left, p.x), right = std::max(right, p.x);
            top = std::min(top, p.y), bottom = std::max(bottom, p.y);
        }
    const auto within = [](double value, std::int64_t length) {
        return static_cast<std::int64_t>(std::clamp(value, 0., static_cast<double>(length)));
    };
    return {within(std::floor(left), columns), within(std::ceil(right) + 1, columns), within(std::floor(top), rows),
            within(std::ceil(bottom) + 1, rows)};
}

void blend(std::uint8_t* pixel, const std::array<float, 3>& in, const ColourMap& m, float alpha) {
    for (std::size_t c = 0; c < 3; ++c) {
        const float value = std::clamp(m[c][0] * in[0] + m[c][1] * in[1] + m[c][2] * in[2] + m[c][3], 0.F, 255.F);
        const float under = pixel[c];
        pixel[c] = static_cast<std::uint8_t>(under + (value - under) * (alpha / 255) + 0.5F);
    }
}

void paste_frame(Scene& scene, std::int64_t t, const Pasted& pasted, std::uint8_t id) {
    const auto& cut = pasted.cut;
    const auto rows = scene.ids.size(1), columns = scene.ids.size(2);
    const auto& map = pasted.maps[static_cast<std::size_t>(t)];
    const double margin = pasted.wobble ? pasted.wobble->reach + 1 : 1;
    const auto region = touched(map, static_cast<double>(cut.alpha.size(1)), static_cast<double>(cut.alpha.size(0)),
                                margin, columns, rows);
    Sampler sampler(cut.rgb, cut.alpha);
    const Displacement displacement(pasted.wobble, static_cast<std::size_t>(t), cut.alpha.size(0), cut.alpha.size(1));
    const auto inverse = map.inverse();
    auto* const frame = scene.frames.mutable_data_ptr<std::uint8_t>() + t * rows * columns * 3;
    auto* const ids = scene.ids.mutable_data_ptr<std::uint8_t>() + t * rows * columns;
    for (auto row = region.top; row < region.bottom; ++row) {
        for (auto column = region.left; column < region.right; ++column) {
            const auto from = inverse({static_cast<double>(column), static_cast<double>(row)});
            auto x = static_cast<float>(from.x), y = static_cast<float>(from.y);
            displacement.apply(x, y);
            const float alpha = sampler.alpha(x, y);
            if (alpha <= 0)
                continue;
            const auto pixel = row * columns + column;
            blend(frame + pixel * 3, sampler.colour(), pasted.colour, alpha);
            if (alpha > kInside)
                ids[pixel] = id;
        }
    }
}

/// A hard cut-out gets a soft edge of one pixel.
at::Tensor softened(const at::Tensor& alpha) {
    const auto weights = gaussian_weights(1);
    const auto plane = alpha.to(at::kFloat).unsqueeze(0);
    return to_bytes(blur_columns(blur_rows(plane, weights), weights)).squeeze(0);
}

Wobble random_wobble(const CutOut& cut, const PasteRecipe& recipe, Random& random) {
    const auto side = static_cast<double>(std::min(cut.alpha.size(0), cut.alpha.size(1)));
    const double amplitude = random.uniform(recipe.wobble_size) * side;
    const auto grid = random.whole(recipe.wobble_grid);
    const auto coarse = at::empty({2, 2, grid, grid}, at::kFloat);
    auto* values = coarse.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < coarse.numel(); ++i)
        values[i] = static_cast<float>(random.normal(amplitude));
    Wobble wobble;
    wobble.fields = at::upsample_bicubic2d(coarse, {kField, kField}, /*align_corners=*/false);
    wobble.reach = wobble.fields.abs().amax({1, 2, 3}).sum().item<double>();
    wobble.phase = random.angle();
    wobble.speed = random.uniform(recipe.wobble_speed);
    return wobble;
}

}  // namespace

Sized sized(CutOut cut, double size) {
    auto h = static_cast<double>(cut.alpha.size(0)), w = static_cast<double>(cut.alpha.size(1));
    Sized result;
    result.scale = size / std::max(h, w * kWidthShare);
    result.width = w * result.scale;
    result.height = h * result.scale;
    if (result.scale < kShrinkBelow) {
        const auto rows = std::max<std::int64_t>(2, std::llround(result.height));
        const auto columns = std::max<std::int64_t>(2, std::llround(result.width));
        cut.rgb = resize_smooth(cut.rgb, rows, columns);
        cut.alpha = resize_smooth(cut.alpha, rows, columns);
        result.scale = 1;
    }
    result.cut = std::move(cut);
    return result;
}

Pasted dress(CutOut cut, std::vector<Affine> maps, const ClipRecipe& recipe, Random& random) {
    Pasted pasted;
    if (!cut.drawn)
        cut.alpha = softened(cut.alpha);
    if (random.chance(recipe.pasted.wobble))
        pasted.wobble = random_wobble(cut, recipe.pasted, random);
    pasted.colour = random_colour(recipe.photometric, recipe.pasted.colour, random);
    pasted.cut = std::move(cut);
    pasted.maps = std::move(maps);
    return pasted;
}

std::vector<Affine> drift(const Sized& what, Place where, bool flip, const ClipRecipe& recipe, Random& random) {
    const auto& numbers = recipe.pasted;
    const double speed = recipe.speed * random_speed(numbers.speed_sigma, numbers.still, random);
    const double size = std::max(what.height, what.width * kWidthShare) / static_cast<double>(recipe.height);
    const double velocity = random.uniform(numbers.move) * static_cast<double>(recipe.width) * speed *
                            std::min(1., std::sqrt(size) + 0.2);  // small things move less
    const double direction = random.angle(), warping = std::min(speed, 2.);
    const auto x = smooth_path(recipe.frames, velocity * std::cos(direction), recipe.path, random);
    const auto y = smooth_path(recipe.frames, velocity * std::sin(direction), recipe.path, random);
    const auto zoom = smooth_path(recipe.frames, random.normal(numbers.zoom) * warping, recipe.path, random);
    const auto turn = smooth_path(recipe.frames, random.normal(numbers.turn) * warping, recipe.path, random);
    const double tilt = random.normal(numbers.tilt);
    const auto then = static_cast<std::size_t>(random.below(recipe.frames));
    const Place centre{static_cast<double>(what.cut.alpha.size(1)) / 2,
                       static_cast<double>(what.cut.alpha.size(0)) / 2};
    std::vector<Affine> maps;
    for (std::size_t t = 0; t < x.size(); ++t)
        maps.push_back(similarity(centre, {where.x + x[t] - x[then], where.y + (y[t] - y[then]) * numbers.vertical},
                                  turn[t] + tilt, what.scale * std::exp(zoom[t] - zoom[then]), flip));
    return maps;
}

Pasted random_pasted(CutOut cut, const ClipRecipe& recipe, Random& random) {
    const auto& numbers = recipe.pasted;
    const auto most = cut.role == Role::kSingle ? numbers.most_single : numbers.most;
    const auto what =
        sized(std::move(cut), static_cast<double>(recipe.height) * random.log_uniform(numbers.least, most));
    const bool outside = random.chance(numbers.outside);
    const auto somewhere = [&](double length, double own) {
        if (outside)
            return random.uniform(-0.1 * own, length + 0.1 * own);
        return random.uniform(std::min(0.35 * own, length / 2), std::max(length - 0.35 * own, length / 2));
    };
    Place where;
    where.x = somewhere(static_cast<double>(recipe.width), what.width);
    where.y = somewhere(static_cast<double>(recipe.height), what.height);
    const bool flip = random.chance(numbers.flip);
    auto maps = drift(what, where, flip, recipe, random);
    return dress(what.cut, std::move(maps), recipe, random);
}

std::uint8_t paste(Scene& scene, const Pasted& pasted) {
    const auto id = scene.new_id();
    for (std::int64_t t = 0; id != 0 && t < scene.ids.size(0); ++t)
        paste_frame(scene, t, pasted, id);
    return id;
}

void add_pasted(Scene& scene, const std::vector<std::int64_t>& counts, const Pool& pool, const ClipRecipe& recipe,
                Random& random) {
    const auto count = random.choice(counts);
    for (std::int64_t i = 0; i < count; ++i)
        if (auto cut = pool.draw_cut_out(random))
            paste(scene, random_pasted(std::move(*cut), recipe, random));
}

}  // namespace ausm::train
