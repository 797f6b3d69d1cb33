// SPDX-License-Identifier: MIT
// Gradients of the selective scan: the plain reference and the path that is vectorised over channels.
#include "kernels/selective_scan_grad.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "kernels/vector_math.h"

namespace ausm {
namespace {

// What one channel of one pixel adds to the gradients that are sums, and the states it goes back through.
template <class Scalar>
struct Walk {
    std::vector<Scalar> states;  // [T + 1, S] before each step and after the last
    std::vector<Scalar> carry;   // [S] gradient of the state after the current step
    std::vector<Scalar> b, c;    // [T, S] gradients of the pixel, summed over its channels so far
};

template <class Scalar>
void zero(Scalar* values, std::int64_t count) {
    if (values)
        std::fill_n(values, count, Scalar(0));
}

template <class Scalar>
void zero_sums(const SelectiveScanGradParams<Scalar>& p) {
    zero(p.a_grad, p.scan.states * p.scan.channels);
    zero(p.d_grad, p.scan.channels);
    zero(p.dt_bias_grad, p.scan.channels);
}

// The step before the softplus, and after it.
template <class Scalar>
Scalar raw_step(const SelectiveScanParams<Scalar>& p, std::int64_t batch, std::int64_t t, std::int64_t n,
                std::int64_t channel) {
    const Scalar bias = p.dt_softplus && p.dt_bias ? p.dt_bias[channel] : Scalar(0);
    return p.dt[row_offset(p.dt_strides, batch, t, n) + channel] + bias;
}

template <class Scalar>
Scalar softplus(Scalar x) {
    return std::max(x, Scalar(0)) + std::log1p(std::exp(-std::fabs(x)));
}

template <class Scalar>
void walk_forward(const SelectiveScanParams<Scalar>& p, std::int64_t pixel, std::int64_t channel, Walk<Scalar>& walk) {
    const std::int64_t batch = pixel / p.pixels, n = pixel % p.pixels;
    for (std::int64_t s = 0; s < p.states; ++s)
        walk.states[s] = p.state_in ? p.state_in[(pixel * p.states + s) * p.channels + channel] : Scalar(0);
    for (std::int64_t t = 0; t < p.time; ++t) {
        const Scalar x = p.x[row_offset(p.x_strides, batch, t, n) + channel];
        const Scalar* b = p.b + row_offset(p.b_strides, batch, t, n);
        Scalar delta = raw_step(p, batch, t, n, channel);
        if (p.dt_softplus)
            delta = softplus(delta) + p.dt_min;
        for (std::int64_t s = 0; s < p.states; ++s)
            walk.states[(t + 1) * p.states + s] =
                std::exp(delta * p.a[s * p.channels + channel]) * walk.states[t * p.states + s] + delta * b[s] * x;
    }
}

// One step backwards, from u = sum_s c_s h_s + d x, y = u SiLU(z), with dh the gradient of h after this step:
//   du   = dy SiLU(z)                         dz = dy u SiLU'(z), SiLU'(z) = sigmoid(z) (1 + z (1 - sigmoid(z)))
//   dh_s = dh_s + c_s du                      dc_s = du h_s, summed over channels
//   dx   = d du + sum_s dh_s delta b_s        dd = du x, summed over time and pixels
//   db_s = dh_s delta x, summed over channels
//   ddelta = sum_s dh_s (a_s e_s h'_s + b_s x)   with h' the state before this step, e_s = exp(delta a_s)
//   da_s = dh_s delta e_s h'_s, summed over time and pixels
//   ddt  = ddelta sigmoid(dt + dt_bias), or ddelta without softplus; ddt_bias the same, summed over time and pixels
// and dh'_s = dh_s e_s goes on to the step before.
template <class Scalar>
void step_back(const SelectiveScanGradParams<Scalar>& g, std::int64_t batch, std::int64_t t, std::int64_t n,
               std::int64_t channel, Walk<Scalar>& walk) {
    const SelectiveScanParams<Scalar>& p = g.scan;
    const Scalar x = p.x[row_offset(p.x_strides, batch, t, n) + channel];
    const Scalar raw = raw_step(p, batch, t, n, channel);
    const Scalar delta = p.dt_softplus ? softplus(raw) + p.dt_min : raw;
    const Scalar* b = p.b + row_offset(p.b_strides, batch, t, n);
    const Scalar* c = p.c + row_offset(p.c_strides, batch, t, n);
    const Scalar* before = walk.states.data() + t * p.states;
    const Scalar* after = before + p.states;
    const Scalar dy = g.y_grad ? g.y_grad[row_offset(g.y_grad_strides, batch, t, n) + channel] : Scalar(0);
    Scalar du = dy;
    if (p.z) {
        const Scalar z = p.z[row_offset(p.z_strides, batch, t, n) + channel];
        const Scalar sigmoid = Scalar(1) / (Scalar(1) + std::exp(-z));
        du = dy * z * sigmoid;
        Scalar u = p.d ? p.d[channel] * x : Scalar(0);
        for (std::int64_t s = 0; s < p.states; ++s)
            u += c[s] * after[s];
        if (g.z_grad)
            g.z_grad[row_offset(g.z_grad_strides, batch, t, n) + channel] =
                dy * u * sigmoid * (Scalar(1) + z * (Scalar(1) - sigmoid));
    }
    Scalar dx = p.d ? p.d[channel] * du : Scalar(0);
    Scalar ddelta = 0;
    for (std::int64_t s = 0; s < p.states; ++s) {
        const Scalar a = p.a[s * p.channels + channel];
        const Scalar decayed = std::exp(delta * a) * before[s];
        const Scalar dh = walk.carry[s] + c[s] * du;
        walk.b[t * p.states + s] += dh * delta * x;
        walk.c[t * p.states + s] += du * after[s];
        dx += dh * delta * b[s];
        ddelta += dh * (a * decayed + b[s] * x);
        if (g.a_grad)
            g.a_grad[s * p.channels + channel] += dh * delta * decayed;
        walk.carry[s] = dh * std::exp(delta * a);
    }
    const Scalar ddt = p.dt_softplus ? ddelta / (Scalar(1) + std::exp(-raw)) : ddelta;
    if (g.x_grad)
        g.x_grad[row_offset(g.x_grad_strides, batch, t, n) + channel] = dx;
    if (g.dt_grad)
        g.dt_grad[row_offset(g.dt_grad_strides, batch, t, n) + channel] = ddt;
    if (g.d_grad)
        g.d_grad[channel] += du * x;
    if (g.dt_bias_grad && p.dt_softplus)
        g.dt_bias_grad[channel] += ddt;
}

// Writes one pixel's sums over channels: T rows of S that lie `distance` apart.
template <class Scalar>
void store_rows(const SelectiveScanParams<Scalar>& p, std::int64_t pixel, const Scalar* sums, std::int64_t distance,
                Scalar* to, const RowStrides& strides) {
    for (std::int64_t t = 0; to && t < p.time; ++t)
        for (std::int64_t s = 0; s < p.states; ++s)
            to[row_offset(strides, pixel / p.pixels, t, pixel % p.pixels) + s] = sums[t * distance + s];
}

}  // namespace

template <class Scalar>
void selective_scan_grad_reference(const SelectiveScanGradParams<Scalar>& g, std::int64_t begin, std::int64_t end) {
    const SelectiveScanParams<Scalar>& p = g.scan;
    const auto rows = static_cast<std::size_t>(p.time * p.states), states = static_cast<std::size_t>(p.states);
    Walk<Scalar> walk{std::vector<Scalar>(rows + states), std::vector<Scalar>(states), std::vector<Scalar>(rows),
                      std::vector<Scalar>(rows)};
    zero_sums(g);
    for (std::int64_t pixel = begin; pixel < end; ++pixel) {
        const std::int64_t batch = pixel / p.pixels, n = pixel % p.pixels;
        std::fill(walk.b.begin(), walk.b.end(), Scalar(0));
        std::fill(walk.c.begin(), walk.c.end(), Scalar(0));
        for (std::int64_t channel = 0; channel < p.channels; ++channel) {
            const std::int64_t at = pixel * p.states * p.channels + channel;
            walk_forward(p, pixel, channel, walk);
            for (std::int64_t s = 0; s < p.states; ++s)
                walk.carry[s] = g.state_out_grad ? g.state_out_grad[at + s * p.channels] : Scalar(0);
            for (std::int64_t t = p.time - 1; t >= 0; --t)
                step_back(g, batch, t, n, channel, walk);
            for (std::int64_t s = 0; g.state_in_grad && s < p.states; ++s)
                g.state_in_grad[at + s * p.channels] = walk.carry[s];
        }
        store_rows(p, pixel, walk.b.data(), p.states, g.b_grad, g.b_grad_strides);
        store_rows(p, pixel, walk.c.data(), p.states, g.c_grad, g.c_grad_strides);
    }
}

template void selective_scan_grad_reference(const SelectiveScanGradParams<float>&, std::int64_t, std::int64_t);
template void selective_scan_grad_reference(const SelectiveScanGradParams<double>&, std::int64_t, std::int64_t);

namespace {

// Channels per slice. A narrower one is filled up with channels without input, state or gradient, so that all loops
// have this length; the states of 16 steps stay in the second-level cache.
constexpr std::int64_t kWidth = 64;

// What a range works in; every row but those of row_sums is a slice.
template <class Scalar>
struct Scratch {
    std::vector<Scalar> memory;
    Scalar *decay, *before;     // [T, S, kWidth] exp(delta a) of each step and the state before it
    Scalar *x, *delta, *slope;  // [T, kWidth] slope: of the softplus
    Scalar *a, *carry, *a_sum;  // [S, kWidth] carry: gradient of the state after the current step
    Scalar* row_sums;           // [T, 2, S] gradients of b and c of the pixel, summed over its slices so far

    explicit Scratch(const SelectiveScanParams<Scalar>& p)
        : memory(static_cast<std::size_t>(kWidth * (2 * p.time * p.states + 3 * p.time + 3 * p.states) +
                                          2 * p.time * p.states)) {
        Scalar* next = memory.data();
        const auto take = [&next](std::int64_t count) { return std::exchange(next, next + count); };
        for (Scalar** rows : {&decay, &before})
            *rows = take(kWidth * p.time * p.states);
        for (Scalar** rows : {&x, &delta, &slope})
            *rows = take(kWidth * p.time);
        for (Scalar** rows : {&a, &carry, &a_sum})
            *rows = take(kWidth * p.states);
        row_sums = take(2 * p.time * p.states);
    }
};

// Where one slice of one pixel lies, and the sums over its steps.
template <class Scalar>
struct Slice {
    std::int64_t batch, n, first, width, state;
    Scalar d[kWidth], d_sum[kWidth], bias_sum[kWidth];
};

// What a step back collects over the states.
template <class Scalar>
struct Step {
    Scalar du[kWidth], u[kWidth], dx[kWidth], ddelta[kWidth];
};

template <class Scalar>
AUSM_KERNEL_INLINE void load(const Scalar* __restrict from, std::int64_t width, Scalar* __restrict to) noexcept {
    for (std::int64_t i = 0; i < kWidth; ++i)
        to[i] = 0;
    for (std::int64_t i = 0; from && i < width; ++i)
        to[i] = from[i];
}

// Adds up a slice in an order that vectors can follow.
template <class Scalar>
AUSM_KERNEL_INLINE Scalar total(const Scalar* __restrict values) noexcept {
    Scalar part[8] = {};
    for (std::int64_t i = 0; i < kWidth; i += 8)
        for (std::int64_t j = 0; j < 8; ++j)
            part[j] += values[i + j];
    return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
}

template <class Scalar>
AUSM_KERNEL_INLINE void load_slice(const SelectiveScanGradParams<Scalar>& g, Slice<Scalar>& slice,
                                   Scratch<Scalar>& w) noexcept {
    const SelectiveScanParams<Scalar>& p = g.scan;
    for (std::int64_t s = 0; s < p.states; ++s) {
        load(p.a + s * p.channels + slice.first, slice.width, w.a + s * kWidth);
        load(g.state_out_grad ? g.state_out_grad + slice.state + s * p.channels : nullptr, slice.width,
             w.carry + s * kWidth);
    }
    std::fill_n(w.a_sum, kWidth * p.states, Scalar(0));
    load(p.d ? p.d + slice.first : nullptr, slice.width, slice.d);
    std::fill_n(slice.d_sum, kWidth, Scalar(0));
    std::fill_n(slice.bias_sum, kWidth, Scalar(0));
}

// The steps' sizes and slopes.
template <class Scalar>
AUSM_KERNEL_INLINE void load_steps(const SelectiveScanParams<Scalar>& p, const Slice<Scalar>& slice,
                                   Scratch<Scalar>& w) noexcept {
    Scalar bias[kWidth];
    load(p.dt_softplus && p.dt_bias ? p.dt_bias + slice.first : nullptr, slice.width, bias);
    for (std::int64_t t = 0; t < p.time; ++t) {
        Scalar* __restrict delta = w.delta + t * kWidth;
        Scalar* __restrict slope = w.slope + t * kWidth;
        load(p.x + row_offset(p.x_strides, slice.batch, t, slice.n) + slice.first, slice.width, w.x + t * kWidth);
        load(p.dt + row_offset(p.dt_strides, slice.batch, t, slice.n) + slice.first, slice.width, delta);
        for (std::int64_t i = 0; p.dt_softplus && i < kWidth; ++i) {
            const Scalar raw = delta[i] + bias[i];
            slope[i] = fast_sigmoid(raw);
            delta[i] = fast_softplus(raw) + p.dt_min;
        }
        if (!p.dt_softplus)
            std::fill_n(slope, kWidth, Scalar(1));
    }
}

// Fills `decay` and `before`.
template <class Scalar>
AUSM_KERNEL_INLINE void run_forward(const SelectiveScanParams<Scalar>& p, const Slice<Scalar>& slice,
                                    Scratch<Scalar>& w) noexcept {
    for (std::int64_t s = 0; s < p.states; ++s) {
        const Scalar* __restrict a = w.a + s * kWidth;
        Scalar h[kWidth];
        load(p.state_in ? p.state_in + slice.state + s * p.channels : nullptr, slice.width, h);
        for (std::int64_t t = 0; t < p.time; ++t) {
            const Scalar b = p.b[row_offset(p.b_strides, slice.batch, t, slice.n) + s];
            const Scalar* __restrict x = w.x + t * kWidth;
            const Scalar* __restrict delta = w.delta + t * kWidth;
            Scalar* __restrict decay = w.decay + (t * p.states + s) * kWidth;
            Scalar* __restrict before = w.before + (t * p.states + s) * kWidth;
            for (std::int64_t i = 0; i < kWidth; ++i) {
                before[i] = h[i];
                decay[i] = fast_exp(delta[i] * a[i]);
                h[i] = decay[i] * h[i] + delta[i] * x[i] * b;
            }
        }
    }
}

// The formulas above step_back, for state s of step t; ddelta without its factor, the slope.
template <class Scalar>
AUSM_KERNEL_INLINE void state_back(std::int64_t t, std::int64_t s, std::int64_t states, Scalar b, Scalar c,
                                   Scratch<Scalar>& w, Step<Scalar>& step) noexcept {
    const Scalar* __restrict decay = w.decay + (t * states + s) * kWidth;
    const Scalar* __restrict before = w.before + (t * states + s) * kWidth;
    const Scalar* __restrict x = w.x + t * kWidth;
    const Scalar* __restrict delta = w.delta + t * kWidth;
    const Scalar* __restrict a = w.a + s * kWidth;
    Scalar* __restrict carry = w.carry + s * kWidth;
    Scalar* __restrict a_sum = w.a_sum + s * kWidth;
    // Three loops: g++ does not vectorise one with as many arrays.
    Scalar drive[kWidth], decayed[kWidth], after[kWidth], dh[kWidth], b_terms[kWidth], c_terms[kWidth];
    for (std::int64_t i = 0; i < kWidth; ++i) {
        drive[i] = delta[i] * x[i];
        decayed[i] = decay[i] * before[i];
        after[i] = decayed[i] + drive[i] * b;
        dh[i] = carry[i] + c * step.du[i];
    }
    for (std::int64_t i = 0; i < kWidth; ++i) {
        step.u[i] += c * after[i];
        step.dx[i] += dh[i] * delta[i] * b;
        step.ddelta[i] += dh[i] * (a[i] * decayed[i] + b * x[i]);
    }
    for (std::int64_t i = 0; i < kWidth; ++i) {
        b_terms[i] = dh[i] * drive[i];
        c_terms[i] = step.du[i] * after[i];
        a_sum[i] += dh[i] * delta[i] * decayed[i];
        carry[i] = dh[i] * decay[i];
    }
    w.row_sums[2 * t * states + s] += total(b_terms);
    w.row_sums[(2 * t + 1) * states + s] += total(c_terms);
}

template <class Scalar>
AUSM_KERNEL_INLINE void store_row(const Scalar* __restrict from, std::int64_t width, Scalar* __restrict to) noexcept {
    for (std::int64_t i = 0; i < width; ++i)
        to[i] = from[i];
}

template <class Scalar>
AUSM_KERNEL_INLINE void slice_step_back(const SelectiveScanGradParams<Scalar>& g, std::int64_t t, Slice<Scalar>& slice,
                                        Scratch<Scalar>& w) noexcept {
    const SelectiveScanParams<Scalar>& p = g.scan;
    const auto at = [&](const RowStrides& strides) {
        return row_offset(strides, slice.batch, t, slice.n) + slice.first;
    };
    Scalar dy[kWidth], gate[kWidth], gate_slope[kWidth];
    Step<Scalar> step;
    load(g.y_grad ? g.y_grad + at(g.y_grad_strides) : nullptr, slice.width, dy);
    load(p.z ? p.z + at(p.z_strides) : nullptr, slice.width, gate);
    for (std::int64_t i = 0; i < kWidth; ++i) {
        const Scalar sigmoid = fast_sigmoid(gate[i]);
        gate_slope[i] = sigmoid * (Scalar(1) + gate[i] * (Scalar(1) - sigmoid));
        gate[i] = p.z ? gate[i] * sigmoid : Scalar(1);
    }
    const Scalar* x = w.x + t * kWidth;
    for (std::int64_t i = 0; i < kWidth; ++i) {
        step.du[i] = dy[i] * gate[i];
        step.u[i] = slice.d[i] * x[i];
        step.dx[i] = slice.d[i] * step.du[i];
        step.ddelta[i] = 0;
        slice.d_sum[i] += step.du[i] * x[i];
    }
    const Scalar* b = p.b + row_offset(p.b_strides, slice.batch, t, slice.n);
    const Scalar* c = p.c + row_offset(p.c_strides, slice.batch, t, slice.n);
    for (std::int64_t s = 0; s < p.states; ++s)
        state_back<Scalar>(t, s, p.states, b[s], c[s], w, step);
    for (std::int64_t i = 0; i < kWidth; ++i) {
        step.ddelta[i] *= w.slope[t * kWidth + i];
        slice.bias_sum[i] += step.ddelta[i];
        step.u[i] *= dy[i] * gate_slope[i];
    }
    if (g.x_grad)
        store_row(step.dx, slice.width, g.x_grad + at(g.x_grad_strides));
    if (g.dt_grad)
        store_row(step.ddelta, slice.width, g.dt_grad + at(g.dt_grad_strides));
    if (p.z && g.z_grad)
        store_row(step.u, slice.width, g.z_grad + at(g.z_grad_strides));
}

template <class Scalar>
AUSM_KERNEL_INLINE void add_row(const Scalar* __restrict from, std::int64_t width, Scalar* __restrict to) noexcept {
    for (std::int64_t i = 0; to && i < width; ++i)
        to[i] += from[i];
}

template <class Scalar>
AUSM_KERNEL_INLINE void slice_back(const SelectiveScanGradParams<Scalar>& g, std::int64_t pixel, std::int64_t first,
                                   Scratch<Scalar>& w) noexcept {
    const SelectiveScanParams<Scalar>& p = g.scan;
    Slice<Scalar> slice;
    slice.batch = pixel / p.pixels;
    slice.n = pixel % p.pixels;
    slice.first = first;
    slice.width = std::min(kWidth, p.channels - first);
    slice.state = pixel * p.states * p.channels + first;
    load_slice(g, slice, w);
    load_steps(p, slice, w);
    run_forward(p, slice, w);
    for (std::int64_t t = p.time - 1; t >= 0; --t)
        slice_step_back(g, t, slice, w);
    for (std::int64_t s = 0; s < p.states; ++s) {
        add_row(w.a_sum + s * kWidth, slice.width, g.a_grad ? g.a_grad + s * p.channels + first : nullptr);
        if (g.state_in_grad)
            store_row(w.carry + s * kWidth, slice.width, g.state_in_grad + slice.state + s * p.channels);
    }
    add_row(slice.d_sum, slice.width, g.d_grad ? g.d_grad + first : nullptr);
    if (p.dt_softplus)
        add_row(slice.bias_sum, slice.width, g.dt_bias_grad ? g.dt_bias_grad + first : nullptr);
}

template <class Scalar>
AUSM_KERNEL_INLINE void pixels_back(const SelectiveScanGradParams<Scalar>& g, std::int64_t begin, std::int64_t end,
                                    Scratch<Scalar>& w) noexcept {
    const SelectiveScanParams<Scalar>& p = g.scan;
    zero_sums(g);
    for (std::int64_t pixel = begin; pixel < end; ++pixel) {
        std::fill_n(w.row_sums, 2 * p.time * p.states, Scalar(0));
        for (std::int64_t first = 0; first < p.channels; first += kWidth)
            slice_back(g, pixel, first, w);
        store_rows(p, pixel, w.row_sums, 2 * p.states, g.b_grad, g.b_grad_strides);
        store_rows(p, pixel, w.row_sums + p.states, 2 * p.states, g.c_grad, g.c_grad_strides);
    }
}

AUSM_MULTI_ISA void back_float(const SelectiveScanGradParams<float>& g, std::int64_t begin, std::int64_t end,
                               Scratch<float>& w) noexcept {
    pixels_back(g, begin, end, w);
}

AUSM_MULTI_ISA void back_double(const SelectiveScanGradParams<double>& g, std::int64_t begin, std::int64_t end,
                                Scratch<double>& w) noexcept {
    pixels_back(g, begin, end, w);
}

}  // namespace

void selective_scan_grad_cpu(const SelectiveScanGradParams<float>& params, std::int64_t begin, std::int64_t end) {
    Scratch<float> scratch(params.scan);
    back_float(params, begin, end, scratch);
}

void selective_scan_grad_cpu(const SelectiveScanGradParams<double>& params, std::int64_t begin, std::int64_t end) {
    Scratch<double> scratch(params.scan);
    back_double(params, begin, end, scratch);
}

}  // namespace ausm
