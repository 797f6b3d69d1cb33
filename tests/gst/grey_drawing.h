// SPDX-License-Identifier: MIT
// Draws grey masks as people hand them in: hard, smoothed, scaled, blurred, compressed.
#pragma once

#include "gst/gstausmmask.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace ausm::test {

/// Grey levels between black and 255 that are rounded when all is drawn.
class GreyDrawing {
public:
    GreyDrawing(int width, int height) : width_(width), height_(height), levels_(size(width, height)) {}

    /// A disc over what is there; its edge rises over `soft` pixels, 0: hard.
    GreyDrawing& disc(double x, double y, double radius, double level, double soft = 0) {
        for (int row = 0; row < height_; ++row)
            for (int column = 0; column < width_; ++column) {
                const double inside = radius - std::hypot(column + 0.5 - x, row + 0.5 - y);
                const double cover = soft > 0 ? std::clamp(0.5 + inside / soft, 0.0, 1.0) : inside >= 0 ? 1 : 0;
                at(column, row) += cover * (level - at(column, row));
            }
        return *this;
    }
    GreyDrawing& box(int left, int top, int right, int bottom, double level) {
        for (int row = top; row < bottom; ++row)
            std::fill(&at(left, row), &at(left, row) + (right - left), level);
        return *this;
    }
    /// Mean of each 2x2 block.
    [[nodiscard]] GreyDrawing halved() const {
        GreyDrawing half(width_ / 2, height_ / 2);
        for (int row = 0; row < half.height_; ++row)
            for (int column = 0; column < half.width_; ++column)
                half.at(column, row) = (at(2 * column, 2 * row) + at(2 * column + 1, 2 * row) +
                                        at(2 * column, 2 * row + 1) + at(2 * column + 1, 2 * row + 1)) /
                                       4;
        return half;
    }
    /// Twice as large, linear between the pixels' centres.
    [[nodiscard]] GreyDrawing doubled() const {
        GreyDrawing twice(width_ * 2, height_ * 2);
        for (int row = 0; row < twice.height_; ++row)
            for (int column = 0; column < twice.width_; ++column)
                twice.at(column, row) = between((column - 0.5) / 2, (row - 0.5) / 2);
        return twice;
    }
    /// A Gaussian along both sides.
    [[nodiscard]] GreyDrawing blurred(double sigma) const { return smeared(sigma, true).smeared(sigma, false); }
    /// 8x8 blocks of which only the lower frequencies are kept, in steps, as JPEG does.
    [[nodiscard]] GreyDrawing compressed(double step) const;
    /// The levels as they are stored: 0 .. white of 255.
    [[nodiscard]] gst::MaskImage image(int white = 255) const {
        gst::MaskImage image{width_, height_, {}};
        for (const double level : levels_)
            image.values.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(level, 0.0, 255.0) * white / 255)));
        return image;
    }

private:
    static std::size_t size(int width, int height) {
        return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    }
    [[nodiscard]] double& at(int x, int y) {
        return levels_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)];
    }
    [[nodiscard]] double at(int x, int y) const { return const_cast<GreyDrawing*>(this)->at(x, y); }
    /// The edges go on outside.
    [[nodiscard]] double near(int x, int y) const {
        return at(std::clamp(x, 0, width_ - 1), std::clamp(y, 0, height_ - 1));
    }
    [[nodiscard]] double between(double x, double y) const {
        const int left = static_cast<int>(std::floor(x)), top = static_cast<int>(std::floor(y));
        const double right = x - left, down = y - top;
        return (1 - down) * ((1 - right) * near(left, top) + right * near(left + 1, top)) +
               down * ((1 - right) * near(left, top + 1) + right * near(left + 1, top + 1));
    }
    [[nodiscard]] GreyDrawing smeared(double sigma, bool across) const {
        GreyDrawing result(width_, height_);
        const int reach = static_cast<int>(4 * sigma);
        for (int row = 0; row < height_; ++row)
            for (int column = 0; column < width_; ++column) {
                double sum = 0, weights = 0;
                for (int i = -reach; i <= reach; ++i) {
                    const double weight = std::exp(-i * i / (2 * sigma * sigma));
                    sum += weight * (across ? near(column + i, row) : near(column, row + i));
                    weights += weight;
                }
                result.at(column, row) = sum / weights;
            }
        return result;
    }

    int width_, height_;
    std::vector<double> levels_;
};

inline GreyDrawing GreyDrawing::compressed(double step) const {
    const auto wave = [](int place, int frequency) {
        return (frequency == 0 ? std::sqrt(0.125) : 0.5) *
               std::cos((2 * place + 1) * frequency * std::numbers::pi / 16);
    };
    GreyDrawing result(width_, height_);
    for (int top = 0; top < height_; top += 8)
        for (int left = 0; left < width_; left += 8)
            for (int v = 0; v < 8; ++v)
                for (int u = 0; u < 8; ++u) {
                    double amount = 0;
                    for (int y = 0; y < 8; ++y)
                        for (int x = 0; x < 8; ++x)
                            amount += near(left + x, top + y) * wave(x, u) * wave(y, v);
                    const double unit = step * (1 + u + v);  // high frequencies in coarser steps
                    amount = std::round(amount / unit) * unit;
                    for (int y = 0; y < std::min(8, height_ - top); ++y)
                        for (int x = 0; x < std::min(8, width_ - left); ++x)
                            result.at(left + x, top + y) += amount * wave(x, u) * wave(y, v);
                }
    return result;
}

}  // namespace ausm::test
