// SPDX-License-Identifier: MIT
// Block means joined by cubic B-splines. A row of blocks is first drawn out to the picture's width, once; a row of the
// picture is then a sum of four of those.
#include "elements/maskoverlay/effect_rows.h"

#include "elements/maskoverlay/samples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace ausm::gst::overlay {
namespace {

constexpr int kTaps = 4;
constexpr unsigned kOne = 1U << 16;

/// Of the blocks first, first + 1, ...; add up to kOne.
struct Weights {
    int first = 0;
    std::array<std::uint16_t, kTaps> taps{};
};

/// Of a cubic B-spline whose knots are the middles of the blocks, at the middle of a pixel.
Weights weights_at(int position, int block) {
    const double place = (position + 0.5) / block - 0.5;
    const double whole = std::floor(place), t = place - whole;
    const std::array<double, kTaps> values = {(1 - t) * (1 - t) * (1 - t) / 6, (3 * t * t * t - 6 * t * t + 4) / 6,
                                              (-3 * t * t * t + 3 * t * t + 3 * t + 1) / 6, t * t * t / 6};
    Weights weights{static_cast<int>(whole) - 1, {}};
    unsigned left = kOne;
    for (const std::size_t tap : {0U, 2U, 3U})
        left -= weights.taps[tap] = static_cast<std::uint16_t>(std::lround(values[tap] * kOne));
    weights.taps[1] = static_cast<std::uint16_t>(left);
    return weights;
}

std::vector<Weights> phases_of(int block) {
    std::vector<Weights> phases;
    for (int position = 0; position < block; ++position)
        phases.push_back(weights_at(position, block));
    return phases;
}

/// Of products of 16 and 16 bits the upper half, which is 16 bits again: vectors have an instruction for it. What is cut
/// off is less than 4 units, of which a sample's step has 64 or more.
template <typename Samples>
void mix_rows(Samples samples, const std::array<const std::uint16_t*, kTaps>& rows, const Weights& weights,
              std::uint8_t* __restrict to, int begin, int end) noexcept {
    const std::uint16_t* __restrict a = rows[0], * __restrict b = rows[1], * __restrict c = rows[2], * __restrict d = rows[3];
    const auto upper = [&](std::uint16_t value, std::size_t tap) {
        return static_cast<std::uint16_t>(std::uint32_t{value} * weights.taps[tap] >> 16);
    };
    constexpr int kFraction = 16 - Samples::kDepth;
    for (int i = begin; i < end; ++i) {
        const auto sum = static_cast<std::uint16_t>(upper(a[i], 0) + upper(b[i], 1) + upper(c[i], 2) + upper(d[i], 3));
        samples.put(to, i, static_cast<std::uint16_t>(sum + (1 << (kFraction - 1))) >> kFraction);
    }
}

template <typename Samples>
class BlurredRows : public EffectRows {
public:
    BlurredRows(BlockMeans means, const DrawPlane& plane, int width, const BlockSize& block)
        : samples_(plane), means_(std::move(means)), width_(width), block_(block), across_(phases_of(block.across)),
          down_(phases_of(block.down)), row_(static_cast<std::size_t>(width * plane.pixel_bytes())) {
        for (Wide& wide : wide_)
            wide.values.resize(static_cast<std::size_t>(width * means_.samples));
    }

    const std::uint8_t* row(int y, int begin, int end) override {
        Weights weights = down_[static_cast<std::size_t>(y % block_.down)];
        weights.first += y / block_.down;
        std::array<const std::uint16_t*, kTaps> rows{};
        for (int tap = 0; tap < kTaps; ++tap)
            rows[static_cast<std::size_t>(tap)] = wide(std::clamp(weights.first + tap, 0, means_.rows - 1));
        mix_rows(samples_, rows, weights, row_.data(), begin * means_.samples, end * means_.samples);
        return row_.data();
    }

private:
    struct Wide {
        int block_row = -1;
        std::vector<std::uint16_t> values;
    };

    const std::uint16_t* wide(int block_row) {
        Wide& wide = wide_[static_cast<std::size_t>(block_row % kTaps)];
        if (wide.block_row != block_row) {
            widen(means_.row(block_row), wide.values.data());
            wide.block_row = block_row;
        }
        return wide.values.data();
    }

    void widen(const std::uint16_t* means, std::uint16_t* to) const {
        for (int x = 0; x < width_; ++x) {
            const Weights& weights = across_[static_cast<std::size_t>(x % block_.across)];
            const int first = weights.first + x / block_.across;
            std::array<const std::uint16_t*, kTaps> blocks{};
            for (int tap = 0; tap < kTaps; ++tap)
                blocks[static_cast<std::size_t>(tap)] =
                    means + std::clamp(first + tap, 0, means_.columns - 1) * means_.samples;
            for (int sample = 0; sample < means_.samples; ++sample) {
                std::uint32_t sum = kOne / 2;
                for (std::size_t tap = 0; tap < kTaps; ++tap)
                    sum += std::uint32_t{blocks[tap][sample]} * weights.taps[tap];
                *to++ = static_cast<std::uint16_t>(sum >> 16);
            }
        }
    }

    Samples samples_;
    BlockMeans means_;
    int width_;
    BlockSize block_;
    std::vector<Weights> across_, down_;  ///< of the pixels of a block, relative to it
    std::array<Wide, kTaps> wide_;
    std::vector<std::uint8_t> row_;
};

}  // namespace

std::unique_ptr<EffectRows> blurred_rows(BlockMeans means, const DrawPlane& plane, int width, const BlockSize& block) {
    if (plane.depth > 8)
        return std::make_unique<BlurredRows<WordSamples>>(std::move(means), plane, width, block);
    return std::make_unique<BlurredRows<ByteSamples>>(std::move(means), plane, width, block);
}

}  // namespace ausm::gst::overlay
