// SPDX-License-Identifier: MIT
// Multi-scale deformable attention: the plain reference and the path that is vectorised over channels.
#include "kernels/ms_deform_attn.h"

#include <algorithm>
#include <cmath>

#include "kernels/ms_deform_attn_sample.h"

namespace ausm {

// For every query and head (eq. 3 between its two projections; v_l is the head's value on level l):
//   out = sum_l sum_p weight_lp v_l(x_lp W_l - 0.5, y_lp H_l - 0.5)
//   v_l(x, y) = sum over the pixels (i, j) of level l: max(0, 1 - |x - j|) max(0, 1 - |y - i|) v_l[i, j]
template <class Scalar>
void ms_deform_attn_reference(const MsDeformAttnParams<Scalar>& p, std::int64_t begin, std::int64_t end) noexcept {
    using Real = Compute<Scalar>;
    const MsDeformAttnShape& s = p.shape;
    for (std::int64_t row = begin; row < end; ++row) {
        for (std::int64_t head = 0; head < s.heads; ++head) {
            for (std::int64_t channel = 0; channel < s.channels; ++channel) {
                const Scalar* value = p.value + row / s.queries * s.value_batch_stride + head * s.channels + channel;
                Real sum(0);
                for (std::int64_t sample = 0; sample < s.levels * s.points; ++sample) {
                    const std::int64_t level = sample / s.points;
                    const std::int64_t at = (row * s.heads + head) * s.levels * s.points + sample;
                    const std::int64_t height = s.heights[level], width = s.widths[level];
                    const Real x = p.locations[2 * at] * static_cast<Real>(width) - Real(0.5);
                    const Real y = p.locations[2 * at + 1] * static_cast<Real>(height) - Real(0.5);
                    if (!(x > Real(-1) && x < static_cast<Real>(width) && y > Real(-1) &&
                          y < static_cast<Real>(height)))
                        continue;
                    const auto j0 = static_cast<std::int64_t>(std::floor(x));
                    const auto i0 = static_cast<std::int64_t>(std::floor(y));
                    Real interpolated(0);
                    for (std::int64_t i = std::max<std::int64_t>(i0, 0); i <= std::min(i0 + 1, height - 1); ++i) {
                        for (std::int64_t j = std::max<std::int64_t>(j0, 0); j <= std::min(j0 + 1, width - 1); ++j) {
                            const Real share = (Real(1) - std::fabs(x - static_cast<Real>(j))) *
                                               (Real(1) - std::fabs(y - static_cast<Real>(i)));
                            const std::int64_t token = first_token(s, level) + i * width + j;
                            interpolated += share * widen(value[token * s.value_token_stride]);
                        }
                    }
                    sum += widen(p.weights[at]) * interpolated;
                }
                store(p.out[(row * s.heads + head) * s.channels + channel], sum);
            }
        }
    }
}

template void ms_deform_attn_reference(const MsDeformAttnParams<float>&, std::int64_t, std::int64_t) noexcept;
template void ms_deform_attn_reference(const MsDeformAttnParams<double>&, std::int64_t, std::int64_t) noexcept;
template void ms_deform_attn_reference(const MsDeformAttnParams<BFloat16>&, std::int64_t, std::int64_t) noexcept;

namespace {

// Channels that are summed together; the usual 32 of a head are then loops of a known length.
constexpr std::int64_t kChunk = 32;

// What a corner outside is read from, so that all samples go the same way.
template <class Scalar>
constexpr Scalar kOutside[kChunk]{};

template <class Scalar>
struct Corners {
    const Scalar* row[4];
    Compute<Scalar> weight[4];
};

/// `level`: the chunk's first channel at the level's first token.
template <class Scalar>
AUSM_KERNEL_INLINE Corners<Scalar> corners_of(const Footprint<Compute<Scalar>>& f, const Scalar* level,
                                              std::int64_t width, std::int64_t token_stride,
                                              Compute<Scalar> weight) noexcept {
    Corners<Scalar> corners;
    for (int k = 0; k < 4; ++k) {
        const bool inside = (f.inside >> k & 1U) != 0;
        corners.row[k] = inside ? level + (f.pixel + corner_step(k, width)) * token_stride
                                : static_cast<const Scalar*>(kOutside<Scalar>);
        corners.weight[k] = weight * corner_share(f, k);
    }
    return corners;
}

template <class Scalar>
AUSM_KERNEL_INLINE void add_sample(const Corners<Scalar>& corners, std::int64_t width,
                                   Compute<Scalar>* __restrict sums) noexcept {
    const Scalar *v0 = corners.row[0], *v1 = corners.row[1], *v2 = corners.row[2], *v3 = corners.row[3];
    const Compute<Scalar>* w = corners.weight;
    for (std::int64_t i = 0; i < width; ++i)
        sums[i] += (w[0] * widen(v0[i]) + w[1] * widen(v1[i])) + (w[2] * widen(v2[i]) + w[3] * widen(v3[i]));
}

/// The channels [first, first + width) of one row and head; Full: width is kChunk.
template <bool Full, class Scalar>
AUSM_KERNEL_INLINE void attend_chunk(const MsDeformAttnParams<Scalar>& p, std::int64_t row, std::int64_t head,
                                     std::int64_t first, std::int64_t width) noexcept {
    using Real = Compute<Scalar>;
    const MsDeformAttnShape& s = p.shape;
    const std::int64_t place = row * s.heads + head, channels = Full ? kChunk : width;
    const Real* location = p.locations + place * s.levels * s.points * 2;
    const Scalar* weight = p.weights + place * s.levels * s.points;
    const Scalar* level = p.value + row / s.queries * s.value_batch_stride + head * s.channels + first;
    Real sums[kChunk]{};
    for (std::int64_t l = 0; l < s.levels; ++l) {
        for (std::int64_t point = 0; point < s.points; ++point, location += 2, ++weight) {
            const auto f = footprint(location[0], location[1], s.heights[l], s.widths[l]);
            if (f.inside != 0)
                add_sample(corners_of(f, level, s.widths[l], s.value_token_stride, widen(*weight)), channels, sums);
        }
        level += static_cast<std::int64_t>(s.heights[l]) * s.widths[l] * s.value_token_stride;
    }
    Scalar* __restrict out = p.out + place * s.channels + first;
    for (std::int64_t i = 0; i < channels; ++i)
        store(out[i], sums[i]);
}

template <class Scalar>
AUSM_KERNEL_INLINE void attend_rows(const MsDeformAttnParams<Scalar>& p, std::int64_t begin,
                                    std::int64_t end) noexcept {
    const std::int64_t channels = p.shape.channels, whole = channels / kChunk * kChunk;
    for (std::int64_t row = begin; row < end; ++row) {
        for (std::int64_t head = 0; head < p.shape.heads; ++head) {
            for (std::int64_t first = 0; first < whole; first += kChunk)
                attend_chunk<true>(p, row, head, first, kChunk);
            if (whole < channels)
                attend_chunk<false>(p, row, head, whole, channels - whole);
        }
    }
}

AUSM_MULTI_ISA void attend_float(const MsDeformAttnParams<float>& p, std::int64_t begin, std::int64_t end) noexcept {
    attend_rows(p, begin, end);
}

AUSM_MULTI_ISA void attend_double(const MsDeformAttnParams<double>& p, std::int64_t begin, std::int64_t end) noexcept {
    attend_rows(p, begin, end);
}

AUSM_MULTI_ISA void attend_bfloat16(const MsDeformAttnParams<BFloat16>& p, std::int64_t begin,
                                    std::int64_t end) noexcept {
    attend_rows(p, begin, end);
}

}  // namespace

void ms_deform_attn_cpu(const MsDeformAttnParams<float>& params, std::int64_t begin, std::int64_t end) noexcept {
    attend_float(params, begin, end);
}

void ms_deform_attn_cpu(const MsDeformAttnParams<double>& params, std::int64_t begin, std::int64_t end) noexcept {
    attend_double(params, begin, end);
}

void ms_deform_attn_cpu(const MsDeformAttnParams<BFloat16>& params, std::int64_t begin, std::int64_t end) noexcept {
    attend_bfloat16(params, begin, end);
}

}  // namespace ausm
