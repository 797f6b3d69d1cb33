// SPDX-License-Identifier: MIT
// Multi-scale deformable attention backward: the plain reference and the path that is vectorised over channels.
#include "kernels/ms_deform_attn_grad.h"

#include <algorithm>
#include <cmath>

#include "kernels/ms_deform_attn_sample.h"

namespace ausm {
namespace {

/// Sets one head's rows of grad_value to zero; `head_index` is b * M + m.
template <class Scalar>
AUSM_KERNEL_INLINE void clear_value_gradient(const MsDeformAttnGradParams<Scalar>& p,
                                             std::int64_t head_index) noexcept {
    const MsDeformAttnShape& s = p.shape;
    const std::int64_t tokens = first_token(s, s.levels), b = head_index / s.heads, head = head_index % s.heads;
    for (std::int64_t token = 0; token < tokens; ++token)
        std::fill_n(p.grad_value + ((b * tokens + token) * s.heads + head) * s.channels, s.channels,
                    Compute<Scalar>(0));
}

}  // namespace

// With g = grad_out of the query and head, v and its shares as in the forward, summed over channels where they differ:
//   grad_value[i, j] = sum_q sum_p weight max(0, 1 - |x - j|) max(0, 1 - |y - i|) g
//   grad_weight      = g v(x, y)
//   grad_location    = weight (W dv/dx, H dv/dy) g,  dv/dx = sum_i max(0, 1 - |y - i|) (v[i, j0 + 1] - v[i, j0])
template <class Scalar>
void ms_deform_attn_grad_reference(const MsDeformAttnGradParams<Scalar>& p, std::int64_t begin,
                                   std::int64_t end) noexcept {
    using Real = Compute<Scalar>;
    const MsDeformAttnShape& s = p.shape;
    const std::int64_t samples = s.levels * s.points, tokens = first_token(s, s.levels);
    for (std::int64_t head_index = begin; head_index < end; ++head_index) {
        const std::int64_t b = head_index / s.heads, head = head_index % s.heads;
        clear_value_gradient(p, head_index);
        for (std::int64_t place = 0; place < s.queries * samples; ++place) {
            const std::int64_t row = (b * s.queries + place / samples) * s.heads + head;
            const std::int64_t at = row * samples + place % samples, level = place % samples / s.points;
            const std::int64_t height = s.heights[level], width = s.widths[level];
            const Real x = p.locations[2 * at] * static_cast<Real>(width) - Real(0.5);
            const Real y = p.locations[2 * at + 1] * static_cast<Real>(height) - Real(0.5);
            const Real weight = widen(p.weights[at]);
            Real by_weight(0), by_x(0), by_y(0);
            if (x > Real(-1) && x < static_cast<Real>(width) && y > Real(-1) && y < static_cast<Real>(height)) {
                const auto j0 = static_cast<std::int64_t>(std::floor(x));
                const auto i0 = static_cast<std::int64_t>(std::floor(y));
                for (std::int64_t i = std::max<std::int64_t>(i0, 0); i <= std::min(i0 + 1, height - 1); ++i) {
                    for (std::int64_t j = std::max<std::int64_t>(j0, 0); j <= std::min(j0 + 1, width - 1); ++j) {
                        const Real share_x = Real(1) - std::fabs(x - static_cast<Real>(j));
                        const Real share_y = Real(1) - std::fabs(y - static_cast<Real>(i));
                        const std::int64_t token = first_token(s, level) + i * width + j;
                        for (std::int64_t c = 0; c < s.channels; ++c) {
                            const Real g = widen(p.grad_out[row * s.channels + c]);
                            const Real v = widen(p.value[b * s.value_batch_stride + token * s.value_token_stride +
                                                         head * s.channels + c]);
                            p.grad_value[((b * tokens + token) * s.heads + head) * s.channels + c] +=
                                weight * share_x * share_y * g;
                            by_weight += share_x * share_y * v * g;
                            by_x += (j == j0 ? -share_y : share_y) * v * g;
                            by_y += (i == i0 ? -share_x : share_x) * v * g;
                        }
                    }
                }
            }
            store(p.grad_weights[at], by_weight);
            p.grad_locations[2 * at] = weight * static_cast<Real>(width) * by_x;
            p.grad_locations[2 * at + 1] = weight * static_cast<Real>(height) * by_y;
        }
    }
}

template void ms_deform_attn_grad_reference(const MsDeformAttnGradParams<float>&, std::int64_t, std::int64_t) noexcept;
template void ms_deform_attn_grad_reference(const MsDeformAttnGradParams<double>&, std::int64_t, std::int64_t) noexcept;
template void ms_deform_attn_grad_reference(const MsDeformAttnGradParams<BFloat16>&, std::int64_t,
                                            std::int64_t) noexcept;

namespace {

constexpr std::int64_t kChunk = 32;

/// The sum of kChunk terms in a fixed order that vectors can follow.
template <class Real>
AUSM_KERNEL_INLINE Real sum_of(Real* __restrict terms) noexcept {
    for (int i = 0; i < 16; ++i)
        terms[i] += terms[i + 16];
    for (int i = 0; i < 8; ++i)
        terms[i] += terms[i + 8];
    for (int i = 0; i < 4; ++i)
        terms[i] += terms[i + 4];
    return (terms[0] + terms[2]) + (terms[1] + terms[3]);
}

/// grad_value += scale * g for `width` channels (Full: kChunk); returns value . g
template <bool Full, class Scalar>
AUSM_KERNEL_INLINE Compute<Scalar> visit_chunk(const Scalar* __restrict value, const Scalar* __restrict g,
                                               Compute<Scalar> scale, std::int64_t width,
                                               Compute<Scalar>* __restrict grad_value) noexcept {
    Compute<Scalar> terms[kChunk]{};
    const std::int64_t channels = Full ? kChunk : width;
    for (std::int64_t i = 0; i < channels; ++i) {
        const Compute<Scalar> gradient = widen(g[i]);
        terms[i] = widen(value[i]) * gradient;
        grad_value[i] += scale * gradient;
    }
    return sum_of(terms);
}

template <class Scalar>
AUSM_KERNEL_INLINE Compute<Scalar> visit_corner(const Scalar* value, const Scalar* g, Compute<Scalar> scale,
                                                std::int64_t channels, Compute<Scalar>* grad_value) noexcept {
    Compute<Scalar> dot(0);
    std::int64_t first = 0;
    for (; first + kChunk <= channels; first += kChunk)
        dot += visit_chunk<true>(value + first, g + first, scale, kChunk, grad_value + first);
    if (first < channels)
        dot += visit_chunk<false>(value + first, g + first, scale, channels - first, grad_value + first);
    return dot;
}

/// One sample: `at` counts the weights, `value` and `grad_value` point at the level's first token, this head.
template <class Scalar>
AUSM_KERNEL_INLINE void differentiate_sample(const MsDeformAttnGradParams<Scalar>& p, std::int64_t at,
                                             std::int64_t level, const Scalar* value, const Scalar* g,
                                             Compute<Scalar>* grad_value) noexcept {
    using Real = Compute<Scalar>;
    const MsDeformAttnShape& s = p.shape;
    const auto f = footprint(p.locations[2 * at], p.locations[2 * at + 1], s.heights[level], s.widths[level]);
    const Real weight = widen(p.weights[at]);
    Real dot[4]{};
    for (int k = 0; k < 4; ++k) {
        if ((f.inside >> k & 1U) == 0)
            continue;
        const std::int64_t pixel = f.pixel + corner_step(k, s.widths[level]);
        dot[k] = visit_corner(value + pixel * s.value_token_stride, g, weight * corner_share(f, k), s.channels,
                              grad_value + pixel * s.heads * s.channels);
    }
    const Real x = f.x, y = f.y, left = Real(1) - x, top = Real(1) - y;
    store(p.grad_weights[at], top * (left * dot[0] + x * dot[1]) + y * (left * dot[2] + x * dot[3]));
    p.grad_locations[2 * at] =
        weight * static_cast<Real>(s.widths[level]) * (top * (dot[1] - dot[0]) + y * (dot[3] - dot[2]));
    p.grad_locations[2 * at + 1] =
        weight * static_cast<Real>(s.heights[level]) * (left * (dot[2] - dot[0]) + x * (dot[3] - dot[1]));
}

template <class Scalar>
AUSM_KERNEL_INLINE void differentiate_heads(const MsDeformAttnGradParams<Scalar>& p, std::int64_t begin,
                                            std::int64_t end) noexcept {
    const MsDeformAttnShape& s = p.shape;
    const std::int64_t tokens = first_token(s, s.levels);
    for (std::int64_t head_index = begin; head_index < end; ++head_index) {
        const std::int64_t b = head_index / s.heads, head = head_index % s.heads;
        clear_value_gradient(p, head_index);
        for (std::int64_t q = 0; q < s.queries; ++q) {
            const std::int64_t row = (b * s.queries + q) * s.heads + head;
            const Scalar* value = p.value + b * s.value_batch_stride + head * s.channels;
            Compute<Scalar>* grad_value = p.grad_value + (b * tokens * s.heads + head) * s.channels;
            std::int64_t at = row * s.levels * s.points;
            for (std::int64_t level = 0; level < s.levels; ++level) {
                for (std::int64_t point = 0; point < s.points; ++point, ++at)
                    differentiate_sample(p, at, level, value, p.grad_out + row * s.channels, grad_value);
                const std::int64_t pixels = static_cast<std::int64_t>(s.heights[level]) * s.widths[level];
                value += pixels * s.value_token_stride;
                grad_value += pixels * s.heads * s.channels;
            }
        }
    }
}

AUSM_MULTI_ISA void differentiate_float(const MsDeformAttnGradParams<float>& p, std::int64_t begin,
                                        std::int64_t end) noexcept {
    differentiate_heads(p, begin, end);
}

AUSM_MULTI_ISA void differentiate_double(const MsDeformAttnGradParams<double>& p, std::int64_t begin,
                                         std::int64_t end) noexcept {
    differentiate_heads(p, begin, end);
}

AUSM_MULTI_ISA void differentiate_bfloat16(const MsDeformAttnGradParams<BFloat16>& p, std::int64_t begin,
                                           std::int64_t end) noexcept {
    differentiate_heads(p, begin, end);
}

}  // namespace

void ms_deform_attn_grad_cpu(const MsDeformAttnGradParams<float>& params, std::int64_t begin,
                             std::int64_t end) noexcept {
    differentiate_float(params, begin, end);
}

void ms_deform_attn_grad_cpu(const MsDeformAttnGradParams<double>& params, std::int64_t begin,
                             std::int64_t end) noexcept {
    differentiate_double(params, begin, end);
}

void ms_deform_attn_grad_cpu(const MsDeformAttnGradParams<BFloat16>& params, std::int64_t begin,
                             std::int64_t end) noexcept {
    differentiate_bfloat16(params, begin, end);
}

}  // namespace ausm
