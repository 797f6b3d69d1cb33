// SPDX-License-Identifier: MIT
// One frame of Mamba: the cases that every path is tested with.
#pragma once

#include <string>

#include "kernels/mamba_step.h"
#include "numbers.h"

namespace ausm::test::mamba_step {

struct Case {
    std::int64_t batch, pixels, channels, taps, states, rank;
    bool state = true;  // false: the tail and the state before this frame are null
    std::int64_t gap = 0;
    float decay = 1.0f;  // scale of a
    float input = 1.0f;  // scale of u
    float least = 0.0f;  // dt_min
};

/// Owns the arrays of one case. Every precision gets the same numbers: activations, and the tail, which holds earlier
/// ones, are numbers that a bfloat16 holds exactly.
template <class Scalar>
struct Problem {
    using Value = Compute<Scalar>;
    Rows<Scalar> u, z, y;
    std::vector<Value> conv_weight, conv_bias, x_weight, dt_weight, dt_bias, a, d;
    std::vector<Value> tail_in, tail_out, state_in, state_out;
    MambaStepParams<Scalar> params;

    explicit Problem(const Case& k) : u(k.batch, 1, k.pixels, k.channels, k.gap), z(u), y(u) {
        const std::int64_t rows = k.batch * k.pixels, outputs = k.rank + 2 * k.states;
        u.set(coarse(normal_values(rows * k.channels, 1, k.input)));
        z.set(coarse(normal_values(rows * k.channels, 2, 3.0f)));
        conv_weight = converted<Value>(normal_values(k.taps * k.channels, 3, 0.5f));
        conv_bias = converted<Value>(normal_values(k.channels, 4, 0.1f));
        const auto fan_in = [](std::int64_t n) { return 1.0f / std::sqrt(static_cast<float>(n)); };
        x_weight = converted<Value>(normal_values(outputs * k.channels, 5, fan_in(k.channels)));
        dt_weight = converted<Value>(normal_values(k.rank * k.channels, 6, fan_in(k.rank)));
        dt_bias = converted<Value>(normal_values(k.channels, 7, 1.0f, -2.0f));
        std::vector<float> decays = normal_values(k.states * k.channels, 8);
        for (float& v : decays)
            v = -k.decay * std::fabs(v);
        a = converted<Value>(decays);
        d = converted<Value>(normal_values(k.channels, 9));
        tail_in = converted<Value>(coarse(normal_values(rows * (k.taps - 1) * k.channels, 10, k.input)));
        state_in = converted<Value>(normal_values(rows * k.states * k.channels, 11));
        tail_out.assign(tail_in.size(), not_a_number<Value>());
        state_out.assign(state_in.size(), not_a_number<Value>());
        params = {k.batch,
                  k.pixels,
                  k.channels,
                  k.taps,
                  k.states,
                  k.rank,
                  u.storage.data(),
                  z.storage.data(),
                  y.storage.data(),
                  u.strides,
                  z.strides,
                  y.strides,
                  conv_weight.data(),
                  conv_bias.data(),
                  x_weight.data(),
                  dt_weight.data(),
                  dt_bias.data(),
                  a.data(),
                  d.data(),
                  k.state ? tail_in.data() : nullptr,
                  tail_out.data(),
                  k.state ? state_in.data() : nullptr,
                  state_out.data()};
        params.dt_min = k.least;
    }

    [[nodiscard]] std::int64_t count() const { return params.batch * params.pixels; }

private:
    static std::vector<float> coarse(std::vector<float> values) {
        for (float& v : values)
            v = widen(rounded_to<BFloat16>(v));
        return values;
    }
};

inline std::string text_of(const Case& k) {
    return "[" + std::to_string(k.batch) + ", " + std::to_string(k.pixels) + ", " + std::to_string(k.channels) +
           "] K " + std::to_string(k.taps) + " S " + std::to_string(k.states) + " R " + std::to_string(k.rank);
}

/// From 1024 pixels on the GPU's kernel works another way.
inline const Case kCases[] = {
    {1, 1, 1, 1, 1, 1},
    {1, 13, 192, 4, 8, 12},
    {2, 3, 97, 4, 8, 5, true, 5},
    {1, 3, 257, 4, 16, 16, true, 1},
    {1, 1, 1024, 2, 16, 64},
    {3, 3, 97, 3, 3, 7, true, 3},
    {1, 5, 65, 4, 8, 4, false},
    {2, 1, 33, 1, 16, 3, false},
    {1, 1027, 17, 4, 8, 3, true, 1},
    {2, 513, 11, 4, 16, 2},
    {1, 5, 64, 4, 8, 4, true, 0, 1e4f},        // decays to nothing in one step
    {1, 5, 64, 4, 8, 4, true, 0, 0.0f},        // never decays
    {1, 5, 64, 4, 8, 4, true, 0, 1.0f, 0.0f},  // no input
    {1, 5, 64, 4, 8, 4, true, 0, 1.0f, 1e4f},  // huge input
    {1, 5, 64, 4, 8, 4, true, 0, 1.0f, 1.0f, 0.05f},
};

}  // namespace ausm::test::mamba_step
