// SPDX-License-Identifier: MIT
// Sums down the columns first, which reads every byte once and side by side; the few sums are then added up per block.
#include "elements/maskoverlay/block_means.h"

#include <algorithm>

namespace ausm::gst::overlay {
namespace {

constexpr int kRowsIn16Bits = 257;  // of bytes

void add_row(std::uint16_t* __restrict sums, const std::uint8_t* __restrict row, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        sums[i] = static_cast<std::uint16_t>(sums[i] + row[i]);
}

void add_sums(std::uint32_t* __restrict sums, std::uint16_t* __restrict part, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        sums[i] += part[i];
        part[i] = 0;
    }
}

/// Sums of columns over some rows; 32 bits are enough for 16 million of them.
class ColumnSums {
public:
    explicit ColumnSums(std::size_t count) : part_(count), sums_(count) {}

    const std::vector<std::uint32_t>& of(const DrawPlane& plane, int begin, int end) {
        std::fill(sums_.begin(), sums_.end(), 0U);
        for (int y = begin; y < end;) {
            const int stop = std::min(end, y + kRowsIn16Bits);
            for (; y < stop; ++y)
                add_row(part_.data(), plane.row(y), part_.size());
            add_sums(sums_.data(), part_.data(), part_.size());
        }
        return sums_;
    }

private:
    std::vector<std::uint16_t> part_;
    std::vector<std::uint32_t> sums_;
};

}  // namespace

BlockMeans block_means(const DrawPlane& plane, int width, int height, int block) {
    const auto pieces = [block](int size) { return std::max(size / block, 1); };
    BlockMeans means{pieces(height), pieces(width), plane.step, {}};
    means.values.reserve(static_cast<std::size_t>(means.rows) * static_cast<std::size_t>(means.columns * means.bytes));
    ColumnSums columns(static_cast<std::size_t>(width * plane.step));
    for (int row = 0; row < means.rows; ++row) {
        const int y = row * block, rows = row + 1 < means.rows ? block : height - y;
        const std::uint32_t* sums = columns.of(plane, y, y + rows).data();
        for (int column = 0; column < means.columns; ++column) {
            const int x = column * block, wide = column + 1 < means.columns ? block : width - x;
            const std::uint64_t count = static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(wide);
            for (int byte = 0; byte < plane.step; ++byte) {
                std::uint64_t sum = 0;
                for (int i = 0; i < wide; ++i)
                    sum += sums[(x + i) * plane.step + byte];
                means.values.push_back(static_cast<std::uint16_t>((256 * sum + count / 2) / count));
            }
        }
    }
    return means;
}

}  // namespace ausm::gst::overlay
