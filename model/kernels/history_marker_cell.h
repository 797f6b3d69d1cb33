// SPDX-License-Identifier: MIT
// What the history marker and its gradient share on the CPU: one cell of the history grid, and rows of channels.
#pragma once

#include "kernels/history_marker.h"

namespace ausm {

/// Channels per slice: their sums stay in the first-level cache.
inline constexpr std::int64_t kMarkerSlice = 256;

struct MarkerCell {
    std::int64_t batch, row, column;
};

/// index: (b * rows + row) * columns + column.
template <class Scalar>
AUSM_KERNEL_INLINE MarkerCell marker_cell(const HistoryMarkerParams<Scalar>& p, std::int64_t index) noexcept {
    return {index / (p.rows * p.columns), index / p.columns % p.rows, index % p.columns};
}

/// Mean of one object's mask over the r x r block of the cell.
template <class Scalar>
AUSM_KERNEL_INLINE Compute<Scalar> marker_mean(const HistoryMarkerParams<Scalar>& p, const MarkerCell& cell,
                                               std::int64_t object) noexcept {
    const Scalar* corner = p.masks + cell.batch * p.mask_batch_stride + object * p.mask_object_stride +
                           cell.row * p.ratio * p.mask_row_stride + cell.column * p.ratio;
    Compute<Scalar> sum(0);
    for (std::int64_t y = 0; y < p.ratio; ++y) {
        for (std::int64_t x = 0; x < p.ratio; ++x)
            sum += widen(corner[y * p.mask_row_stride + x]);
    }
    return sum / static_cast<Compute<Scalar>>(p.ratio * p.ratio);
}

/// sum[i] += weight * row[i], `width` of them.
template <class Scalar>
AUSM_KERNEL_INLINE void add_weighted(Compute<Scalar>* __restrict sum, const Scalar* __restrict row,
                                     Compute<Scalar> weight, std::int64_t width) noexcept {
    for (std::int64_t i = 0; i < width; ++i)
        sum[i] += weight * widen(row[i]);
}

}  // namespace ausm
