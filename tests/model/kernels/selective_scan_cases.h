// SPDX-License-Identifier: MIT
// Selective scan: the cases that every path is tested with.
#pragma once

#include <type_traits>

#include "kernels/selective_scan.h"
#include "numbers.h"

namespace ausm::test::selective_scan {

struct Case {
    std::int64_t batch, time, pixels, channels, states;
    bool gate = true, skip = true, softplus = true, state = true;
    std::int64_t gap = 0;
    float decay = 1.0f;  // scale of a
    float input = 1.0f;  // scale of x, b and c
    float step = -2.0f;  // mean of dt before the softplus
    float least = 0.0f;  // dt_min
};

/// The bound with a few roundings of the largest value more where they are smaller than the result's own: in float.
template <class Scalar>
ErrorBound with_roundings(ErrorBound result, double roundings) {
    if (std::is_same_v<Scalar, float>)
        result.bound += roundings * epsilon<float>() * result.magnitude;
    return result;
}

/// Owns the arrays of one case in one precision; every precision gets the same numbers.
template <class Scalar>
struct Problem {
    Rows<Scalar> x, dt, b, c, z, y;
    std::vector<Scalar> a, d, dt_bias, state_in, state_out;
    SelectiveScanParams<Scalar> params;

    explicit Problem(const Case& k)
        : x(k.batch, k.time, k.pixels, k.channels, k.gap), dt(x), b(k.batch, k.time, k.pixels, k.states, k.gap), c(b),
          z(x), y(x) {
        const std::int64_t rows = k.batch * k.time * k.pixels;
        x.set(normal_values(rows * k.channels, 1, k.input));
        z.set(normal_values(rows * k.channels, 2, 3.0f));
        b.set(normal_values(rows * k.states, 3, k.input));
        c.set(normal_values(rows * k.states, 4, k.input));
        std::vector<float> steps = normal_values(rows * k.channels, 5, 1.0f, k.softplus ? k.step : 0.0f);
        std::vector<float> decays = normal_values(k.states * k.channels, 6);
        for (float& v : steps)
            v = k.softplus ? v : std::fabs(v);
        for (float& v : decays)
            v = -k.decay * std::fabs(v);
        dt.set(steps);
        a = converted<Scalar>(decays);
        d = converted<Scalar>(normal_values(k.channels, 7));
        dt_bias = converted<Scalar>(normal_values(k.channels, 8));
        state_in = converted<Scalar>(normal_values(k.batch * k.pixels * k.states * k.channels, 9));
        state_out.assign(state_in.size(), not_a_number<Scalar>());
        params = {k.batch,
                  k.time,
                  k.pixels,
                  k.channels,
                  k.states,
                  x.storage.data(),
                  dt.storage.data(),
                  b.storage.data(),
                  c.storage.data(),
                  k.gate ? z.storage.data() : nullptr,
                  y.storage.data(),
                  x.strides,
                  dt.strides,
                  b.strides,
                  c.strides,
                  z.strides,
                  y.strides,
                  a.data(),
                  k.skip ? d.data() : nullptr,
                  k.softplus ? dt_bias.data() : nullptr,
                  k.softplus,
                  k.state ? state_in.data() : nullptr,
                  state_out.data(),
                  static_cast<Scalar>(k.least)};
    }

    [[nodiscard]] std::int64_t count() const { return params.batch * params.pixels; }
};

inline const Case kCases[] = {
    {1, 1, 1, 1, 1},
    {1, 1, 448, 192, 8},
    {2, 5, 3, 97, 8},
    {1, 16, 2, 257, 16},
    {2, 3, 3, 97, 3, true, true, true, true, 5},
    {1, 4, 3, 65, 8, false, true, true, true},
    {1, 4, 3, 65, 8, true, false, false, true},
    {1, 4, 3, 65, 8, false, false, false, false, 1},
    {1, 8, 3, 64, 8, true, true, false, true, 0, 1e4f},                // decays to nothing in one step
    {1, 8, 3, 64, 8, true, true, false, true, 0, 0.0f},                // never decays
    {1, 8, 3, 64, 8, true, true, true, true, 0, 1.0f, 0.0f},           // no input
    {1, 8, 3, 64, 8, true, true, true, true, 0, 1.0f, 1e6f},           // huge input
    {1, 8, 3, 64, 8, true, true, true, false, 0, 1.0f, 1.0f, -30.0f},  // tiny steps: the softplus' left tail
    {1, 3, 3, 300, 5, true, true, true, true, 0, 1.0f, 1.0f, 30.0f},   // long steps: its right tail
    {2, 4, 3, 65, 8, true, true, true, true, 0, 1.0f, 1.0f, -6.0f, 0.05f},
    {0, 2, 3, 5, 4},
    {1, 0, 3, 5, 4},
};

}  // namespace ausm::test::selective_scan
