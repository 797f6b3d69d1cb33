// SPDX-License-Identifier: MIT
// History marker: the plain reference and the path that is vectorised over channels.
#include "kernels/history_marker.h"

#include <algorithm>

#include "kernels/cpu_dispatch.h"

namespace ausm {
namespace {

struct Cell {
    std::int64_t batch, row, column;
};

template <class Scalar>
AUSM_KERNEL_INLINE Cell cell_at(const HistoryMarkerParams<Scalar>& p, std::int64_t index) noexcept {
    return {index / (p.rows * p.columns), index / p.columns % p.rows, index % p.columns};
}

template <class Scalar>
AUSM_KERNEL_INLINE Scalar* out_row(const HistoryMarkerParams<Scalar>& p, const Cell& cell) noexcept {
    return p.out + cell.batch * p.out_batch_stride + (cell.row * p.columns + cell.column) * p.out_cell_stride;
}

template <class Scalar>
AUSM_KERNEL_INLINE Scalar cell_mean(const HistoryMarkerParams<Scalar>& p, const Cell& cell,
                                    std::int64_t object) noexcept {
    const Scalar* corner = p.masks + cell.batch * p.mask_batch_stride + object * p.mask_object_stride +
                           cell.row * p.ratio * p.mask_row_stride + cell.column * p.ratio;
    Scalar sum(0);
    for (std::int64_t y = 0; y < p.ratio; ++y) {
        for (std::int64_t x = 0; x < p.ratio; ++x)
            sum += corner[y * p.mask_row_stride + x];
    }
    return sum / static_cast<Scalar>(p.ratio * p.ratio);
}

}  // namespace

// m_k = mean of mask k over the r x r block of the cell
// out = sum_k m_k v_k / max(1, sum_k m_k)
// The divisor keeps weak masks weak; the paper's eps + sum would turn a mask of 1e-4 into a full mark.
template <class Scalar>
void history_marker_reference(const HistoryMarkerParams<Scalar>& p, std::int64_t begin, std::int64_t end) noexcept {
    for (std::int64_t index = begin; index < end; ++index) {
        const Cell cell = cell_at(p, index);
        Scalar* out = out_row(p, cell);
        Scalar total(0);
        std::fill_n(out, p.channels, Scalar(0));
        for (std::int64_t k = 0; k < p.objects; ++k) {
            const Scalar mean = cell_mean(p, cell, k);
            const Scalar* vector = p.vectors + cell.batch * p.vector_batch_stride + k * p.vector_object_stride;
            for (std::int64_t channel = 0; channel < p.channels; ++channel)
                out[channel] += mean * vector[channel];
            total += mean;
        }
        for (std::int64_t channel = 0; channel < p.channels; ++channel)
            out[channel] /= std::max(Scalar(1), total);
    }
}

template void history_marker_reference(const HistoryMarkerParams<float>&, std::int64_t, std::int64_t) noexcept;
template void history_marker_reference(const HistoryMarkerParams<double>&, std::int64_t, std::int64_t) noexcept;

namespace {

template <class Scalar>
AUSM_KERNEL_INLINE void add_vector(Scalar* __restrict out, const Scalar* __restrict vector, Scalar weight,
                                   std::int64_t channels) noexcept {
    for (std::int64_t channel = 0; channel < channels; ++channel)
        out[channel] += weight * vector[channel];
}

// Most objects are absent from most cells: those cost their mean only, and an unmarked cell is written once.
template <class Scalar>
AUSM_KERNEL_INLINE void mark_cells(const HistoryMarkerParams<Scalar>& p, std::int64_t begin,
                                   std::int64_t end) noexcept {
    for (std::int64_t index = begin; index < end; ++index) {
        const Cell cell = cell_at(p, index);
        Scalar* out = out_row(p, cell);
        Scalar total(0);
        std::fill_n(out, p.channels, Scalar(0));
        for (std::int64_t k = 0; k < p.objects; ++k) {
            const Scalar mean = cell_mean(p, cell, k);
            if (mean == Scalar(0))
                continue;
            add_vector(out, p.vectors + cell.batch * p.vector_batch_stride + k * p.vector_object_stride, mean,
                       p.channels);
            total += mean;
        }
        if (total > Scalar(1)) {
            const Scalar scale = Scalar(1) / total;
            for (std::int64_t channel = 0; channel < p.channels; ++channel)
                out[channel] *= scale;
        }
    }
}

AUSM_MULTI_ISA void mark_float(const HistoryMarkerParams<float>& p, std::int64_t begin, std::int64_t end) noexcept {
    mark_cells(p, begin, end);
}

AUSM_MULTI_ISA void mark_double(const HistoryMarkerParams<double>& p, std::int64_t begin, std::int64_t end) noexcept {
    mark_cells(p, begin, end);
}

}  // namespace

void history_marker_cpu(const HistoryMarkerParams<float>& params, std::int64_t begin, std::int64_t end) noexcept {
    mark_float(params, begin, end);
}

void history_marker_cpu(const HistoryMarkerParams<double>& params, std::int64_t begin, std::int64_t end) noexcept {
    mark_double(params, begin, end);
}

}  // namespace ausm
