// SPDX-License-Identifier: MIT
// Causal depthwise convolution with SiLU: the plain reference and the path that is vectorised over channels.
#include "kernels/causal_conv1d.h"

#include <algorithm>
#include <cmath>

#include "kernels/vector_math.h"

namespace ausm {
namespace {

template <class Scalar>
AUSM_KERNEL_INLINE std::int64_t tail_offset(const CausalConv1dParams<Scalar>& p, std::int64_t batch, std::int64_t j,
                                            std::int64_t n) noexcept {
    return ((batch * (p.taps - 1) + j) * p.pixels + n) * p.channels;
}

// Row `time` of the joined sequence (tail_in, u): -(K - 1) is the oldest of the tail, 0 the first frame of u.
// Null stands for a row of zeros.
template <class Scalar>
AUSM_KERNEL_INLINE const Scalar* joined_row(const CausalConv1dParams<Scalar>& p, std::int64_t batch, std::int64_t time,
                                            std::int64_t n) noexcept {
    if (time >= 0)
        return p.u + row_offset(p.u_strides, batch, time, n);
    return p.tail_in ? p.tail_in + tail_offset(p, batch, time + p.taps - 1, n) : nullptr;
}

// Oldest first: the row that is read is never older than the one written, so tail_out may be tail_in.
template <class Scalar>
AUSM_KERNEL_INLINE void write_tail(const CausalConv1dParams<Scalar>& p, std::int64_t batch, std::int64_t n) noexcept {
    for (std::int64_t j = 0; p.tail_out && j < p.taps - 1; ++j) {
        const Scalar* from = joined_row(p, batch, p.time - (p.taps - 1) + j, n);
        Scalar* to = p.tail_out + tail_offset(p, batch, j, n);
        if (!from)
            std::fill_n(to, p.channels, Scalar(0));
        else if (from != to)
            std::copy_n(from, p.channels, to);
    }
}

}  // namespace

// out[t] = SiLU(bias + sum_k weight[k] * joined[t - (K - 1) + k]), SiLU(v) = v / (1 + exp(-v))
template <class Scalar>
void causal_conv1d_reference(const CausalConv1dParams<Scalar>& p, std::int64_t begin, std::int64_t end) noexcept {
    for (std::int64_t pixel = begin; pixel < end; ++pixel) {
        const std::int64_t batch = pixel / p.pixels;
        const std::int64_t n = pixel % p.pixels;
        for (std::int64_t t = 0; t < p.time; ++t) {
            for (std::int64_t channel = 0; channel < p.channels; ++channel) {
                Scalar v = p.bias ? p.bias[channel] : Scalar(0);
                for (std::int64_t k = 0; k < p.taps; ++k) {
                    const Scalar* row = joined_row(p, batch, t - (p.taps - 1) + k, n);
                    v += row ? p.weight[k * p.channels + channel] * row[channel] : Scalar(0);
                }
                p.out[row_offset(p.out_strides, batch, t, n) + channel] = v / (Scalar(1) + std::exp(-v));
            }
        }
        write_tail(p, batch, n);
    }
}

template void causal_conv1d_reference(const CausalConv1dParams<float>&, std::int64_t, std::int64_t) noexcept;
template void causal_conv1d_reference(const CausalConv1dParams<double>&, std::int64_t, std::int64_t) noexcept;

namespace {

constexpr std::int64_t kSlice = 256;  // channels whose sums are kept at a time

template <class Scalar>
AUSM_KERNEL_INLINE void multiply_add(Scalar* __restrict sum, const Scalar* __restrict weight,
                                     const Scalar* __restrict row, std::int64_t width) noexcept {
    for (std::int64_t i = 0; i < width; ++i)
        sum[i] += weight[i] * row[i];
}

template <class Scalar>
AUSM_KERNEL_INLINE void convolve_slice(const CausalConv1dParams<Scalar>& p, std::int64_t batch, std::int64_t t,
                                       std::int64_t n, std::int64_t first, std::int64_t width) noexcept {
    Scalar sum[kSlice];
    for (std::int64_t i = 0; i < width; ++i)
        sum[i] = p.bias ? p.bias[first + i] : Scalar(0);
    for (std::int64_t k = 0; k < p.taps; ++k) {
        const Scalar* row = joined_row(p, batch, t - (p.taps - 1) + k, n);
        if (row)
            multiply_add(sum, p.weight + k * p.channels + first, row + first, width);
    }
    Scalar* __restrict out = p.out + row_offset(p.out_strides, batch, t, n) + first;
    for (std::int64_t i = 0; i < width; ++i)
        out[i] = fast_silu(sum[i]);
}

template <class Scalar>
AUSM_KERNEL_INLINE void convolve_pixels(const CausalConv1dParams<Scalar>& p, std::int64_t begin,
                                        std::int64_t end) noexcept {
    for (std::int64_t pixel = begin; pixel < end; ++pixel) {
        const std::int64_t batch = pixel / p.pixels;
        const std::int64_t n = pixel % p.pixels;
        for (std::int64_t t = 0; t < p.time; ++t) {
            for (std::int64_t first = 0; first < p.channels; first += kSlice)
                convolve_slice(p, batch, t, n, first, std::min(kSlice, p.channels - first));
        }
        write_tail(p, batch, n);
    }
}

AUSM_MULTI_ISA void convolve_float(const CausalConv1dParams<float>& p, std::int64_t begin, std::int64_t end) noexcept {
    convolve_pixels(p, begin, end);
}

AUSM_MULTI_ISA void convolve_double(const CausalConv1dParams<double>& p, std::int64_t begin,
                                    std::int64_t end) noexcept {
    convolve_pixels(p, begin, end);
}

}  // namespace

void causal_conv1d_cpu(const CausalConv1dParams<float>& params, std::int64_t begin, std::int64_t end) noexcept {
    convolve_float(params, begin, end);
}

void causal_conv1d_cpu(const CausalConv1dParams<double>& params, std::int64_t begin, std::int64_t end) noexcept {
    convolve_double(params, begin, end);
}

}  // namespace ausm
