// SPDX-License-Identifier: MIT
// What the scan's forward and backward kernels share: functions of one value, and b and c of a few steps in shared
// memory.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/row_strides.h"

namespace ausm::selective_scan_device {

constexpr int kLanes = 32;
constexpr int kSteps = 4;  // of a chunk: their loads are in flight together
constexpr unsigned kAllLanes = 0xffffffffU;
constexpr double kLog2e = 1.44269504088896341, kLn2 = 0.693147180559945309;

__device__ __forceinline__ float exponential(float x) { return expf(x); }
__device__ __forceinline__ double exponential(double x) { return exp(x); }
/// 2^x to two units in the last place, 0 below 2^-126: one instruction, where exp2f wraps three more around it.
__device__ __forceinline__ float exponential2(float x) {
#ifdef __CUDA_ARCH__
    float result;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
#else
    return exp2f(x);
#endif
}
__device__ __forceinline__ double exponential2(double x) { return exp2(x); }
__device__ __forceinline__ float log_one_plus(float x) { return log1pf(x); }
__device__ __forceinline__ double log_one_plus(double x) { return log1p(x); }
/// For denominators of 1 to 2 alone.
__device__ __forceinline__ float divided(float a, float b) { return __fdividef(a, b); }
__device__ __forceinline__ double divided(double a, double b) { return a / b; }

template <class Scalar>
__device__ __forceinline__ Scalar magnitude(Scalar x) {
    return x < Scalar(0) ? -x : x;
}

/// 1 / (1 + e^-x); neither overflows nor divides by anything large.
template <class Scalar>
__device__ __forceinline__ Scalar sigmoid(Scalar x) {
    const Scalar e = exponential(-magnitude(x));
    return divided(x < Scalar(0) ? e : Scalar(1), Scalar(1) + e);
}

/// log(1 + e^x), its relative error small for very negative x too.
template <class Scalar>
__device__ __forceinline__ Scalar softplus(Scalar x) {
    return (x < Scalar(0) ? Scalar(0) : x) + log_one_plus(exponential(-magnitude(x)));
}

/// Copies b and c of the steps t0 <= t < t0 + kSteps to rows[step][0 and 1][state], by `threads` threads that share
/// `rows`, this one being number `thread`; zero where there is no such step or state. The caller synchronises.
template <int States, class Scalar>
__device__ __forceinline__ void stage(Scalar (*rows)[2][States], const Scalar* b, std::int64_t b_stride,
                                      const Scalar* c, std::int64_t c_stride, std::int64_t t0, std::int64_t time,
                                      std::int64_t states, unsigned thread, unsigned threads) {
    for (unsigned i = thread; i < kSteps * 2 * States; i += threads) {
        const unsigned step = i / (2 * States), which = i / States % 2, s = i % States;
        const std::int64_t t = t0 + step;
        Scalar value(0);
        if (t < time && s < states)
            value = (which == 0 ? b + t * b_stride : c + t * c_stride)[s];
        rows[step][which][s] = value;
    }
}

}  // namespace ausm::selective_scan_device
