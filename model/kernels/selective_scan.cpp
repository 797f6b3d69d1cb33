// SPDX-License-Identifier: MIT
// Selective scan: the plain reference and the path that is vectorised over channels.
#include "kernels/selective_scan.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/scan_slice.h"
#include "kernels/vector_math.h"

namespace ausm {

// For every pixel and channel, over time (Mamba, eq. 2 with the discretisation of its section 3.6, B by Euler):
//   delta = dt, or softplus(dt + dt_bias) + dt_min
//   h_s   = exp(delta a_s) h_s + delta b_s x
//   y     = (sum_s c_s h_s + d x) * SiLU(z)
template <class Scalar>
void selective_scan_reference(const SelectiveScanParams<Scalar>& p, std::int64_t begin, std::int64_t end) {
    std::vector<Scalar> h(static_cast<std::size_t>(p.states));
    for (std::int64_t pixel = begin; pixel < end; ++pixel) {
        const std::int64_t batch = pixel / p.pixels;
        const std::int64_t n = pixel % p.pixels;
        for (std::int64_t channel = 0; channel < p.channels; ++channel) {
            const std::int64_t state = pixel * p.states * p.channels + channel;
            for (std::int64_t s = 0; s < p.states; ++s)
                h[s] = p.state_in ? p.state_in[state + s * p.channels] : Scalar(0);
            for (std::int64_t t = 0; t < p.time; ++t) {
                const Scalar x = p.x[row_offset(p.x_strides, batch, t, n) + channel];
                const Scalar* b = p.b + row_offset(p.b_strides, batch, t, n);
                const Scalar* c = p.c + row_offset(p.c_strides, batch, t, n);
                Scalar delta = p.dt[row_offset(p.dt_strides, batch, t, n) + channel];
                if (p.dt_softplus) {
                    delta += p.dt_bias ? p.dt_bias[channel] : Scalar(0);
                    delta = std::max(delta, Scalar(0)) + std::log1p(std::exp(-std::fabs(delta))) + p.dt_min;
                }
                Scalar y = p.d ? p.d[channel] * x : Scalar(0);
                for (std::int64_t s = 0; s < p.states; ++s) {
                    h[s] = std::exp(delta * p.a[s * p.channels + channel]) * h[s] + delta * b[s] * x;
                    y += c[s] * h[s];
                }
                if (p.z) {
                    const Scalar z = p.z[row_offset(p.z_strides, batch, t, n) + channel];
                    y *= z / (Scalar(1) + std::exp(-z));
                }
                p.y[row_offset(p.y_strides, batch, t, n) + channel] = y;
            }
            for (std::int64_t s = 0; s < p.states; ++s)
                p.state_out[state + s * p.channels] = h[s];
        }
    }
}

template void selective_scan_reference(const SelectiveScanParams<float>&, std::int64_t, std::int64_t);
template void selective_scan_reference(const SelectiveScanParams<double>&, std::int64_t, std::int64_t);

namespace {

template <class Scalar>
AUSM_KERNEL_INLINE void begin_step(const SelectiveScanParams<Scalar>& p, std::int64_t batch, std::int64_t t,
                                   std::int64_t n, std::int64_t first, std::int64_t width,
                                   ScanSlice<Scalar>& slice) noexcept {
    const Scalar* __restrict x = p.x + row_offset(p.x_strides, batch, t, n) + first;
    const Scalar* __restrict dt = p.dt + row_offset(p.dt_strides, batch, t, n) + first;
    for (std::int64_t i = 0; i < width; ++i)
        slice.delta[i] = dt[i];
    if (p.dt_softplus) {
        if (p.dt_bias) {
            for (std::int64_t i = 0; i < width; ++i)
                slice.delta[i] += p.dt_bias[first + i];
        }
        for (std::int64_t i = 0; i < width; ++i)
            slice.delta[i] = fast_softplus(slice.delta[i]) + p.dt_min;
    }
    for (std::int64_t i = 0; i < width; ++i)
        slice.drive[i] = slice.delta[i] * x[i];
    for (std::int64_t i = 0; i < width; ++i)
        slice.sum[i] = p.d ? p.d[first + i] * x[i] : Scalar(0);
}

template <class Scalar>
AUSM_KERNEL_INLINE void finish_step(const SelectiveScanParams<Scalar>& p, std::int64_t batch, std::int64_t t,
                                    std::int64_t n, std::int64_t first, std::int64_t width,
                                    const ScanSlice<Scalar>& slice) noexcept {
    Scalar* __restrict y = p.y + row_offset(p.y_strides, batch, t, n) + first;
    if (p.z) {
        const Scalar* __restrict z = p.z + row_offset(p.z_strides, batch, t, n) + first;
        for (std::int64_t i = 0; i < width; ++i)
            y[i] = slice.sum[i] * fast_silu(z[i]);
    } else {
        for (std::int64_t i = 0; i < width; ++i)
            y[i] = slice.sum[i];
    }
}

template <class Scalar>
AUSM_KERNEL_INLINE void scan_slice(const SelectiveScanParams<Scalar>& p, std::int64_t pixel, std::int64_t first,
                                   std::int64_t width) noexcept {
    const std::int64_t batch = pixel / p.pixels;
    const std::int64_t n = pixel % p.pixels;
    const std::int64_t at = pixel * p.states * p.channels + first;
    Scalar* state = p.state_out + at;
    for (std::int64_t s = 0; s < p.states; ++s) {
        Scalar* h = state + s * p.channels;
        const Scalar* from = p.state_in ? p.state_in + at + s * p.channels : nullptr;
        if (h != from) {
            for (std::int64_t i = 0; i < width; ++i)
                h[i] = from ? from[i] : Scalar(0);
        }
    }
    ScanSlice<Scalar> slice;
    for (std::int64_t t = 0; t < p.time; ++t) {
        begin_step(p, batch, t, n, first, width, slice);
        const Scalar* b = p.b + row_offset(p.b_strides, batch, t, n);
        const Scalar* c = p.c + row_offset(p.c_strides, batch, t, n);
        for (std::int64_t s = 0; s < p.states; ++s)
            advance_state(state + s * p.channels, p.a + s * p.channels + first, b[s], c[s], width, slice);
        finish_step(p, batch, t, n, first, width, slice);
    }
}

template <class Scalar>
AUSM_KERNEL_INLINE void scan_pixels(const SelectiveScanParams<Scalar>& p, std::int64_t begin,
                                    std::int64_t end) noexcept {
    for (std::int64_t pixel = begin; pixel < end; ++pixel) {
        for (std::int64_t first = 0; first < p.channels; first += kScanSlice)
            scan_slice(p, pixel, first, std::min(kScanSlice, p.channels - first));
    }
}

AUSM_MULTI_ISA void scan_float(const SelectiveScanParams<float>& p, std::int64_t begin, std::int64_t end) noexcept {
    scan_pixels(p, begin, end);
}

AUSM_MULTI_ISA void scan_double(const SelectiveScanParams<double>& p, std::int64_t begin, std::int64_t end) noexcept {
    scan_pixels(p, begin, end);
}

}  // namespace

void selective_scan_cpu(const SelectiveScanParams<float>& params, std::int64_t begin, std::int64_t end) noexcept {
    scan_float(params, begin, end);
}

void selective_scan_cpu(const SelectiveScanParams<double>& params, std::int64_t begin, std::int64_t end) noexcept {
    scan_double(params, begin, end);
}

}  // namespace ausm
