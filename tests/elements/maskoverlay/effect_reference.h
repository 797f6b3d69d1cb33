// SPDX-License-Identifier: MIT
// The effects of maskoverlay, plain and slow: every component by itself, in double precision.
#pragma once

#include "overlay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace ausm::test {

/// The samples of one component of a picture.
class Component {
public:
    Component(GstVideoFrame* frame, guint index)
        : width(GST_VIDEO_FRAME_COMP_WIDTH(frame, index)), height(GST_VIDEO_FRAME_COMP_HEIGHT(frame, index)),
          size(1 << GST_VIDEO_FORMAT_INFO_W_SUB(frame->info.finfo, index)),
          data_(GST_VIDEO_FRAME_COMP_DATA(frame, index)), stride_(GST_VIDEO_FRAME_COMP_STRIDE(frame, index)),
          step_(GST_VIDEO_FRAME_COMP_PSTRIDE(frame, index)) {}

    guint8& at(int x, int y) const { return data_[y * stride_ + x * step_]; }

    int width, height;
    int size;  ///< pixels of the picture that share a sample, in each direction

private:
    guint8* data_;
    int stride_, step_;
};

/// Means of blocks; the last ones take what is left over.
class Means {
public:
    Means(const Component& from, int block)
        : columns(std::max(from.width / block, 1)), rows(std::max(from.height / block, 1)),
          values_(static_cast<std::size_t>(columns * rows)), block_(block) {
        std::vector<double> counts(values_.size());
        for (int y = 0; y < from.height; ++y)
            for (int x = 0; x < from.width; ++x) {
                values_[index(x / block, y / block)] += from.at(x, y);
                ++counts[index(x / block, y / block)];
            }
        for (std::size_t i = 0; i < values_.size(); ++i)
            values_[i] /= counts[i];
    }

    double pixelated(int x, int y) const { return values_[index(x / block_, y / block_)]; }
    double blurred(int x, int y) const {
        const double across = (x + 0.5) / block_ - 0.5, down = (y + 0.5) / block_ - 0.5;
        const int left = static_cast<int>(std::floor(across)) - 1, top = static_cast<int>(std::floor(down)) - 1;
        double sum = 0;
        for (int row = top; row < top + 4; ++row)
            for (int column = left; column < left + 4; ++column)
                sum += values_[index(column, row)] * spline(across - column) * spline(down - row);
        return sum;
    }

    int columns, rows;

private:
    /// Outside of the picture as at its edge.
    std::size_t index(int column, int row) const {
        return static_cast<std::size_t>(std::clamp(row, 0, rows - 1) * columns + std::clamp(column, 0, columns - 1));
    }
    static double spline(double t) {
        t = std::abs(t);
        return t < 1 ? (4 - 6 * t * t + 3 * t * t * t) / 6 : t < 2 ? (2 - t) * (2 - t) * (2 - t) / 6 : 0;
    }

    std::vector<double> values_;
    int block_;
};

struct EffectCase {
    const char* name;
    double strength = 0.1;
    std::array<int, 3> colour{};  ///< of solid, as the picture stores it
};

/// 0 to 255 for a pixel of the picture.
using Alpha = std::function<int(int x, int y)>;

/// Where the largest alpha of the pixels of each sample says so, the effect is laid over the picture.
inline Bytes with_effect(const Buffer& buffer, const GstVideoInfo& info, const EffectCase& effect, const Alpha& alpha) {
    Buffer copy(gst_buffer_copy_deep(buffer.get()));
    GstVideoFrame frame;
    EXPECT_TRUE(gst_video_frame_map(&frame, &info, copy.get(), GST_MAP_READWRITE));
    const int block = std::max(8, static_cast<int>(std::lround(info.height * effect.strength / 2)) * 2);
    for (guint i = 0; i < std::min(GST_VIDEO_FRAME_N_COMPONENTS(&frame), 3U); ++i) {
        const Component component(&frame, i);
        const Means means(component, block / component.size);
        const bool solid = effect.name == std::string("solid") || info.width * info.height < 64;
        for (int y = 0; y < component.height; ++y)
            for (int x = 0; x < component.width; ++x) {
                int share = 0;
                for (int row = y * component.size; row < std::min((y + 1) * component.size, info.height); ++row)
                    for (int column = x * component.size; column < std::min((x + 1) * component.size, info.width);
                         ++column)
                        share = std::max(share, alpha(column, row));
                const double value = solid                                ? effect.colour[i]
                                     : effect.name == std::string("blur") ? means.blurred(x, y)
                                                                          : means.pixelated(x, y);
                guint8& sample = component.at(x, y);
                sample = static_cast<guint8>(std::lround((sample * (255 - share) + value * share) / 255));
            }
    }
    gst_video_frame_unmap(&frame);
    return bytes(copy);
}

/// The largest difference of two bytes; 256 when the sizes differ.
inline int difference(const Bytes& a, const Bytes& b) {
    int most = a.size() == b.size() ? 0 : 256;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

}  // namespace ausm::test
