// SPDX-License-Identifier: MIT
// Multi-scale deformable attention: where one sampling location lies among the pixels of its level. For the fast paths,
// CPU and CUDA; the references say the same in their own words.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/cpu_dispatch.h"

namespace ausm {

/// The four pixels around a sample: corner 0 upper left, 1 upper right, 2 lower left, 3 lower right.
template <class Real>
struct Footprint {
    std::int32_t pixel;  // of corner 0, counted row by row; no pixel at all (even negative) when that lies outside
    unsigned inside;     // bit k: corner k lies inside
    Real x, y;           // from corner 0 to the sample, in [0, 1)
};

/// Location (x, y) in 0..1 on a level. Nothing inside: outside by a pixel and more, or not a number.
template <class Real>
AUSM_KERNEL_INLINE Footprint<Real> footprint(Real location_x, Real location_y, std::int32_t height,
                                             std::int32_t width) noexcept {
    const Real x = location_x * static_cast<Real>(width) - Real(0.5);
    const Real y = location_y * static_cast<Real>(height) - Real(0.5);
    const bool near = x > Real(-1) && x < static_cast<Real>(width) && y > Real(-1) && y < static_cast<Real>(height);
    if (!near)
        return {0, 0, Real(0), Real(0)};
    const Real left = std::floor(x), top = std::floor(y);
    const auto column = static_cast<std::int32_t>(left), row = static_cast<std::int32_t>(top);
    const unsigned columns = (column >= 0 ? 1U : 0U) | (column + 1 < width ? 2U : 0U);
    const unsigned inside = (row >= 0 ? columns : 0U) | (row + 1 < height ? columns << 2 : 0U);
    return {row * width + column, inside, x - left, y - top};
}

/// Share of corner k in the sample, the product of two distances; the four add up to 1.
template <class Real>
AUSM_KERNEL_INLINE Real corner_share(const Footprint<Real>& f, int corner) noexcept {
    return ((corner & 1) != 0 ? f.x : Real(1) - f.x) * ((corner & 2) != 0 ? f.y : Real(1) - f.y);
}

/// Pixels from corner 0 to corner k.
AUSM_KERNEL_INLINE std::int64_t corner_step(int corner, std::int64_t width) noexcept {
    return (corner & 1) + ((corner & 2) != 0 ? width : 0);
}

}  // namespace ausm
