// SPDX-License-Identifier: MIT
// Sums down the columns first, which reads every byte once and side by side; the few sums are then added up per block.
#include "elements/maskoverlay/block_means.h"

#include "elements/maskoverlay/samples.h"

#include <algorithm>

namespace ausm::gst::overlay {
namespace {

template <typename Samples>
void add_row(Samples samples, std::uint16_t* __restrict sums, const std::uint8_t* __restrict row, int count) noexcept {
    for (int i = 0; i < count; ++i)
        sums[i] = static_cast<std::uint16_t>(sums[i] + samples.get(row, i));
}

void add_sums(std::uint32_t* __restrict sums, std::uint16_t* __restrict part, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        sums[i] += part[i];
        part[i] = 0;
    }
}

/// Sums of columns over some rows; 32 bits are enough for 4 million of them.
class ColumnSums {
public:
    explicit ColumnSums(std::size_t count) : part_(count), sums_(count) {}

    template <typename Samples>
    const std::vector<std::uint32_t>& of(Samples samples, const DrawPlane& plane, int begin, int end) {
        constexpr int kRowsIn16Bits = 65535 >> Samples::kDepth;
        std::fill(sums_.begin(), sums_.end(), 0U);
        for (int y = begin; y < end;) {
            const int stop = std::min(end, y + kRowsIn16Bits);
            for (; y < stop; ++y)
                add_row(samples, part_.data(), plane.row(y), static_cast<int>(part_.size()));
            add_sums(sums_.data(), part_.data(), part_.size());
        }
        return sums_;
    }

private:
    std::vector<std::uint16_t> part_;
    std::vector<std::uint32_t> sums_;
};

template <typename Samples>
BlockMeans means_of(Samples samples, const DrawPlane& plane, int width, int height, const BlockSize& block) {
    BlockMeans means{std::max(height / block.down, 1), std::max(width / block.across, 1), plane.step, {}};
    means.values.reserve(static_cast<std::size_t>(means.rows) *
                         static_cast<std::size_t>(means.columns * means.samples));
    ColumnSums columns(static_cast<std::size_t>(width * plane.step));
    for (int row = 0; row < means.rows; ++row) {
        const int y = row * block.down, rows = row + 1 < means.rows ? block.down : height - y;
        const std::uint32_t* sums = columns.of(samples, plane, y, y + rows).data();
        for (int column = 0; column < means.columns; ++column) {
            const int x = column * block.across, wide = column + 1 < means.columns ? block.across : width - x;
            const std::uint64_t count = static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(wide);
            for (int sample = 0; sample < plane.step; ++sample) {
                std::uint64_t sum = 0;
                for (int i = 0; i < wide; ++i)
                    sum += sums[(x + i) * plane.step + sample];
                means.values.push_back(
                    static_cast<std::uint16_t>(((sum << (16 - Samples::kDepth)) + count / 2) / count));
            }
        }
    }
    return means;
}

}  // namespace

BlockMeans block_means(const DrawPlane& plane, int width, int height, const BlockSize& block) {
    BlockMeans means;
    with_samples(plane, [&](auto samples) { means = means_of(samples, plane, width, height, block); });
    return means;
}

}  // namespace ausm::gst::overlay
