// SPDX-License-Identifier: MIT
// In float, which differs from libjpeg's whole numbers by one level at most before colours are mixed.
#include "train/data/jpeg_planes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ausm::train {
namespace {

/// [frequency][place]
using Basis = std::array<std::array<float, 8>, 8>;

const Basis& basis() {
    static const Basis table = [] {
        Basis b{};
        for (std::size_t u = 0; u < 8; ++u)
            for (std::size_t x = 0; x < 8; ++x)
                b[u][x] = static_cast<float>((u == 0 ? std::sqrt(0.125) : 0.5) *
                                             std::cos(static_cast<double>((2 * x + 1) * u) * std::numbers::pi / 16));
        return b;
    }();
    return table;
}

std::uint8_t clamped(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }
std::uint8_t rounded(float value) { return static_cast<std::uint8_t>(std::clamp(value, 0.F, 255.F) + 0.5F); }

/// One row of a half-size plane, twice as wide and between its two nearest rows.
class FinerRow {
public:
    FinerRow(const JpegPlane& plane, int width, int height)
        : plane_(plane), columns_((width + 1) / 2), rows_((height + 1) / 2) {
        sums_.resize(static_cast<std::size_t>(columns_));
        row_.resize(static_cast<std::size_t>(2 * columns_));
    }

    const std::uint8_t* at(int y) {
        const auto* near = line(y / 2);
        const auto* far = line(std::clamp(y % 2 == 0 ? y / 2 - 1 : y / 2 + 1, 0, rows_ - 1));
        // libjpeg repeats the samples of planes that are this narrow.
        if (columns_ <= 2) {
            for (std::size_t x = 0; x < row_.size(); ++x)
                row_[x] = near[x / 2];
            return row_.data();
        }
        for (std::size_t c = 0; c < sums_.size(); ++c)
            sums_[c] = 3 * near[c] + far[c];
        for (std::size_t c = 0; c < sums_.size(); ++c) {
            const auto left = sums_[c == 0 ? 0 : c - 1], right = sums_[std::min(c + 1, sums_.size() - 1)];
            row_[2 * c] = static_cast<std::uint8_t>((3 * sums_[c] + left + 8) >> 4);
            row_[2 * c + 1] = static_cast<std::uint8_t>((3 * sums_[c] + right + 7) >> 4);
        }
        return row_.data();
    }

private:
    [[nodiscard]] const std::uint8_t* line(int row) const {
        return plane_.samples.data() + static_cast<std::size_t>(row) * plane_.stride;
    }

    const JpegPlane& plane_;
    int columns_, rows_;
    std::vector<int> sums_;
    std::vector<std::uint8_t> row_;
};

}  // namespace

void inverse_transform(const std::array<float, 64>& coefficients, int last, std::uint8_t* out, std::size_t stride) {
    if (last == 0) {
        const auto grey = rounded(coefficients[0] / 8 + 128);
        for (std::size_t y = 0; y < 8; ++y)
            std::fill_n(out + y * stride, 8, grey);
        return;
    }
    const auto& b = basis();
    const auto used = static_cast<std::size_t>(last / 8) + 1;  // rows of frequencies that are not all zero
    std::array<std::array<float, 8>, 8> rows{};
    for (std::size_t v = 0; v < used; ++v)
        for (std::size_t u = 0; u < 8; ++u)
            if (const auto value = coefficients[v * 8 + u]; value != 0)
                for (std::size_t x = 0; x < 8; ++x)
                    rows[v][x] += value * b[u][x];
    for (std::size_t y = 0; y < 8; ++y) {
        std::array<float, 8> line;
        line.fill(128);
        for (std::size_t v = 0; v < used; ++v)
            for (std::size_t x = 0; x < 8; ++x)
                line[x] += rows[v][x] * b[v][y];
        std::transform(line.begin(), line.end(), out + y * stride, rounded);
    }
}

void write_rgb(const std::array<JpegPlane, 3>& planes, bool half, int width, int height, std::uint8_t* rgb) {
    constexpr int kHalf = 1 << 15, kCrToR = 91881, kCbToG = 22554, kCrToG = 46802, kCbToB = 116130;  // of 65536
    FinerRow cb(planes[1], width, height), cr(planes[2], width, height);
    for (int y = 0; y < height; ++y) {
        const auto at = [&](std::size_t plane) {
            return planes[plane].samples.data() + static_cast<std::size_t>(y) * planes[plane].stride;
        };
        const auto* luma = at(0);
        const auto* blue = half ? cb.at(y) : at(1);
        const auto* red = half ? cr.at(y) : at(2);
        for (int x = 0; x < width; ++x, rgb += 3) {
            const int b = blue[x] - 128, r = red[x] - 128;
            rgb[0] = clamped(luma[x] + ((kCrToR * r + kHalf) >> 16));
            rgb[1] = clamped(luma[x] + ((-kCbToG * b - kCrToG * r + kHalf) >> 16));
            rgb[2] = clamped(luma[x] + ((kCbToB * b + kHalf) >> 16));
        }
    }
}

}  // namespace ausm::train
