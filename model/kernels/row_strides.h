// SPDX-License-Identifier: MIT
// Where a row of channels starts inside a [B, T, N, channels] array, so that kernels read parts of a wider one.
#pragma once

#include <cstdint>

#include "kernels/cpu_dispatch.h"

namespace ausm {

/// Distances in elements between neighbours of each dimension; channels themselves lie side by side (stride 1).
struct RowStrides {
    std::int64_t batch, time, pixel;
};

AUSM_KERNEL_INLINE std::int64_t row_offset(const RowStrides& strides, std::int64_t b, std::int64_t t,
                                           std::int64_t n) noexcept {
    return b * strides.batch + t * strides.time + n * strides.pixel;
}

/// Strides of an array [B, time, pixels, channels] without gaps.
inline RowStrides contiguous_rows(std::int64_t time, std::int64_t pixels, std::int64_t channels) noexcept {
    return {time * pixels * channels, pixels * channels, channels};
}

}  // namespace ausm
