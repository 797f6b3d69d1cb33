// SPDX-License-Identifier: MIT
// exp, sigmoid, SiLU and softplus that the compiler can vectorise; single precision by polynomials, double by <cmath>.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "kernels/cpu_dispatch.h"

namespace ausm {

/// `yes` or `no` by bit masks: a conditional expression would be turned into branches that share their ends, and those
/// cost the vectorised loops a third of their speed.
AUSM_KERNEL_INLINE float select(bool condition, float yes, float no) noexcept {
    const std::uint32_t mask = 0u - static_cast<std::uint32_t>(condition);
    const std::uint32_t bits = (std::bit_cast<std::uint32_t>(yes) & mask) | (std::bit_cast<std::uint32_t>(no) & ~mask);
    return std::bit_cast<float>(bits);
}

/// e^x, relative error below 2e-7 for x in [-87, 88]; x is clamped to that range (so never 0, never infinite), NaN
/// stays NaN.
AUSM_KERNEL_INLINE float fast_exp(float x) noexcept {
    constexpr float kLog2e = 1.44269504f;
    // ln 2 in two parts: n * kLn2High is exact for every n that occurs, also without FMA.
    constexpr float kLn2High = 0.693359375f;
    constexpr float kLn2Low = -2.12194440e-4f;
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
    constexpr float kRound = 12582912.0f;
    x = select(x < -87.0f, -87.0f, x);
    x = select(x > 88.0f, 88.0f, x);
    const float shifted = x * kLog2e + kRound;
    const float n = shifted - kRound;
    const float r = (x - n * kLn2High) - n * kLn2Low;
    // Minimax fit of (e^r - 1 - r) / r^2 on |r| <= ln(2) / 2, relative error of e^r 3e-9.
    float q = 0.00138145394f;
    q = q * r + 0.00836874545f;
    q = q * r + 0.0416683890f;
    q = q * r + 0.166665211f;
    q = q * r + 0.499999940f;
    const float mantissa = 1.0f + (r + r * r * q);
    const std::uint32_t exponent = std::bit_cast<std::uint32_t>(shifted) << 23;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(mantissa) + exponent);
}

AUSM_KERNEL_INLINE double fast_exp(double x) noexcept { return std::exp(x); }

template <class Scalar>
AUSM_KERNEL_INLINE Scalar fast_sigmoid(Scalar x) noexcept {
    return Scalar(1) / (Scalar(1) + fast_exp(-x));
}

template <class Scalar>
AUSM_KERNEL_INLINE Scalar fast_silu(Scalar x) noexcept {
    return x / (Scalar(1) + fast_exp(-x));
}

/// log(1 + e^x) with a small relative error for very negative x too.
AUSM_KERNEL_INLINE float fast_softplus(float x) noexcept {
    const float magnitude = std::fabs(x);
    const float u = fast_exp(-magnitude);
    // log(1 + u) = 2 atanh(s), s = u / (2 + u) <= 1/3: the series to s^13 is good to 2e-8.
    const float s = u / (2.0f + u);
    const float s2 = s * s;
    float q = 1.0f / 13.0f;
    q = q * s2 + 1.0f / 11.0f;
    q = q * s2 + 1.0f / 9.0f;
    q = q * s2 + 1.0f / 7.0f;
    q = q * s2 + 1.0f / 5.0f;
    q = q * s2 + 1.0f / 3.0f;
    const float log1p = 2.0f * (s + s * s2 * q);
    return 0.5f * (x + magnitude) + log1p;  // the first term is max(x, 0), exactly
}

AUSM_KERNEL_INLINE double fast_softplus(double x) noexcept {
    return (x < 0.0 ? 0.0 : x) + std::log1p(std::exp(-std::fabs(x)));
}

}  // namespace ausm
