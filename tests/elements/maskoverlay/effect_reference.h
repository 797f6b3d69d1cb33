// SPDX-License-Identifier: MIT
// The effects of maskoverlay, plain and slow: every component by itself, in double precision.
#pragma once

#include "overlay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace ausm::test {

/// Means of blocks; the last ones take what is left over.
class Means {
public:
    Means(const Component& from, int block)
        : across_(block / from.across), down_(block / from.down), columns_(std::max(from.width / across_, 1)),
          rows_(std::max(from.height / down_, 1)), values_(static_cast<std::size_t>(columns_ * rows_)) {
        std::vector<double> counts(values_.size());
        for (int y = 0; y < from.height; ++y)
            for (int x = 0; x < from.width; ++x) {
                values_[index(x / across_, y / down_)] += from.get(x, y);
                ++counts[index(x / across_, y / down_)];
            }
        for (std::size_t i = 0; i < values_.size(); ++i)
            values_[i] /= counts[i];
    }

    double pixelated(int x, int y) const { return values_[index(x / across_, y / down_)]; }
    double blurred(int x, int y) const {
        const double across = (x + 0.5) / across_ - 0.5, down = (y + 0.5) / down_ - 0.5;
        const int left = static_cast<int>(std::floor(across)) - 1, top = static_cast<int>(std::floor(down)) - 1;
        double sum = 0;
        for (int row = top; row < top + 4; ++row)
            for (int column = left; column < left + 4; ++column)
                sum += values_[index(column, row)] * spline(across - column) * spline(down - row);
        return sum;
    }

private:
    /// Outside of the picture as at its edge.
    std::size_t index(int column, int row) const {
        return static_cast<std::size_t>(std::clamp(row, 0, rows_ - 1) * columns_ + std::clamp(column, 0, columns_ - 1));
    }
    static double spline(double t) {
        t = std::abs(t);
        return t < 1 ? (4 - 6 * t * t + 3 * t * t * t) / 6 : t < 2 ? (2 - t) * (2 - t) * (2 - t) / 6 : 0;
    }

    int across_, down_;  ///< samples of a block
    int columns_, rows_;
    std::vector<double> values_;
};

/// The cells of a map that a pixel touches, one of them meant: both as intervals of the picture's width and height.
inline bool covers(const ausm::Result& map, const GstVideoInfo& info, int x, int y,
                   const std::function<bool(int)>& meant) {
    for (int row = y * map.map_height / info.height; row * info.height < (y + 1) * map.map_height; ++row)
        for (int column = x * map.map_width / info.width; column * info.width < (x + 1) * map.map_width; ++column)
            if (meant(map.map[static_cast<std::size_t>(row * map.map_width + column)]))
                return true;
    return false;
}

struct EffectCase {
    const char* name;
    double strength = 0.1;
    std::array<int, 3> colour{};  ///< of solid, as the picture stores it
};

/// 0 to 255 for a pixel of the picture.
using Alpha = std::function<int(int x, int y)>;

/// Where the largest alpha of the pixels of each sample says so, the effect is laid over the picture.
inline Buffer with_effect(const Buffer& buffer, const GstVideoInfo& info, const EffectCase& effect,
                          const Alpha& alpha) {
    Buffer copy(gst_buffer_copy_deep(buffer.get()));
    const Mapped mapped(copy, info);
    const int block = std::max(8, static_cast<int>(std::lround(info.height * effect.strength / 2)) * 2);
    const bool solid = effect.name == std::string("solid") || info.width * info.height < 64;
    for (std::size_t i = 0; i < mapped.components.size(); ++i) {
        const Component& component = mapped.components[i];
        const Means means(component, block);
        for (int y = 0; y < component.height; ++y)
            for (int x = 0; x < component.width; ++x) {
                int share = 0;
                component.each_pixel(x, y, info,
                                     [&](int column, int row) { share = std::max(share, alpha(column, row)); });
                const double value = solid                                ? effect.colour[i] * component.unit
                                     : effect.name == std::string("blur") ? means.blurred(x, y)
                                                                          : means.pixelated(x, y);
                component.set(
                    x, y, static_cast<int>(std::lround((component.get(x, y) * (255 - share) + value * share) / 255)));
            }
    }
    return copy;
}

/// The largest difference of two samples; 10000 when a byte differs that no component has.
inline int difference(const Buffer& a, const Buffer& b, const GstVideoInfo& info) {
    const Buffer first(gst_buffer_copy_deep(a.get())), second(gst_buffer_copy_deep(b.get()));
    int most = 0;
    {
        const Mapped one(first, info), other(second, info);
        for (std::size_t i = 0; i < one.components.size(); ++i)
            for (int y = 0; y < one.components[i].height; ++y)
                for (int x = 0; x < one.components[i].width; ++x) {
                    const Component &here = one.components[i], &there = other.components[i];
                    most = std::max(most, std::abs(here.get(x, y) - there.get(x, y)));
                    here.set(x, y, 0);
                    there.set(x, y, 0);
                }
    }
    return bytes(first) == bytes(second) ? most : 10000;
}

}  // namespace ausm::test
