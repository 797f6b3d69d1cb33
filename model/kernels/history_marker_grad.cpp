// SPDX-License-Identifier: MIT
// Gradients of the history marker: the plain reference and the paths that are vectorised over channels.
#include "kernels/history_marker_grad.h"

#include <algorithm>

#include "kernels/history_marker_cell.h"

namespace ausm {
namespace {

template <class Scalar>
AUSM_KERNEL_INLINE const Scalar* vector_row(const HistoryMarkerGradParams<Scalar>& p, std::int64_t batch,
                                            std::int64_t k) noexcept {
    return p.forward.vectors + batch * p.forward.vector_batch_stride + k * p.forward.vector_object_stride;
}

/// Of cell `n` of the picture.
template <class Scalar>
AUSM_KERNEL_INLINE const Scalar* out_grad_row(const HistoryMarkerGradParams<Scalar>& p, std::int64_t batch,
                                              std::int64_t n) noexcept {
    return p.out_grad + batch * p.out_grad_batch_stride + n * p.out_grad_cell_stride;
}

template <class Scalar>
AUSM_KERNEL_INLINE Scalar* vectors_grad_row(const HistoryMarkerGradParams<Scalar>& p, std::int64_t batch,
                                            std::int64_t k) noexcept {
    return p.vectors_grad + batch * p.vectors_grad_batch_stride + k * p.vectors_grad_object_stride;
}

/// The gradient of a mean goes to the r x r masks under it in equal parts.
template <class Scalar>
AUSM_KERNEL_INLINE void spread(const HistoryMarkerGradParams<Scalar>& p, const MarkerCell& cell, std::int64_t k,
                               Compute<Scalar> mean_grad) noexcept {
    const std::int64_t r = p.forward.ratio;
    Scalar* corner = p.masks_grad + cell.batch * p.masks_grad_batch_stride + k * p.masks_grad_object_stride +
                     cell.row * r * p.masks_grad_row_stride + cell.column * r;
    const Compute<Scalar> part = mean_grad / static_cast<Compute<Scalar>>(r * r);
    for (std::int64_t y = 0; y < r; ++y) {
        for (std::int64_t x = 0; x < r; ++x)
            store(corner[y * p.masks_grad_row_stride + x], part);
    }
}

template <class Scalar>
Compute<Scalar> plain_dot(const Scalar* a, const Scalar* b, std::int64_t count) noexcept {
    Compute<Scalar> sum(0);
    for (std::int64_t i = 0; i < count; ++i)
        sum += widen(a[i]) * widen(b[i]);
    return sum;
}

// g = gradient of out, S = sum_k m_k, n = max(1, S); out = sum_k m_k v_k / n gives
//   gradient of m_k = (g . v_k - [S >= 1] sum_j m_j (g . v_j) / n) / n, of a mask in the cell: that / r^2
//   gradient of v_k = sum over cells of m_k g / n
template <class Scalar>
void masks_grad_reference(const HistoryMarkerGradParams<Scalar>& p, std::int64_t index) noexcept {
    using Number = Compute<Scalar>;
    const auto& f = p.forward;
    const MarkerCell cell = marker_cell(f, index);
    const Scalar* grad = out_grad_row(p, cell.batch, cell.row * f.columns + cell.column);
    Number total(0), along_sum(0);
    for (std::int64_t k = 0; k < f.objects; ++k) {
        const Number mean = marker_mean(f, cell, k);
        total += mean;
        along_sum += mean * plain_dot(grad, vector_row(p, cell.batch, k), f.channels);
    }
    const Number divisor = std::max(Number(1), total);
    for (std::int64_t k = 0; k < f.objects; ++k) {
        const Number along = plain_dot(grad, vector_row(p, cell.batch, k), f.channels);
        spread(p, cell, k, (along - (total >= Number(1) ? along_sum / divisor : Number(0))) / divisor);
    }
}

template <class Scalar>
void vectors_grad_reference(const HistoryMarkerGradParams<Scalar>& p, std::int64_t batch, std::int64_t k) noexcept {
    using Number = Compute<Scalar>;
    const auto& f = p.forward;
    const std::int64_t cells = f.rows * f.columns;
    Number sum[kMarkerSlice];
    for (std::int64_t first = 0; first < f.channels; first += kMarkerSlice) {
        const std::int64_t width = std::min(kMarkerSlice, f.channels - first);
        std::fill_n(sum, width, Number(0));
        for (std::int64_t n = 0; n < cells; ++n) {
            const MarkerCell cell = marker_cell(f, batch * cells + n);
            Number total(0);
            for (std::int64_t other = 0; other < f.objects; ++other)
                total += marker_mean(f, cell, other);
            const Number weight = marker_mean(f, cell, k) / std::max(Number(1), total);
            for (std::int64_t i = 0; i < width; ++i)
                sum[i] += weight * widen(out_grad_row(p, batch, n)[first + i]);
        }
        for (std::int64_t i = 0; i < width; ++i)
            store(vectors_grad_row(p, batch, k)[first + i], sum[i]);
    }
}

}  // namespace

template <class Scalar>
void history_marker_grad_reference(const HistoryMarkerGradParams<Scalar>& p, std::int64_t begin,
                                   std::int64_t end) noexcept {
    const std::int64_t cells = p.forward.rows * p.forward.columns;
    for (std::int64_t batch = begin; batch < end; ++batch) {
        for (std::int64_t n = 0; p.masks_grad && n < cells; ++n)
            masks_grad_reference(p, batch * cells + n);
        for (std::int64_t k = 0; p.vectors_grad && k < p.forward.objects; ++k)
            vectors_grad_reference(p, batch, k);
    }
}

template void history_marker_grad_reference(const HistoryMarkerGradParams<float>&, std::int64_t, std::int64_t) noexcept;
template void history_marker_grad_reference(const HistoryMarkerGradParams<double>&, std::int64_t,
                                            std::int64_t) noexcept;
template void history_marker_grad_reference(const HistoryMarkerGradParams<BFloat16>&, std::int64_t,
                                            std::int64_t) noexcept;

namespace {

/// The order of a plain sum would forbid vectors: as many sums as the widest of them has places.
template <class Scalar>
AUSM_KERNEL_INLINE Compute<Scalar> fast_dot(const Scalar* __restrict a, const Scalar* __restrict b,
                                            std::int64_t count) noexcept {
    constexpr std::int64_t kLanes = 16;
    Compute<Scalar> lanes[kLanes] = {};
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (std::int64_t lane = 0; lane < kLanes; ++lane)
            lanes[lane] += widen(a[i + lane]) * widen(b[i + lane]);
    }
    for (; i < count; ++i)
        lanes[0] += widen(a[i]) * widen(b[i]);
    Compute<Scalar> sum(0);
    for (const auto& lane : lanes)
        sum += lane;
    return sum;
}

/// Workspace: [B, h*w, K] weights m_k / n, then as many dot products g . v_k.
template <class Scalar>
AUSM_KERNEL_INLINE void masks_grad_cells(const HistoryMarkerGradParams<Scalar>& p, std::int64_t begin,
                                         std::int64_t end) noexcept {
    using Number = Compute<Scalar>;
    const auto& f = p.forward;
    for (std::int64_t index = begin; index < end; ++index) {
        const MarkerCell cell = marker_cell(f, index);
        const Scalar* grad = out_grad_row(p, cell.batch, cell.row * f.columns + cell.column);
        Number* weights = p.workspace + index * f.objects;
        Number* along = weights + f.batch * f.rows * f.columns * f.objects;
        Number total(0), along_sum(0);
        for (std::int64_t k = 0; k < f.objects; ++k) {
            weights[k] = marker_mean(f, cell, k);
            total += weights[k];
            along[k] = p.masks_grad ? fast_dot(grad, vector_row(p, cell.batch, k), f.channels) : Number(0);
            along_sum += weights[k] * along[k];
        }
        const Number scale = Number(1) / std::max(Number(1), total);
        const Number pull = total >= Number(1) ? along_sum * scale : Number(0);
        for (std::int64_t k = 0; k < f.objects; ++k) {
            weights[k] *= scale;
            if (p.masks_grad)
                spread(p, cell, k, (along[k] - pull) * scale);
        }
    }
}

template <class Scalar>
AUSM_KERNEL_INLINE void vectors_grad_objects(const HistoryMarkerGradParams<Scalar>& p, std::int64_t begin,
                                             std::int64_t end) noexcept {
    using Number = Compute<Scalar>;
    const auto& f = p.forward;
    const std::int64_t cells = f.rows * f.columns;
    Number sum[kMarkerSlice];
    for (std::int64_t index = begin; p.vectors_grad && index < end; ++index) {
        const std::int64_t batch = index / f.objects, k = index % f.objects;
        const Number* weights = p.workspace + batch * cells * f.objects + k;
        Scalar* out = vectors_grad_row(p, batch, k);
        for (std::int64_t first = 0; first < f.channels; first += kMarkerSlice) {
            const std::int64_t width = std::min(kMarkerSlice, f.channels - first);
            std::fill_n(sum, width, Number(0));
            for (std::int64_t n = 0; n < cells; ++n) {
                const Number weight = weights[n * f.objects];
                if (weight != Number(0))
                    add_weighted(sum, out_grad_row(p, batch, n) + first, weight, width);
            }
            for (std::int64_t i = 0; i < width; ++i)
                store(out[first + i], sum[i]);
        }
    }
}

AUSM_MULTI_ISA void masks_grad_float(const HistoryMarkerGradParams<float>& p, std::int64_t begin,
                                     std::int64_t end) noexcept {
    masks_grad_cells(p, begin, end);
}

AUSM_MULTI_ISA void vectors_grad_float(const HistoryMarkerGradParams<float>& p, std::int64_t begin,
                                       std::int64_t end) noexcept {
    vectors_grad_objects(p, begin, end);
}

AUSM_MULTI_ISA void masks_grad_double(const HistoryMarkerGradParams<double>& p, std::int64_t begin,
                                      std::int64_t end) noexcept {
    masks_grad_cells(p, begin, end);
}

AUSM_MULTI_ISA void vectors_grad_double(const HistoryMarkerGradParams<double>& p, std::int64_t begin,
                                        std::int64_t end) noexcept {
    vectors_grad_objects(p, begin, end);
}

AUSM_MULTI_ISA void masks_grad_bfloat16(const HistoryMarkerGradParams<BFloat16>& p, std::int64_t begin,
                                        std::int64_t end) noexcept {
    masks_grad_cells(p, begin, end);
}

AUSM_MULTI_ISA void vectors_grad_bfloat16(const HistoryMarkerGradParams<BFloat16>& p, std::int64_t begin,
                                          std::int64_t end) noexcept {
    vectors_grad_objects(p, begin, end);
}

}  // namespace

void history_marker_grad_masks_cpu(const HistoryMarkerGradParams<float>& params, std::int64_t begin,
                                   std::int64_t end) noexcept {
    masks_grad_float(params, begin, end);
}

void history_marker_grad_masks_cpu(const HistoryMarkerGradParams<double>& params, std::int64_t begin,
                                   std::int64_t end) noexcept {
    masks_grad_double(params, begin, end);
}

void history_marker_grad_masks_cpu(const HistoryMarkerGradParams<BFloat16>& params, std::int64_t begin,
                                   std::int64_t end) noexcept {
    masks_grad_bfloat16(params, begin, end);
}

void history_marker_grad_vectors_cpu(const HistoryMarkerGradParams<float>& params, std::int64_t begin,
                                     std::int64_t end) noexcept {
    vectors_grad_float(params, begin, end);
}

void history_marker_grad_vectors_cpu(const HistoryMarkerGradParams<double>& params, std::int64_t begin,
                                     std::int64_t end) noexcept {
    vectors_grad_double(params, begin, end);
}

void history_marker_grad_vectors_cpu(const HistoryMarkerGradParams<BFloat16>& params, std::int64_t begin,
                                     std::int64_t end) noexcept {
    vectors_grad_bfloat16(params, begin, end);
}

}  // namespace ausm
