// SPDX-License-Identifier: MIT
// One frame of Mamba: the plain reference and the path that is vectorised over channels.
#include "kernels/mamba_step.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <vector>

#include "kernels/scan_slice.h"
#include "kernels/vector_math.h"

namespace ausm {
namespace {

template <class Scalar>
AUSM_KERNEL_INLINE std::int64_t row_at(const MambaStepParams<Scalar>& p, const RowStrides& strides,
                                       std::int64_t pixel) noexcept {
    return row_offset(strides, pixel / p.pixels, 0, pixel % p.pixels);
}

/// The row of a pixel, with the state moved on to the pixel.
template <class Scalar>
AUSM_KERNEL_INLINE MambaStateRow<Compute<Scalar>> state_row_at(const MambaStepParams<Scalar>& p,
                                                               std::int64_t pixel) noexcept {
    auto row = state_row(p, pixel / p.pixels);
    const std::int64_t state = pixel % p.pixels * p.states * p.channels;
    row.state_in = row.state_in ? row.state_in + state : nullptr;
    row.state_out += state;
    return row;
}

/// Input j of a pixel's tail in the tail of its row, 0 is the oldest.
template <class Scalar>
AUSM_KERNEL_INLINE std::int64_t tail_at(const MambaStepParams<Scalar>& p, std::int64_t pixel, std::int64_t j) noexcept {
    return (j * p.pixels + pixel % p.pixels) * p.channels;
}

/// Oldest first: the row that is read is never older than the one written, so tail_out may be tail_in.
template <class Scalar>
AUSM_KERNEL_INLINE void move_tail(const MambaStepParams<Scalar>& p, std::int64_t pixel) noexcept {
    using Value = Compute<Scalar>;
    const auto row = state_row_at(p, pixel);
    for (std::int64_t j = 0; j < p.taps - 2; ++j) {
        Value* to = row.tail_out + tail_at(p, pixel, j);
        if (row.tail_in)
            std::copy_n(row.tail_in + tail_at(p, pixel, j + 1), p.channels, to);
        else
            std::fill_n(to, p.channels, Value{});
    }
    if (p.taps > 1) {
        const Scalar* u = p.u + row_at(p, p.u_strides, pixel);
        Value* to = row.tail_out + tail_at(p, pixel, p.taps - 2);
        for (std::int64_t c = 0; c < p.channels; ++c)
            to[c] = widen(u[c]);
    }
}

}  // namespace

// For every pixel:
//   x             = SiLU(conv_bias + sum_k conv_weight_k (tail, u)_k)
//   dt_low, B, C  = x_weight x
//   delta         = softplus(dt_bias + dt_weight^T dt_low) + dt_min
//   h_s           = exp(delta a_s) h_s + delta B_s x
//   y             = (sum_s C_s h_s + d x) SiLU(z)
template <class Scalar>
void mamba_step_reference(const MambaStepParams<Scalar>& p, std::int64_t begin, std::int64_t end) {
    using Value = Compute<Scalar>;
    const std::int64_t outputs = p.rank + 2 * p.states;
    std::vector<Value> x(static_cast<std::size_t>(p.channels)), steer(static_cast<std::size_t>(outputs));
    for (std::int64_t pixel = begin; pixel < end; ++pixel) {
        const Scalar* u = p.u + row_at(p, p.u_strides, pixel);
        const auto row = state_row_at(p, pixel);
        for (std::int64_t c = 0; c < p.channels; ++c) {
            Value v = p.conv_bias[c];
            for (std::int64_t k = 0; row.tail_in && k < p.taps - 1; ++k)
                v += p.conv_weight[k * p.channels + c] * row.tail_in[tail_at(p, pixel, k) + c];
            v += p.conv_weight[(p.taps - 1) * p.channels + c] * widen(u[c]);
            x[static_cast<std::size_t>(c)] = v / (Value(1) + std::exp(-v));
        }
        move_tail(p, pixel);
        for (std::int64_t o = 0; o < outputs; ++o) {
            Value& sum = steer[static_cast<std::size_t>(o)] = Value(0);
            for (std::int64_t c = 0; c < p.channels; ++c)
                sum += p.x_weight[o * p.channels + c] * x[static_cast<std::size_t>(c)];
        }
        const Value *dt_low = steer.data(), *b = dt_low + p.rank, *steer_c = b + p.states;
        for (std::int64_t c = 0; c < p.channels; ++c) {
            const Value xc = x[static_cast<std::size_t>(c)];
            Value delta = p.dt_bias[c];
            for (std::int64_t r = 0; r < p.rank; ++r)
                delta += p.dt_weight[r * p.channels + c] * dt_low[r];
            delta = std::max(delta, Value(0)) + std::log1p(std::exp(-std::fabs(delta))) + p.dt_min;
            Value y = p.d[c] * xc;
            for (std::int64_t s = 0; s < p.states; ++s) {
                const std::int64_t at = s * p.channels + c;
                const Value before = row.state_in ? row.state_in[at] : Value(0);
                const Value h = std::exp(delta * p.a[s * p.channels + c]) * before + delta * b[s] * xc;
                row.state_out[at] = h;
                y += steer_c[s] * h;
            }
            const Value z = widen(p.z[row_at(p, p.z_strides, pixel) + c]);
            store(p.y[row_at(p, p.y_strides, pixel) + c], y * (z / (Value(1) + std::exp(-z))));
        }
    }
}

template void mamba_step_reference(const MambaStepParams<float>&, std::int64_t, std::int64_t);
template void mamba_step_reference(const MambaStepParams<BFloat16>&, std::int64_t, std::int64_t);
template void mamba_step_reference(const MambaStepParams<double>&, std::int64_t, std::int64_t);

namespace {

constexpr std::int64_t kPixels = 8;  // pixels that go through x_weight side by side, one in each lane of a vector

using Floats = float __attribute__((vector_size(kPixels * sizeof(float))));
using Doubles = double __attribute__((vector_size(kPixels * sizeof(double))));

/// to += weight * from
template <class Value, class Element>
AUSM_KERNEL_INLINE void multiply_add(Value* __restrict to, const Value* __restrict weight,
                                     const Element* __restrict from, std::int64_t width) noexcept {
    for (std::int64_t i = 0; i < width; ++i)
        to[i] += weight[i] * static_cast<Value>(widen(from[i]));
}

/// x: [C] of one pixel.
template <class Scalar>
AUSM_KERNEL_INLINE void convolve(const MambaStepParams<Scalar>& p, std::int64_t pixel,
                                 Compute<Scalar>* __restrict x) noexcept {
    const auto row = state_row_at(p, pixel);
    for (std::int64_t first = 0; first < p.channels; first += kScanSlice) {
        const std::int64_t width = std::min(kScanSlice, p.channels - first);
        std::copy_n(p.conv_bias + first, width, x + first);
        for (std::int64_t k = 0; row.tail_in && k < p.taps - 1; ++k)
            multiply_add(x + first, p.conv_weight + k * p.channels + first, row.tail_in + tail_at(p, pixel, k) + first,
                         width);
        multiply_add(x + first, p.conv_weight + (p.taps - 1) * p.channels + first,
                     p.u + row_at(p, p.u_strides, pixel) + first, width);
        for (std::int64_t i = 0; i < width; ++i)
            x[first + i] = fast_silu(x[first + i]);
    }
}

/// kRows rows of x_weight times x: [C, kPixels] -> [kRows, kPixels]. Lanes are pixels, so that no sum goes across them.
template <std::int64_t kRows, class Value>
AUSM_KERNEL_INLINE void multiply_rows(const Value* weight, const Value* x, std::int64_t channels, Value* out) noexcept {
    using Vector = std::conditional_t<std::is_same_v<Value, float>, Floats, Doubles>;
    Vector sums[kRows] = {};
    for (std::int64_t c = 0; c < channels; ++c) {
        Vector values;
        std::memcpy(&values, x + c * kPixels, sizeof values);
        for (std::int64_t r = 0; r < kRows; ++r)
            sums[r] += values * weight[r * channels + c];
    }
    std::memcpy(out, sums, sizeof sums);
}

/// x_weight: [rows, C] times x: [C, kPixels] -> [rows, kPixels].
template <class Value>
AUSM_KERNEL_INLINE void multiply(const Value* x_weight, std::int64_t rows, const Value* x, std::int64_t channels,
                                 Value* out) noexcept {
    std::int64_t row = 0;
    for (; row + 8 <= rows; row += 8)
        multiply_rows<8>(x_weight + row * channels, x, channels, out + row * kPixels);
    for (; row + 4 <= rows; row += 4)
        multiply_rows<4>(x_weight + row * channels, x, channels, out + row * kPixels);
    for (; row < rows; ++row)
        multiply_rows<1>(x_weight + row * channels, x, channels, out + row * kPixels);
}

/// delta, drive and the start of the sum, from x: [width] and dt_low: [R], elements kPixels apart.
template <class Scalar>
AUSM_KERNEL_INLINE void begin_scan(const MambaStepParams<Scalar>& p, std::int64_t first, std::int64_t width,
                                   const Compute<Scalar>* __restrict x, const Compute<Scalar>* dt_low,
                                   ScanSlice<Compute<Scalar>>& slice) noexcept {
    using Value = Compute<Scalar>;
    const auto low = [&](std::int64_t r) { return dt_low[r * kPixels]; };
    std::copy_n(p.dt_bias + first, width, slice.delta);
    std::int64_t r = 0;
    for (; r + 4 <= p.rank; r += 4) {
        const Value* __restrict w = p.dt_weight + r * p.channels + first;
        const Value low0 = low(r), low1 = low(r + 1), low2 = low(r + 2), low3 = low(r + 3);
        for (std::int64_t i = 0; i < width; ++i)
            slice.delta[i] += (w[i] * low0 + w[p.channels + i] * low1) +
                              (w[2 * p.channels + i] * low2 + w[3 * p.channels + i] * low3);
    }
    for (; r < p.rank; ++r) {
        const Value* __restrict w = p.dt_weight + r * p.channels + first;
        const Value low0 = low(r);
        for (std::int64_t i = 0; i < width; ++i)
            slice.delta[i] += w[i] * low0;
    }
    for (std::int64_t i = 0; i < width; ++i) {
        slice.delta[i] = fast_softplus(slice.delta[i]) + p.dt_min;
        slice.drive[i] = slice.delta[i] * x[i];
        slice.sum[i] = p.d[first + i] * x[i];
    }
}

/// x: [C] and steer: [R + 2 S] of one pixel, the latter's elements kPixels apart.
template <class Scalar>
AUSM_KERNEL_INLINE void scan(const MambaStepParams<Scalar>& p, std::int64_t pixel, const Compute<Scalar>* x,
                             const Compute<Scalar>* steer) noexcept {
    using Value = Compute<Scalar>;
    const std::int64_t all = p.states * p.channels;
    const auto row = state_row_at(p, pixel);
    Value* state = row.state_out;
    if (!row.state_in)
        std::fill_n(state, all, Value{});
    else if (row.state_in != state)
        std::copy_n(row.state_in, all, state);
    const Value *b = steer + p.rank * kPixels, *c = b + p.states * kPixels;
    for (std::int64_t first = 0; first < p.channels; first += kScanSlice) {
        const std::int64_t width = std::min(kScanSlice, p.channels - first);
        ScanSlice<Value> slice;
        begin_scan(p, first, width, x + first, steer, slice);
        for (std::int64_t s = 0; s < p.states; ++s)
            advance_state(state + s * p.channels + first, p.a + s * p.channels + first, b[s * kPixels], c[s * kPixels],
                          width, slice);
        const Scalar* __restrict z = p.z + row_at(p, p.z_strides, pixel) + first;
        Scalar* __restrict y = p.y + row_at(p, p.y_strides, pixel) + first;
        for (std::int64_t i = 0; i < width; ++i)
            store(y[i], slice.sum[i] * fast_silu(static_cast<Value>(widen(z[i]))));
    }
}

template <class Value>
struct Scratch {
    Value* x;          // [kPixels, C]
    Value* x_columns;  // [C, kPixels]
    Value* steer;      // [R + 2 S, kPixels]
};

/// A last, incomplete group leaves what it finds in the other lanes.
template <class Scalar>
AUSM_KERNEL_INLINE void step_pixels(const MambaStepParams<Scalar>& p, std::int64_t begin, std::int64_t end,
                                    const Scratch<Compute<Scalar>>& scratch) noexcept {
    for (std::int64_t first = begin; first < end; first += kPixels) {
        const std::int64_t count = std::min(kPixels, end - first);
        for (std::int64_t i = 0; i < count; ++i) {
            const auto* x = scratch.x + i * p.channels;
            convolve(p, first + i, scratch.x + i * p.channels);
            move_tail(p, first + i);
            for (std::int64_t c = 0; c < p.channels; ++c)
                scratch.x_columns[c * kPixels + i] = x[c];
        }
        multiply(p.x_weight, p.rank + 2 * p.states, scratch.x_columns, p.channels, scratch.steer);
        for (std::int64_t i = 0; i < count; ++i)
            scan(p, first + i, scratch.x + i * p.channels, scratch.steer + i);
    }
}

AUSM_MULTI_ISA void step(const MambaStepParams<float>& p, std::int64_t begin, std::int64_t end,
                         const Scratch<float>& scratch) noexcept {
    step_pixels(p, begin, end, scratch);
}

AUSM_MULTI_ISA void step(const MambaStepParams<BFloat16>& p, std::int64_t begin, std::int64_t end,
                         const Scratch<float>& scratch) noexcept {
    step_pixels(p, begin, end, scratch);
}

AUSM_MULTI_ISA void step(const MambaStepParams<double>& p, std::int64_t begin, std::int64_t end,
                         const Scratch<double>& scratch) noexcept {
    step_pixels(p, begin, end, scratch);
}

template <class Scalar>
void step_with_scratch(const MambaStepParams<Scalar>& p, std::int64_t begin, std::int64_t end) {
    using Value = Compute<Scalar>;
    std::vector<Value> x(static_cast<std::size_t>(kPixels * p.channels)), x_columns(x);
    std::vector<Value> steer(static_cast<std::size_t>(kPixels * (p.rank + 2 * p.states)));
    step(p, begin, end, {x.data(), x_columns.data(), steer.data()});
}

}  // namespace

void mamba_step_cpu(const MambaStepParams<float>& params, std::int64_t begin, std::int64_t end) {
    step_with_scratch(params, begin, end);
}

void mamba_step_cpu(const MambaStepParams<BFloat16>& params, std::int64_t begin, std::int64_t end) {
    step_with_scratch(params, begin, end);
}

void mamba_step_cpu(const MambaStepParams<double>& params, std::int64_t begin, std::int64_t end) {
    step_with_scratch(params, begin, end);
}

}  // namespace ausm
