// SPDX-License-Identifier: MIT
// One thread's part of the selective scan's backward pass: its channel, a chunk of steps, one step back, sums over a
// warp.
#pragma once

#include "kernels/selective_scan_device.cuh"

namespace ausm::selective_scan_device {

/// What a thread keeps of its channel while it walks over pixels.
template <class Scalar, int States>
struct Channel {
    std::int64_t index;
    bool active;
    Scalar a[States];  // times log2 e
    Scalar skip, bias;
    Scalar a_sum[States], d_sum, bias_sum;
};

/// The inputs of a chunk's steps; without input or gradient where there is no such step or channel.
template <class Scalar>
struct Chunk {
    Scalar x[kSteps], delta[kSteps], slope[kSteps];
};

template <class Scalar, int States>
__device__ __forceinline__ Channel<Scalar, States> channel_of(const SelectiveScanParams<Scalar>& p,
                                                              std::int64_t index) {
    Channel<Scalar, States> channel{};
    channel.index = index;
    channel.active = index < p.channels;
    if (!channel.active)
        return channel;
#pragma unroll
    for (int s = 0; s < States; ++s)
        channel.a[s] = s < p.states ? p.a[s * p.channels + index] * static_cast<Scalar>(kLog2e) : Scalar(0);
    channel.skip = p.d ? p.d[index] : Scalar(0);
    channel.bias = p.dt_softplus && p.dt_bias ? p.dt_bias[index] : Scalar(0);
    return channel;
}

template <class Scalar, int States>
__device__ __forceinline__ void load_state(Scalar (&h)[States], const Scalar* from, std::int64_t channels,
                                           std::int64_t states, bool active) {
#pragma unroll
    for (int s = 0; s < States; ++s)
        h[s] = active && from && s < states ? from[s * channels] : Scalar(0);
}

template <class Scalar, int States>
__device__ __forceinline__ void store_state(const Scalar (&h)[States], Scalar* to, std::int64_t channels,
                                            std::int64_t states, bool active) {
#pragma unroll
    for (int s = 0; s < States; ++s)
        if (active && s < states)
            to[s * channels] = h[s];
}

/// One value of each step from a row of channels.
template <class Scalar>
__device__ __forceinline__ void load_values(Scalar (&values)[kSteps], const Scalar* from, std::int64_t stride,
                                            std::int64_t t0, std::int64_t time, bool active) {
#pragma unroll
    for (int k = 0; k < kSteps; ++k)
        values[k] = active && from && t0 + k < time ? from[(t0 + k) * stride] : Scalar(0);
}

/// From x and dt as loaded (dt in `delta`).
template <class Scalar>
__device__ __forceinline__ void finish_steps(Chunk<Scalar>& chunk, Scalar bias, Scalar dt_min, bool dt_softplus) {
#pragma unroll
    for (int k = 0; k < kSteps; ++k) {
        const Scalar raw = chunk.delta[k] + bias;
        chunk.delta[k] = dt_softplus ? softplus(raw) + dt_min : raw;
        chunk.slope[k] = dt_softplus ? sigmoid(raw) : Scalar(1);
    }
}

template <class Scalar, int States>
__device__ __forceinline__ void advance(Scalar (&h)[States], const Channel<Scalar, States>& channel, Scalar delta,
                                        Scalar x, const Scalar (&b)[States]) {
    const Scalar drive = delta * x;
#pragma unroll
    for (int s = 0; s < States; ++s)
        h[s] = exponential2(delta * channel.a[s]) * h[s] + drive * b[s];
}

/// One value of two, added up over two threads: those of lanes with `mask` get the second value's sum.
template <class Scalar>
__device__ __forceinline__ Scalar halved(Scalar first, Scalar second, unsigned lane, int mask) {
    const bool upper = (lane & static_cast<unsigned>(mask)) != 0;
    return (upper ? second : first) + __shfl_xor_sync(kAllLanes, upper ? first : second, mask);
}

/// Adds each of Count values up over lanes that differ in the bits below 2 * Mask; the thread whose lane has the number
/// i in them gets the sum of value i * Count / (2 * Mask).
template <int Count, int Mask, int Size, class Scalar>
__device__ __forceinline__ Scalar folded(Scalar (&values)[Size], unsigned lane) {
    if constexpr (Count > 1) {
#pragma unroll
        for (int i = 0; i < Count / 2; ++i)
            values[i] = halved(values[i], values[i + Count / 2], lane, Mask);
        return folded<Count / 2, Mask / 2>(values, lane);
    } else if constexpr (Mask > 0) {
        values[0] += __shfl_xor_sync(kAllLanes, values[0], Mask);
        return folded<1, Mask / 2>(values, lane);
    } else {
        return values[0];
    }
}

/// What one step gives its own time, pixel and channel.
template <class Scalar>
struct StepGrad {
    Scalar x, dt, z;
};

/// One step backwards; the formulas stand in selective_scan_grad.cpp. `terms` gets the shares in the gradients of b
/// (the warp's lower half) or c (its upper half) of the channels of this lane and the one 16 further; `carry` is the
/// gradient of the state after the step on entry, before it on return.
template <class Scalar, int States>
__device__ __forceinline__ StepGrad<Scalar> step_back(Channel<Scalar, States>& channel, const Scalar (&before)[States],
                                                      Scalar (&carry)[States], Scalar (&terms)[States], Scalar x,
                                                      Scalar delta, Scalar slope, Scalar dy, Scalar z, bool gated,
                                                      const Scalar (&rows)[2][States], unsigned lane) {
    const Scalar share = gated ? sigmoid(z) : Scalar(1), gate = gated ? z * share : Scalar(1);
    const Scalar du = dy * gate, drive = delta * x;
    Scalar u = channel.skip * x, through_b = 0, through_a = 0;
#pragma unroll
    for (int s = 0; s < States; ++s) {
        const Scalar b = rows[0][s], c = rows[1][s], decay = exponential2(delta * channel.a[s]);
        const Scalar decayed = decay * before[s], after = decayed + drive * b, dh = carry[s] + c * du;
        const Scalar dh_decayed = dh * decayed;
        u += c * after;
        terms[s] = halved(dh * drive, du * after, lane, kLanes / 2);
        through_b += dh * b;
        through_a += dh_decayed * channel.a[s];
        channel.a_sum[s] += dh_decayed * delta;
        carry[s] = dh * decay;
    }
    StepGrad<Scalar> grad;
    grad.x = channel.skip * du + delta * through_b;
    grad.dt = slope * (static_cast<Scalar>(kLn2) * through_a + x * through_b);
    grad.z = dy * u * share * (Scalar(1) + z * (Scalar(1) - share));
    channel.d_sum += du * x;
    channel.bias_sum += grad.dt;
    return grad;
}

}  // namespace ausm::selective_scan_device
