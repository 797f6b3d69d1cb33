// SPDX-License-Identifier: MIT
// What a plane's pixels are replaced by, row by row.
#include "elements/maskoverlay/effect_rows.h"

#include "elements/maskoverlay/samples.h"

#include <algorithm>
#include <utility>

namespace ausm::gst::overlay {
namespace {

template <typename Samples>
class PixelatedRows : public EffectRows {
public:
    PixelatedRows(BlockMeans means, const DrawPlane& plane, int width, const BlockSize& block)
        : samples_(plane), means_(std::move(means)), block_(block), width_(width),
          row_(static_cast<std::size_t>(width * plane.pixel_bytes())) {}

    const std::uint8_t* row(int y, int, int) override {
        const int block_row = std::min(y / block_.down, means_.rows - 1);
        if (block_row != drawn_)
            draw(drawn_ = block_row);
        return row_.data();
    }

private:
    void draw(int block_row) {
        const std::uint16_t* means = means_.row(block_row);
        int at = 0;
        for (int column = 0; column < means_.columns; ++column, means += means_.samples) {
            const int end = column + 1 < means_.columns ? (column + 1) * block_.across : width_;
            for (int x = column * block_.across; x < end; ++x)
                for (int sample = 0; sample < means_.samples; ++sample)
                    samples_.put(row_.data(), at++, rounded<Samples>(means[sample]));
        }
    }

    Samples samples_;
    BlockMeans means_;
    BlockSize block_;
    int width_, drawn_ = -1;
    std::vector<std::uint8_t> row_;
};

class SolidRows : public EffectRows {
public:
    SolidRows(const DrawPlane& plane, int width, const Colour& colour)
        : row_(static_cast<std::size_t>(width * plane.pixel_bytes())) {
        with_samples(plane, [&](auto samples) {
            for (std::size_t component = 0; component < colour.size(); ++component)
                for (int x = 0; plane.offsets[component] >= 0 && x < width; ++x)
                    samples.put(row_.data(), x * plane.step + plane.offsets[component],
                                samples.scaled(colour[component]));
        });
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

std::unique_ptr<EffectRows> pixelated_rows(BlockMeans means, const DrawPlane& plane, int width,
                                           const BlockSize& block) {
    if (plane.depth > 8)
        return std::make_unique<PixelatedRows<WordSamples>>(std::move(means), plane, width, block);
    return std::make_unique<PixelatedRows<ByteSamples>>(std::move(means), plane, width, block);
}

std::unique_ptr<EffectRows> solid_rows(const DrawPlane& plane, int width, const Colour& colour) {
    return std::make_unique<SolidRows>(plane, width, colour);
}

std::unique_ptr<EffectRows> picture_rows(const DrawPlane& plane) { return std::make_unique<PictureRows>(plane); }

}  // namespace ausm::gst::overlay
