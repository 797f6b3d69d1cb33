// SPDX-License-Identifier: MIT
// bfloat16 as plain data, and how kernels that compute in float or double read and write their arrays.
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/cpu_dispatch.h"

namespace ausm {

/// The upper half of a float: the same bytes as c10::BFloat16 and __nv_bfloat16.
struct BFloat16 {
    std::uint16_t bits;
};

/// What a kernel computes in: float for float and bfloat16 arrays, double for double.
template <class Scalar>
struct Computing {
    using Type = Scalar;
};
template <>
struct Computing<BFloat16> {
    using Type = float;
};
template <class Scalar>
using Compute = typename Computing<Scalar>::Type;

AUSM_KERNEL_INLINE std::uint32_t float_bits(float x) noexcept {
#ifdef __CUDA_ARCH__
    return __float_as_uint(x);
#else
    return std::bit_cast<std::uint32_t>(x);
#endif
}

AUSM_KERNEL_INLINE float bits_float(std::uint32_t bits) noexcept {
#ifdef __CUDA_ARCH__
    return __uint_as_float(bits);
#else
    return std::bit_cast<float>(bits);
#endif
}

AUSM_KERNEL_INLINE float widen(float x) noexcept { return x; }
AUSM_KERNEL_INLINE double widen(double x) noexcept { return x; }
AUSM_KERNEL_INLINE float widen(BFloat16 x) noexcept { return bits_float(static_cast<std::uint32_t>(x.bits) << 16); }

AUSM_KERNEL_INLINE void store(float& to, float x) noexcept { to = x; }
AUSM_KERNEL_INLINE void store(double& to, double x) noexcept { to = x; }
/// Rounds to nearest, ties to even; NaN stays NaN.
AUSM_KERNEL_INLINE void store(BFloat16& to, float x) noexcept {
    const std::uint32_t bits = float_bits(x);
    const bool nan = (bits & 0x7fffffffU) > 0x7f800000U;
    const std::uint32_t rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
    to.bits = static_cast<std::uint16_t>(nan ? (bits >> 16) | 0x40U : rounded);
}

}  // namespace ausm
