// SPDX-License-Identifier: MIT
// History marker: the plain reference and the path that is vectorised over channels.
#include "kernels/history_marker.h"

#include <algorithm>

#include "kernels/history_marker_cell.h"

namespace ausm {
namespace {

template <class Scalar>
AUSM_KERNEL_INLINE Scalar* out_row(const HistoryMarkerParams<Scalar>& p, const MarkerCell& cell) noexcept {
    return p.out + cell.batch * p.out_batch_stride + (cell.row * p.columns + cell.column) * p.out_cell_stride;
}

}  // namespace

// m_k = mean of mask k over the r x r block of the cell
// out = sum_k m_k v_k / max(1, sum_k m_k)
// The divisor keeps weak masks weak; the paper's eps + sum would turn a mask of 1e-4 into a full mark.
template <class Scalar>
void history_marker_reference(const HistoryMarkerParams<Scalar>& p, std::int64_t begin, std::int64_t end) noexcept {
    using Number = Compute<Scalar>;
    for (std::int64_t index = begin; index < end; ++index) {
        const MarkerCell cell = marker_cell(p, index);
        Scalar* out = out_row(p, cell);
        for (std::int64_t first = 0; first < p.channels; first += kMarkerSlice) {
            const std::int64_t width = std::min(kMarkerSlice, p.channels - first);
            Number total(0), sum[kMarkerSlice];
            std::fill_n(sum, width, Number(0));
            for (std::int64_t k = 0; k < p.objects; ++k) {
                const Number mean = marker_mean(p, cell, k);
                const Scalar* vector = p.vectors + cell.batch * p.vector_batch_stride + k * p.vector_object_stride;
                for (std::int64_t i = 0; i < width; ++i)
                    sum[i] += mean * widen(vector[first + i]);
                total += mean;
            }
            for (std::int64_t i = 0; i < width; ++i)
                store(out[first + i], sum[i] / std::max(Number(1), total));
        }
    }
}

template void history_marker_reference(const HistoryMarkerParams<float>&, std::int64_t, std::int64_t) noexcept;
template void history_marker_reference(const HistoryMarkerParams<double>&, std::int64_t, std::int64_t) noexcept;
template void history_marker_reference(const HistoryMarkerParams<BFloat16>&, std::int64_t, std::int64_t) noexcept;

namespace {

// Objects that are absent from a cell cost their mean only. The means are computed anew for each slice of channels.
template <class Scalar>
AUSM_KERNEL_INLINE void mark_cells(const HistoryMarkerParams<Scalar>& p, std::int64_t begin,
                                   std::int64_t end) noexcept {
    using Number = Compute<Scalar>;
    for (std::int64_t index = begin; index < end; ++index) {
        const MarkerCell cell = marker_cell(p, index);
        Scalar* out = out_row(p, cell);
        for (std::int64_t first = 0; first < p.channels; first += kMarkerSlice) {
            const std::int64_t width = std::min(kMarkerSlice, p.channels - first);
            Number total(0), sum[kMarkerSlice];
            std::fill_n(sum, width, Number(0));
            for (std::int64_t k = 0; k < p.objects; ++k) {
                const Number mean = marker_mean(p, cell, k);
                if (mean == Number(0))
                    continue;
                const Scalar* vector = p.vectors + cell.batch * p.vector_batch_stride + k * p.vector_object_stride;
                add_weighted(sum, vector + first, mean, width);
                total += mean;
            }
            if (total > Number(1)) {
                const Number scale = Number(1) / total;
                for (std::int64_t i = 0; i < width; ++i)
                    store(out[first + i], sum[i] * scale);
            } else {
                for (std::int64_t i = 0; i < width; ++i)
                    store(out[first + i], sum[i]);
            }
        }
    }
}

AUSM_MULTI_ISA void mark_float(const HistoryMarkerParams<float>& p, std::int64_t begin, std::int64_t end) noexcept {
    mark_cells(p, begin, end);
}

AUSM_MULTI_ISA void mark_double(const HistoryMarkerParams<double>& p, std::int64_t begin, std::int64_t end) noexcept {
    mark_cells(p, begin, end);
}

AUSM_MULTI_ISA void mark_bfloat16(const HistoryMarkerParams<BFloat16>& p, std::int64_t begin,
                                  std::int64_t end) noexcept {
    mark_cells(p, begin, end);
}

}  // namespace

void history_marker_cpu(const HistoryMarkerParams<float>& params, std::int64_t begin, std::int64_t end) noexcept {
    mark_float(params, begin, end);
}

void history_marker_cpu(const HistoryMarkerParams<double>& params, std::int64_t begin, std::int64_t end) noexcept {
    mark_double(params, begin, end);
}

void history_marker_cpu(const HistoryMarkerParams<BFloat16>& params, std::int64_t begin, std::int64_t end) noexcept {
    mark_bfloat16(params, begin, end);
}

}  // namespace ausm
