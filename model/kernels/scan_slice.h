// SPDX-License-Identifier: MIT
// One step of Mamba's recurrence for a slice of channels, in vectors: what selective_scan and mamba_step share.
#pragma once

#include <cstdint>

#include "kernels/cpu_dispatch.h"
#include "kernels/vector_math.h"

namespace ausm {

/// Channels of a slice: the temporaries stay in the first-level cache, the rows of the state are long enough to stream.
inline constexpr std::int64_t kScanSlice = 256;

template <class Value>
struct ScanSlice {
    Value delta[kScanSlice];  // step sizes
    Value drive[kScanSlice];  // delta x
    Value sum[kScanSlice];    // d x + sum_s c_s h_s
};

/// h = exp(delta a) h + drive b; sum += c h. h, a: [width], one state of each channel.
template <class Value>
AUSM_KERNEL_INLINE void advance_state(Value* __restrict h, const Value* __restrict a, Value b, Value c,
                                      std::int64_t width, ScanSlice<Value>& slice) noexcept {
    for (std::int64_t i = 0; i < width; ++i) {
        const Value next = fast_exp(slice.delta[i] * a[i]) * h[i] + slice.drive[i] * b;
        h[i] = next;
        slice.sum[i] += c * next;
    }
}

}  // namespace ausm
