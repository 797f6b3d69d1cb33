// SPDX-License-Identifier: MIT
// What a plane's pixels are replaced by, row by row.
#include "elements/maskoverlay/effect_rows.h"

#include <algorithm>
#include <utility>

namespace ausm::gst::overlay {
namespace {

class PixelatedRows : public EffectRows {
public:
    PixelatedRows(BlockMeans means, int width, int block)
        : means_(std::move(means)), block_(block), row_(static_cast<std::size_t>(width * means_.bytes)) {}

    const std::uint8_t* row(int y, int, int) override {
        const int block_row = std::min(y / block_, means_.rows - 1);
        if (block_row != drawn_)
            draw(drawn_ = block_row);
        return row_.data();
    }

private:
    void draw(int block_row) {
        const std::uint16_t* means = means_.row(block_row);
        const auto bytes = static_cast<std::size_t>(means_.bytes), wide = static_cast<std::size_t>(block_) * bytes;
        for (std::size_t i = 0; i < row_.size(); ++i) {
            const std::size_t column = std::min(i / wide, static_cast<std::size_t>(means_.columns) - 1);
            row_[i] = static_cast<std::uint8_t>((means[column * bytes + i % bytes] + 128) >> 8);
        }
    }

    BlockMeans means_;
    int block_, drawn_ = -1;
    std::vector<std::uint8_t> row_;
};

class SolidRows : public EffectRows {
public:
    SolidRows(const DrawPlane& plane, int width, const Colour& colour)
        : row_(static_cast<std::size_t>(width * plane.step)) {
        for (std::size_t component = 0; component < colour.size(); ++component)
            if (plane.offsets[component] >= 0)
                for (int x = 0; x < width; ++x)
                    row_[static_cast<std::size_t>(x * plane.step + plane.offsets[component])] = colour[component];
    }

    const std::uint8_t* row(int, int, int) override { return row_.data(); }

private:
    std::vector<std::uint8_t> row_;
};

class PictureRows : public EffectRows {
public:
    explicit PictureRows(const DrawPlane& plane) : plane_(plane) {}

    const std::uint8_t* row(int y, int, int) override { return plane_.row(y); }

private:
    DrawPlane plane_;
};

}  // namespace

std::unique_ptr<EffectRows> pixelated_rows(BlockMeans means, int width, int block) {
    return std::make_unique<PixelatedRows>(std::move(means), width, block);
}

std::unique_ptr<EffectRows> solid_rows(const DrawPlane& plane, int width, const Colour& colour) {
    return std::make_unique<SolidRows>(plane, width, colour);
}

std::unique_ptr<EffectRows> picture_rows(const DrawPlane& plane) { return std::make_unique<PictureRows>(plane); }

}  // namespace ausm::gst::overlay
